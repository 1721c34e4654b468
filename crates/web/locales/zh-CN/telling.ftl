# 消息与通知

nav-notices = 消息
event-late = 已逾期
event-late_soon = 即将到期
event-digest = 每日汇总
event-test = 测试

# 发给反映人的话
tell-subject = { $number } { $what } · 路院
told-placed = 您的诉求 { $number }（{ $category }）已收到，可随时用下面的链接查看进度。
told-joined = 您已加入诉求 { $number }（{ $category }），进展会一并告诉您。
told-accepted = 您的诉求 { $number }（{ $category }）已由{ $org }接单。
told-diverted = 您的诉求 { $number }（{ $category }）不属于本平台办理范围，请看下面的说明。
told-merged = 您的诉求 { $number }（{ $category }）与另一件合并办理，新单号见下。
told-asked = { $org }就您的诉求 { $number }（{ $category }）有一个问题，请您回答。
told-deferred = 您的诉求 { $number }（{ $category }）暂时无法解决，已挂账，原因和复查日期见下。
told-replied = 您的诉求 { $number }（{ $category }）已有答复，请评价是否真的解决了。
told-reopened = 您的诉求 { $number }（{ $category }）没有解决，已退回{ $org }重办。
told-closed = 您的诉求 { $number }（{ $category }）已办结。

# 发给单位的话
desk-placed = { $number }（{ $category }）新下单。
desk-joined = { $number }（{ $category }）又有一人反映。
desk-routed = { $number }（{ $category }）派给{ $org }，请接单。
desk-diverted = { $number }（{ $category }）转其他渠道。
desk-merged = { $number }（{ $category }）已合并。
desk-absorbed = { $number }（{ $category }）并入了另一件。
desk-accepted = { $number }（{ $category }）由{ $org }接单。
desk-returned = { $number }（{ $category }）被退回，请{ $org }决定。
desk-escalated = { $number }（{ $category }）逾期无人接单，上交{ $org }。
desk-overdue = { $number }（{ $category }）逾期无人接单。
desk-contacted = { $number }（{ $category }）已联系反映人。
desk-whistled = { $number }（{ $category }）吹哨，请{ $org }报到。
desk-reported = { $number }（{ $category }）{ $org }已报到。
desk-extended = { $number }（{ $category }）已延期。
desk-deferred = { $number }（{ $category }）已挂账。
desk-resumed = { $number }（{ $category }）恢复办理。
desk-asked = { $number }（{ $category }）向反映人提了问题。
desk-answered = { $number }（{ $category }）反映人回答了问题。
desk-pictured = { $number }（{ $category }）补充了照片。
desk-noted = { $number }（{ $category }）其他平台有补充。
desk-replied = { $number }（{ $category }）已答复，等待评价。
desk-rated = { $number }（{ $category }）反映人作了评价。
desk-closed = { $number }（{ $category }）已办结。
desk-reopened = { $number }（{ $category }）没有解决，退回{ $org }重办。
desk-supervised = { $number }（{ $category }）交{ $org }督办。
desk-erased = { $number }（{ $category }）应反映人要求删除了个人信息。
desk-late = { $number }（{ $category }）已超过时限。
desk-late_soon = { $number }（{ $category }）即将到期。

# 邮件
mail-link = 查看：{ $link }
mail-foot = 这封信由区群众诉求平台自动发出，请勿回复。不想再收到邮件，请打开：{ $link }
mail-foot-staff = 这封信由区群众诉求平台自动发出。怎样接收通知，在这里设置：{ $link }
digest-subject = 今日汇总：{ $n } 条消息 · 路院
digest-lead = 自上次汇总以来有 { $n } 条消息：
test-subject = 测试消息 · 路院
test-sentence = 这是一条测试消息。收到它，说明这个渠道能用。

# 表单
told-hint = 填了邮箱，每一步进展会发邮件告诉您，信里有一键退订。

# 消息页
notices-title = 消息
notices-lead = 发给本单位的全部消息，每人自己的已读状态。
notices-empty = 还没有消息。
notices-unread = 未读
notices-read-all = 全部标为已读
notices-open = 打开 { $number }
notices-settings = 怎样接收通知
notices-deliveries = 发送情况

