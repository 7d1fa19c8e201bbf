# 简体中文
label-where = 位置
label-next = 下一步
label-when = 送达
label-wrong = 异常

weekday = { $weekday ->
    [1] 周一
    [2] 周二
    [3] 周三
    [4] 周四
    [5] 周五
    [6] 周六
   *[7] 周日
}
month = { $month }月
day = { month }{ $day }日（{ weekday }）
day-year = { $year }年{ month }{ $day }日（{ weekday }）
day-short = { $day }日（{ weekday }）
moment = { $day }{ $time }

window-day = { $day }
window-today = 今天，{ $day }
window-tomorrow = 明天，{ $day }
window-hours = { $window }{ $from }至{ $to }
window-same-month = { $first }至{ $last-short }
window-days = { $first }至{ $last }

between-sentences = { "" }
between-parts = { "，" }

where-unknown = 暂无位置信息。
where = { $what }。
where-since = { $where }自{ $since }起。
where-last-place = 最近记录的地点：{ $place }，{ $when }。
where-seen = 承运商于{ $when }更新了一条记录，含义不明。
where-seen-at = 承运商于{ $when }在{ $place }扫描过包裹，具体操作不明。
where-seen-again = 此后承运商于{ $when }又更新了一条记录，含义不明。
where-seen-again-at = 此后承运商于{ $when }在{ $place }再次扫描过包裹，具体操作不明。
what-because = { $what }：{ $why }
what-at = { $what }，{ $place }
what-on = { $what }，{ $when }
what-on-at = { $what }，{ $when }，{ $place }
in-their-words = 承运商原文：“{ $words }”。

pieces = { $parts }。
pieces-delivered = 共{ $total }件，已送达{ $delivered }件
pieces-on-the-way = { $count }件在途
pieces-not-collected = { $count }件尚未揽收
pieces-ended = { $count }件不再派送
pieces-untold = { $count }件暂无信息
pieces-behind = 在途最慢的一件：{ $where }

next-none = 无后续步骤。
next-unknown = 未知。
next-told = { $step }。
next-then = { $step }，之后{ $later }。
next-learned = { $step }（同类包裹中{ $share }%如此）。
next-usual = 通常：{ $step }。
next-waiting = 等待：{ $step }。
hand-over-to = 交接给{ $carrier }
another-carrier = 其他承运商

when-unknown = 暂不可知。
when-delivered = 已于{ $window }送达。
when-ended = 不会再派送。
when-waiting = 待收件人取件。
when-waiting-until = 待收件人取件，最迟{ $day }。
when-returning = 包裹正在退回寄件人。
when-expected = 预计{ $window }送达。
when-rough = 按承运商公布的时效，预计{ $window }送达。
when-promised = 承运商预计{ $window }送达。
when-committed = 承运商承诺{ $window }送达。
when-agreed = 已约定{ $window }派送。
when-rescheduled = 承运商已改期，现预计{ $window }送达。
when-beside = 承运商预计{ $window }送达。
when-overdue = 已超过承运商给出的日期：{ $window }。
when-no-new-day = 承运商尚未给出新的日期。
when-may-miss = 可能晚于承诺时间。
when-likely-misses = 很可能晚于承诺时间。
when-may-be-lost = 包裹可能无法送达（{ $share }%）。
when-silent = 长时间没有新消息，无法给出日期。

wrong-nothing = 未发现异常。
wrong-unchecked = 未检查。
wrong-something = 出现异常：{ $rule }
wrong-level-info = { $text }
wrong-level-warning = { $text }
wrong-level-critical = 紧急：{ $text }
wrong-act = { $text }需{ $party }处理。
wrong-act-by = { $text }需{ $party }最迟于{ $due }处理。
wrong-act-overdue = { $text }需{ $party }处理，期限{ $due }已过。
wrong-piece = 子件{ $pieces }：{ $text }
wrong-pieces = 子件{ $pieces }：{ $text }
wrong-pieces-more = 子件{ $pieces }及另外{ $more }件：{ $text }

party-carrier = 承运商
party-sender = 寄件人
party-recipient = 收件人
party-customs = 海关
party-nobody = 任何一方

