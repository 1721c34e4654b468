# Notices and telling people

nav-notices = Notices
event-late = Deadline has passed
event-late_soon = Deadline is near
event-digest = Daily digest
event-test = Test

tell-subject = { $number } { $what } · Luyuan
told-placed = Your order { $number } ({ $category }) has arrived. Follow it at any time with the link below.
told-joined = You joined order { $number } ({ $category }) and will hear of its progress.
told-accepted = Your order { $number } ({ $category }) was accepted by { $org }.
told-diverted = Your order { $number } ({ $category }) is not for this platform; see below where to turn.
told-merged = Your order { $number } ({ $category }) goes on together with another one, under the number below.
told-asked = { $org } has a question about your order { $number } ({ $category }). Please answer it.
told-deferred = Your order { $number } ({ $category }) cannot be solved for now; reason and date of review are below.
told-replied = Your order { $number } ({ $category }) was answered. Please say whether it is really solved.
told-reopened = Your order { $number } ({ $category }) was not solved and goes back to { $org }.
told-closed = Your order { $number } ({ $category }) has ended.

desk-placed = { $number } ({ $category }) was placed.
desk-joined = { $number } ({ $category }): one more person reported it.
desk-routed = { $number } ({ $category }) was sent to { $org }; please accept it.
desk-diverted = { $number } ({ $category }) was diverted.
desk-merged = { $number } ({ $category }) was merged.
desk-absorbed = { $number } ({ $category }): another order was joined with it.
desk-accepted = { $number } ({ $category }) was accepted by { $org }.
desk-returned = { $number } ({ $category }) was returned; { $org } decides.
desk-escalated = { $number } ({ $category }): nobody accepted in time; it went up to { $org }.
desk-overdue = { $number } ({ $category }): nobody accepted in time.
desk-contacted = { $number } ({ $category }): the reporter was contacted.
desk-whistled = { $number } ({ $category }): { $org } is called and must report.
desk-reported = { $number } ({ $category }): { $org } reported.
desk-extended = { $number } ({ $category }): the deadline was extended.
desk-deferred = { $number } ({ $category }) was deferred.
desk-resumed = { $number } ({ $category }): work goes on.
desk-asked = { $number } ({ $category }): the reporter was asked something.
desk-answered = { $number } ({ $category }): the reporter answered.
desk-pictured = { $number } ({ $category }): a photo was added.
desk-noted = { $number } ({ $category }): another platform added something.
desk-replied = { $number } ({ $category }) was answered and waits for its rating.
desk-rated = { $number } ({ $category }) was rated.
desk-closed = { $number } ({ $category }) has ended.
desk-reopened = { $number } ({ $category }) was not solved and goes back to { $org }.
desk-supervised = { $number } ({ $category }) is supervised by { $org } now.
desk-erased = { $number } ({ $category }): personal data was erased at the reporter's request.
desk-late = { $number } ({ $category }) is past its deadline.
desk-late_soon = { $number } ({ $category }) is due soon.

mail-link = Read more: { $link }
mail-foot = The district's platform for residents' orders sent this mail by itself; please do not answer it. To get no more mail, open: { $link }
mail-foot-staff = The district's platform for residents' orders sent this mail by itself. How you are told is set here: { $link }
digest-subject = { $n ->
    [one] Today: one notice · Luyuan
   *[other] Today: { $n } notices · Luyuan
}
digest-lead = { $n ->
    [one] One notice since the last digest:
   *[other] { $n } notices since the last digest:
}
test-subject = Test message · Luyuan
test-sentence = This is a test message. Since it reached you, this channel works.

told-hint = With an e-mail address you are told of each step; every mail has a link that ends them.

notices-title = Notices
notices-lead = All notices for your organisation; each person has read marks of their own.
notices-empty = No notices yet.
notices-unread = unread
notices-read-all = Mark all as read
notices-open = Open { $number }
notices-settings = How I am told
notices-deliveries = Deliveries