# 通知设置
telling-title = 怎样接收通知
telling-lead = 消息总在“消息”页。需要时，也可以发邮件、让浏览器提醒。
telling-email = 邮箱（不填就不发邮件）
telling-digest = 每天汇总发一封，不逐条发
telling-quiet = 免打扰时间
telling-quiet-default = 用本区规定：{ $from } 到次日 { $until }
telling-quiet-own = 自己定
telling-from = 从
telling-until = 到
telling-language = 用哪种语言
telling-save = 保存
telling-saved = 已保存。
push-title = 浏览器提醒
push-lead = 允许后，即使没打开网页，这台设备也会收到提醒。
push-allow = 在这台设备上提醒我
push-done = 已开启提醒。
push-failed = 没能开启：浏览器不允许，或者不支持。
push-count = 已有 { $n } 台设备开启提醒。
push-forbid = 全部关闭提醒

# 反映人页
told-title = 给您的消息
told-by-email = 进展会发到您留下的邮箱。
told-no-email = 您已退订邮件。

# 退订
unsubscribe-title = 不再收邮件
unsubscribe-lead = 以后这件诉求的进展不再发邮件给您。用专属链接随时可以查看。
unsubscribe-button = 不再收邮件
unsubscribed = 已退订，不会再发邮件给您。
unsubscribe-undo = 还是要收邮件

# 发送情况
deliveries-title = 发送情况
deliveries-lead = 每条消息发给谁、走哪个渠道、结果如何。失败的会自动重试，多次失败的停在“已放弃”，可以人工重发。
deliveries-empty = 没有这样的消息。
deliveries-retry = 重发
deliveries-drop = 不再发
deliveries-when = 时间
deliveries-what = 事情
deliveries-to = 发给
deliveries-state = 状态
deliveries-next = { $when }再试
deliveries-attempts = 试了 { $n } 次
deliveries-test = 自检
deliveries-test-lead = 通过一个渠道发一条测试消息，马上告诉您结果。
deliveries-test-channel = 渠道
deliveries-test-button = 发测试消息
deliveries-test-done = 对方已收下。
deliveries-test-failed = 没有发成：{ $reason }
deliveries-mine-email = 邮件，发到我自己设置的邮箱
deliveries-mine-push = 浏览器提醒，发到我自己的设备
deliveries-no-email = 请先在“怎样接收通知”里填写邮箱。
deliveries-no-push = 请先在这台设备上开启提醒。
order-told-title = 已通知
rules-table-telling = 通知
rules-digest = 每日汇总时间
rules-retry = 失败后隔多久重试
rules-lease = 一条消息最多处理多久
rules-seconds = { $n } 秒
rules-at-once = 免打扰时间也发
audience-reporters = 反映人
audience-named = 事件指到的单位
audience-holder = 当前单位
audience-lead = 首接单位
way-email = 邮件
way-push = 浏览器提醒
way-webhook = 程序接口
way-wecom = 企业微信
way-dingtalk = 钉钉
way-feishu = 飞书
to-reporter = 反映人
to-person = 工作人员
to-hook = 程序或群
sent-queued = 待发
sent-sent = 已发出
sent-delivered = 已送达
sent-failed = 失败，将重试
sent-dead = 已放弃
sent-withdrawn = 不再发
reason-timeout = 对方没有及时回应
reason-connect = 连不上对方
reason-broken = 连接中断
reason-name = 域名查不到
reason-address = 网址不对
reason-inside = 网址指向内部网络，不允许访问
reason-http = 对方回应 HTTP { $detail }
reason-smtp = 邮件服务器回应 { $detail }
reason-robot = 机器人没有接受 { $detail }
reason-mail_off = 没有设置邮件服务器
reason-mail_from = 发件人地址不对
reason-mail_address = 收件地址不对
reason-secret = 签名密钥不对
reason-subscription = 浏览器的订阅不对
reason-unwanted = 对方不想再收
reason-gone = 对方已不在
reason-contact_key = 联系方式的密钥不在，请运维人员处理
reason-dropped = 管理员取消
reason-other = 内部问题：{ $detail }

error-email_bad = 邮箱地址不对，请核对，例如 name@example.org。
error-push_bad = 浏览器给出的订阅信息不对，请重新开启提醒。
error-quiet_bad = 免打扰时间不对，请写成 21:00 这样的时间。
error-hook_way = 邮件和浏览器提醒由各人自己设置，这里只加程序接口和群机器人。
error-hook_name = 请给它起个名字。
error-hook_url = 网址不对，请核对。
error-hook_inside = 这个网址指向内部网络；确实需要时，请运维人员用 --reachable 放行。
error-hook_secret = 签名密钥须以 whsec_ 开头，后接 24 到 64 字节的 Base64。
error-hook_event = 没有这种事件：{ $detail }
error-hook_org = 没有这个单位代码：{ $detail }
audit-hook_added = 添加接收程序或群
audit-hook_removed = 移除接收程序或群
audit-job_retried = 重试一项任务
audit-job_dropped = 放弃一项任务