milestone-announced = 面单已生成，承运商尚未收件
milestone-pickup_scheduled = 已预约揽收
milestone-picked_up = 承运商已揽收
milestone-arrived = 已到达网点
milestone-departed = 已离开网点
milestone-in_transit = 运输中
milestone-handed_over = 已交接给下一承运商
milestone-customs_submitted = { $stage ->
    [export_customs] 已向出口海关申报
    [import_customs] 已向进口海关申报
   *[other] 已向海关申报
}
milestone-customs_inspection = 海关查验中
milestone-customs_hold = 海关扣留
milestone-customs_info_required = 海关等待补充资料
milestone-duties_due = 需缴纳关税或税款
milestone-customs_released = { $stage ->
    [export_customs] 出口海关已放行
    [import_customs] 进口海关已放行
   *[other] 海关已放行
}
milestone-customs_rejected = 海关退单
milestone-customs_seized = 海关没收
milestone-delivery_scheduled = 已约定派送日期
milestone-out_for_delivery = 派送中
milestone-delivery_attempted = 派送未成功
milestone-available_for_pickup = 待收件人自取
milestone-delivered = { $to ->
    [neighbour] 已由邻居代收
    [safe_place] 已放置在安全地点
    [locker] 已投递至快递柜
    [pickup_point] 已送至自提点
    [reception] 已由前台代收
    [mailbox] 已投入信箱
    [agent] 已由代理人签收
   *[other] 已送达
}
milestone-held = 承运商暂存
milestone-delayed = 延误
milestone-misrouted = 错发
milestone-redirected = 已转寄至其他地址
milestone-address_issue = 地址有问题
milestone-damaged = 破损
milestone-lost = 承运商确认丢失
milestone-refused = 收件人拒收
milestone-returning = 退回寄件人途中
milestone-returned = 已退回寄件人
milestone-disposed = 已销毁或弃件
milestone-cancelled = 已取消
milestone-exception = 承运商报告出现问题
milestone-info = 承运商通知
milestone-unmapped = 含义未知的记录

step-picked_up = 承运商揽收
step-arrived = 到达下一网点
step-departed = 发往下一网点
step-in_transit = 运往目的地
step-handed_over = 交接给下一承运商
step-customs_submitted = 向海关申报
step-customs_released = 海关放行
step-out_for_delivery = 快递员派送
step-delivery_attempted = 尝试派送
step-delivered = 送达
step-collected = 收件人自取
step-available_for_pickup = 可供自取
step-returned = 退回寄件人
step-other = { $what }

reason-recipient_absent = 无人在场
reason-business_closed = 商家未营业
reason-no_access = 快递员无法进入
reason-mailbox_full = 信箱已满或太小
reason-recipient_unknown = 查无此人
reason-recipient_moved = 收件人已搬迁
reason-address_incorrect = 地址错误
reason-address_incomplete = 地址不完整
reason-recipient_deceased = 收件人已故
reason-recipient_refused = 收件人拒收
reason-unclaimed = 逾期无人领取
reason-identity_check = 身份或年龄核验未通过
reason-payment_missing = 未支付到付款项
reason-unsafe_conditions = 派送条件不安全
reason-oversize = 尺寸过大
reason-time_window_missed = 错过约定时间
reason-recipient_request = 应收件人要求
reason-recipient_unavailable_period = 收件人暂时不在
reason-documents_missing = 缺少报关单证
reason-documents_incorrect = 报关单证有误
reason-invoice_missing = 缺少商业发票
reason-description_insufficient = 品名描述不清
reason-value_query = 申报价值存疑
reason-identity_missing = 缺少进口人身份或税号
reason-broker_needed = 需报关行处理
reason-permit_missing = 缺少许可证
reason-duties_unpaid = 关税或税款未缴
reason-prohibited_goods = 禁运物品
reason-restricted_goods = 限制物品，需特别许可
reason-dangerous_goods = 危险品
reason-random_inspection = 被抽中查验
reason-quarantine = 检疫
reason-data_mismatch = 单证不符
reason-quota_exceeded = 额度已用完
reason-security_check = 安检
reason-regulatory = 其他主管部门的规定
reason-weather = 天气原因
reason-natural_disaster = 自然灾害
reason-strike = 罢工
reason-civil_unrest = 社会动荡
reason-holiday = 节假日或非服务日
reason-traffic = 交通原因
reason-mechanical = 车辆或设备故障
reason-accident = 事故
reason-missed_connection = 错过衔接班次
reason-capacity = 运力不足
reason-late_arrival = 到达过晚，错过下一环节
reason-late_tender = 交件过晚
reason-operational = 承运商运营原因
reason-missort = 分拣错误
reason-label_unreadable = 面单无法识别
reason-packaging = 包装不合格
reason-damage = 破损
reason-missing_piece = 缺件
reason-theft = 被盗
reason-out_of_area = 超出派送范围
reason-service_unavailable = 当地或当时无此服务
reason-force_majeure = 不可抗力
reason-health_emergency = 公共卫生措施
reason-airline_delay = 航班延误
reason-sender_request = 应寄件人要求
reason-sender_unready = 寄件人未备好货
reason-sender_closed = 寄件人未营业
reason-carrier_request = 承运商决定
reason-missing_label = 缺少面单
reason-item_not_received = 未收到货物
reason-data_missing = 缺少运单数据
reason-exceeds_limits = 超出尺寸、重量或价值限制
reason-postage_due = 邮资或运费未付
reason-pickup_failed = 揽收失败
reason-contact_needed = 需取得联系
reason-investigation = 承运商正在调查
reason-duplicate = 重复报告
reason-abandoned = 已弃件
reason-interception = 应要求拦截
reason-technical = 系统故障
reason-payment_failed = 付款失败
reason-stock_short = 缺货

