# 公开列表的下载，以及无法导入的文件
export-title = 下载本列表
export-csv = CSV（Excel 可直接打开）
export-note = 与本页筛选条件相同的全部诉求，即时数据，不含任何联系方式。
error-import = 文件无法导入：{ $detail }