telling-title = How I am told
telling-lead = Notices always stand on the page Notices. If you wish, they come by e-mail or ring in this browser too.
telling-email = E-mail (leave empty for none)
telling-digest = One mail a day in place of one for each notice
telling-quiet = Quiet hours
telling-quiet-default = As the district has them: { $from } to { $until } the next day
telling-quiet-own = My own
telling-from = From
telling-until = Until
telling-language = In which language
telling-save = Save
telling-saved = Saved.
push-title = Notifications in the browser
push-lead = If you allow it, this device tells you even when the page is not open.
push-allow = Notify me on this device
push-done = Notifications are on.
push-failed = They could not be switched on: the browser does not allow or know them.
push-count = { $n ->
    [one] One device notifies you.
   *[other] { $n } devices notify you.
}
push-forbid = Switch all notifications off

told-title = Messages for you
told-by-email = Progress is sent to the address that you gave.
told-no-email = You asked for no more mail.

unsubscribe-title = No more mail
unsubscribe-lead = You will get no more mail about this order. With your link you can look at it at any time.
unsubscribe-button = No more mail
unsubscribed = Done: you will get no more mail.
unsubscribe-undo = Send me mail after all

deliveries-title = Deliveries
deliveries-lead = Which message went to whom over which channel, and what came of it. What fails is tried again by itself; what failed too often waits under “given up” and can be sent again by hand.
deliveries-empty = There are none.
deliveries-retry = Send again
deliveries-drop = Do not send
deliveries-when = When
deliveries-what = What
deliveries-to = To
deliveries-state = State
deliveries-next = again at { $when }
deliveries-attempts = { $n ->
    [one] tried once
   *[other] tried { $n } times
}
deliveries-test = Self-test
deliveries-test-lead = Sends a test message over a channel and says at once what happened.
deliveries-test-channel = Channel
deliveries-test-button = Send a test message
deliveries-test-done = The other side took it.
deliveries-test-failed = It was not sent: { $reason }
deliveries-mine-email = E-mail, to the address that I set for myself
deliveries-mine-push = Notification, to my own devices
deliveries-no-email = First set an address under “How I am told”.
deliveries-no-push = First switch on notifications on this device.
order-told-title = Told
rules-table-telling = Who is told
rules-digest = Time of the daily digest
rules-retry = Waits after a failure
rules-lease = Longest time for one message
rules-seconds = { $n } s
rules-at-once = also in quiet hours
audience-reporters = reporters
audience-named = organisation that the event names
audience-holder = holder
audience-lead = lead
way-email = e-mail
way-push = notification
way-webhook = webhook
way-wecom = WeCom
way-dingtalk = DingTalk
way-feishu = Feishu
to-reporter = reporter
to-person = staff
to-hook = program or group
sent-queued = queued
sent-sent = sent
sent-delivered = delivered
sent-failed = failed, tried again
sent-dead = given up
sent-withdrawn = not sent
reason-timeout = no answer in time
reason-connect = could not connect
reason-broken = the connection broke
reason-name = the name is not known
reason-address = the address is wrong
reason-inside = the address leads inside and may not be asked
reason-http = the answer was HTTP { $detail }
reason-smtp = the mail server answered { $detail }
reason-robot = the robot did not take it { $detail }
reason-mail_off = no mail server is set
reason-mail_from = the sender's address is wrong
reason-mail_address = the recipient's address is wrong
reason-secret = the secret for signing is wrong
reason-subscription = the browser's subscription is wrong
reason-unwanted = the recipient wants it no more
reason-gone = the recipient is gone
reason-contact_key = the key of contact data is missing; the operator must put it back
reason-dropped = taken away by an administrator
reason-other = an internal problem: { $detail }

error-email_bad = That is no e-mail address; please check it, such as name@example.org.
error-push_bad = What the browser sent is no subscription; please switch notifications on again.
error-quiet_bad = Those are no quiet hours; write times such as 21:00.
error-hook_way = E-mail and notifications are set by each person; here only webhooks and robots are added.
error-hook_name = Please give it a name.
error-hook_url = That address is wrong; please check it.
error-hook_inside = That address leads inside; if it must be, the operator allows it with --reachable.
error-hook_secret = A secret begins with whsec_, followed by 24 to 64 bytes in Base64.
error-hook_event = There is no event { $detail }.
error-hook_org = There is no organisation with the code { $detail }.
audit-hook_added = program or group added
audit-hook_removed = program or group removed
audit-job_retried = job tried again
audit-job_dropped = job dropped