rule-never-collected = 面单已生成，但承运商一直未揽收。
rule-stalled = 包裹停滞时间超过通常水平。
rule-customs-dwell = 清关时间超过通常水平。
rule-customs-action-needed = 需有人处理，海关才能继续。
rule-customs-rejected = 海关退单。
rule-carrier-problem = 承运商报告出现问题。
rule-carrier-problem-held = 承运商暂存了包裹。
rule-carrier-problem-delayed = 承运商报告延误。
rule-carrier-problem-customs_hold = 包裹被海关扣留。
rule-late-risk = 很可能错过承诺的日期。
rule-late = 已超过承诺的日期。
rule-late-day = { $kind ->
    [committed] 承运商承诺的日期{ $day }已过。
    [agreed] 约定的派送日{ $day }已过。
   *[other] 承运商预计的日期{ $day }已过。
}
rule-eta-slipping = 预计送达时间一再推迟。
rule-delivery-failed = 一次派送失败。
rule-attempts-exhausted = 多次派送失败，包裹可能被退回。
rule-address-problem = 地址错误或不完整。
rule-damaged = 包裹破损。
rule-lost-risk = 包裹可能已丢失。
rule-lost = 承运商确认包裹丢失。
rule-refused = 收件人拒收。
rule-returning-unasked = 包裹正在退回，但无人申请退回。
rule-misrouted = 包裹被错发。
rule-misrouted-route = 包裹位于该路线上不常经过的地点。
rule-route-loop = 包裹在几个网点之间往返。
rule-impossible-travel = 两条记录的地点相距过远，间隔时间内不可能到达。
rule-delivered-elsewhere = 记录的送达地点与目的地不符。
rule-moved-after-delivery = 显示已送达，但之后仍有移动。
rule-pickup-expiring = 包裹待自取，保管期即将届满或已届满。
rule-never-handed-over = 下一承运商尚未收到包裹。
rule-contradiction = 关于该包裹的记录相互矛盾。
rule-number-reused = 该单号对应多个包裹。
rule-clock-skew = 某数据源的时钟有误。
rule-feed-silent = 某数据源已无更新，仅由其提供信息的包裹无法追踪。
rule-lane-disrupted = 该路线上有许多包裹延误或停滞。
rule-not-shipped-in-time = 商家未按时发货。
rule-payment-failed = 付款失败。
rule-stock-short = 商品缺货。
rule-duplicate-order = 订单重复提交。

# 列表中的轨迹：简短，不含时间地点。
event-announced = 面单已生成
event-pickup_scheduled = 已预约揽收
event-picked_up = 已揽收
event-arrived = 到达网点
event-departed = 离开网点
event-in_transit = 运输中
event-handed_over = 已交接
event-customs_submitted = 海关：已申报
event-customs_inspection = 海关：查验中
event-customs_hold = 海关：扣留
event-customs_info_required = 海关：待补资料
event-duties_due = 海关：待缴税
event-customs_released = 海关：已放行
event-customs_rejected = 海关：退单
event-customs_seized = 海关：没收
event-delivery_scheduled = 已约定派送
event-out_for_delivery = 派送中
event-delivery_attempted = 派送未成功
event-available_for_pickup = 待自取
event-delivered = { $to ->
    [recipient] 本人签收
    [neighbour] 邻居代收
    [safe_place] 放置安全地点
    [locker] 投递快递柜
    [pickup_point] 送达自提点
    [reception] 前台代收
    [mailbox] 投入信箱
    [agent] 代理人签收
   *[other] 已送达
}
event-held = 暂存
event-delayed = 延误
event-misrouted = 错发
event-redirected = 已转寄
event-address_issue = 地址问题
event-damaged = 破损
event-lost = 丢失
event-refused = 拒收
event-returning = 退回途中
event-returned = 已退回
event-disposed = 已销毁
event-cancelled = 已取消
event-exception = 异常
event-info = 通知
event-unmapped = 未知代码
event-because = { $event }：{ $reason }
event-attempted-because = 派送未成功：{ $reason }
event-planned = 计划：{ $event }
event-paper = 单证：{ $event }

# 包裹页面：标签不超过八列。
page-parcel = 包裹
page-clock = 时区
page-legs = 运段
page-customs = 海关
page-export = 出口：{ $state }
page-import = 进口：{ $state }
page-to-act = { $state }；需{ $party }处理
page-pieces = 件数
page-piece = 子件
page-pickup = 自提
page-due = 应付
page-promise = 承诺
page-linked = 关联
page-claim = 声明
page-proof = 凭证
page-link = 链接
page-trail = 轨迹（当地时间）
page-unknown = 未知信息
page-notices = 提示
page-no-parcel = 没有包裹信息。
leg-days = { $first } - { $last }
leg-seen = { $day }有记录
leg-not-begun = 未开始
leg-delivered-in-part = 部分送达
piece-no-news = 暂无信息
pieces-of = 共{ $total }件，已送达{ $delivered }件
clock-day-only = （仅日期）
clock-no-zone = { $time } 时区?
month-short = { $month }月
date-long = { $year }年{ $month }月{ $day }日（{ weekday }）
date-short = { $month }月{ $day }日
code-and-words = 代码{ $code } { $words }
promise-by = 最迟{ $by }
promise-from-to = { $from }至{ $by }
promise-line = { $kind }：{ $window }，{ $stated }给出（{ $feed }）
promise-first_estimate = 首次预计
promise-estimated = 预计
promise-rescheduled = 改期
promise-agreed = 约定
promise-committed = 承诺
link-return_of = 退件，原单
link-returned_by = 退件单号
link-replacement_of = 补发，原单
link-replaced_by = 补发单号
link-signed_receipt_of = 签回单，原单
link-signed_receipt = 签回单号
role-waybill = 运单号
role-piece = 子件
role-master_waybill = 母单号
role-next_carrier = 下一承运商单号
role-previous_carrier = 上一承运商单号
role-alternate = 其他单号
role-return = 退件单号
role-outbound = 原单号
role-redirection = 转寄单号
role-replacement = 补发单号
role-signed_receipt = 签回单号
role-order = 订单号
role-customer_reference = 客户参考号
role-house_waybill = 分单号
role-master_air_waybill = 航空主单号
role-container = 集装箱号
role-bag = 袋号
role-manifest = 清单号
role-declaration = 报关单号
role-declaration_reference = 报关企业内部编号
role-payment = 支付单号
conflict-movement_after_delivery = 送达后又有移动
conflict-different_ends = 结果不一致
conflict-different_places = 地点不一致
conflict-different_condition = 状况不一致
proof-signature = 签名
proof-photo = 照片
proof-document = 单据
proof-gps = GPS位置
proof-pin = 取件码
claim-line = { $feed }称{ $number }是{ $role }；未经证实，未关联
unknown-line = 共{ $events }条记录，其中{ $parts }。
unknown-meaning = { $count }条含义未知
unknown-zone = { $count }条时区未知
unknown-time = { $count }条只有日期
unknown-place = { $count }条没有地点
contradiction-line = 记录矛盾（{ $kind }）：{ $values }。

notice-unmapped_code = 未知代码
notice-event_skipped = 跳过记录
notice-field_unreadable = 字段无法读取
notice-not_found = 未查到
notice-empty = 无内容
notice-retry_later = 稍后重试
notice-reauthorise = 凭据被拒
notice-refused = 无权查询
notice-invalid_request = 请求无效
notice-carrier_message = 承运商消息
notice-control = 控制消息
notice-incomplete = 不完整
notice-encoding_assumed = 编码为推断
notice-text_damaged = 文本受损
notice-withdrawn = 已撤回
notice-number_reused = 单号重复使用
notice-ambiguous_link = 关联不明
notice-link_refused = 不予关联

# 承运商的要求、自提点、应付款项。
next-asked = 承运商要求：“{ $words }”。
pickup-at = 存放于{ $where }
pickup-until = 存放于{ $where }，保留至{ $day }
pickup-only-until = 最迟{ $day }取件
due-amount = { $kind }：{ $amount } { $currency }
due-open = { $kind }
due-by = { $due }，最迟{ $day }支付
due-paid = { $due }，已付
wrong-due = 应付：{ $due }。
due-duty = 关税
due-vat = 增值税
due-excise = 消费税
due-duties_and_taxes = 关税及税款
due-fee = 手续费
due-cash_on_delivery = 代收货款
due-freight = 运费
due-storage = 仓储费
due-other = 费用

# 变更通知
change-place = 现位于{ $place }。
change-place-unnamed = 已到达另一地点。
change-carrier = 已交接给{ $carrier }。
change-number = 包裹新增单号：{ $carrier } { $number }。
change-linked = 有关联包裹：{ $role }{ $carrier } { $number }。
change-hold-opened = { $where ->
    [some] { $hold ->
        [customs_info_required] { $place }海关要求补充单证或信息
        [duties_due] { $place }海关要求缴纳税费
        [customs_inspection] { $place }海关正在查验
        [customs_rejected] { $place }海关已退回申报
       *[other] 包裹被{ $place }海关扣留
    }
   *[none] { $hold ->
        [customs_info_required] 海关要求补充单证或信息
        [duties_due] 海关要求缴纳税费
        [customs_inspection] 海关正在查验
        [customs_rejected] 海关已退回申报
       *[other] 包裹被海关扣留
    }
}
change-hold-closed = { $hold ->
    [customs_info_required] 海关不再要求补充单证或信息。
    [duties_due] 海关不再要求缴纳税费。
    [customs_inspection] 海关查验已结束。
    [customs_rejected] 申报退回一事已解决。
   *[other] 海关已解除扣留。
}
change-due-moved = 待付款项现为{ $after }，原为{ $before }。
change-due-paid = 已付款：{ $due }。
change-due-gone = 无需再付：{ $due }。
change-due-none = 没有待付款项。
change-due-passed = 付款期限已过：{ $due }。
change-pickup = 可取件至{ $after }。
change-pickup-moved = 取件期限由{ $before }改为{ $after }。
change-pickup-passed = 取件期限{ $day }已过。
change-promise = 承运商预计{ $after }送达
change-promise-moved = 承运商现预计{ $after }送达，原预计{ $before }
change-promise-committed = 承运商承诺{ $after }送达
change-promise-committed-moved = 承运商现承诺{ $after }送达，原承诺{ $before }
change-promise-agreed = 已约定{ $after }派送
change-promise-agreed-moved = 派送已改约至{ $after }，原为{ $before }
change-promise-gone = 承运商不再给出送达日期。
change-estimate = 预计最迟{ $after }送达
change-estimate-moved = 现预计最迟{ $after }送达，原为{ $before }
change-estimate-later = 仍预计最迟{ $after }送达，但当天会更晚
change-estimate-earlier = 仍预计最迟{ $after }送达，但当天会更早
change-why-silence = 已有一段时间没有新消息
change-why-event = 最新动态为“{ $event }”
change-why-promise = 承运商更改了日期
change-why-learned = 同类包裹有了新的经验数据
change-why-correction = 近期的预估经过了修正
change-contradiction = 记录相互矛盾（{ $conflict }）
change-contradiction-settled = 记录不再矛盾（{ $conflict }）
change-case-worse = 情况加重：{ $text }
change-case-resolved = 已解决：{ $text }
change-finished = 无后续步骤。
change-reopened = 包裹重新开始运送。
