# English. Every message of a language file is listed here; tests hold that each language has them all.
# Arguments: dates come as $weekday (1 = Monday), $day, $month, $year; finished days as $day, $first, $last.

label-where = Where
label-next = Next
label-when = When
label-wrong = Wrong

weekday = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
day = { weekday } { $day } { month }
day-year = { weekday } { $day } { month } { $year }
day-short = { weekday } { $day }
moment = { $day }, { $time }

window-day = on { $day }
window-today = today, { $day }
window-tomorrow = tomorrow, { $day }
window-hours = { $window } between { $from } and { $to }
window-same-month = between { $first-short } and { $last }
window-days = between { $first } and { $last }

between-sentences = { " " }
between-parts = { ", " }

where-unknown = Nothing told yet says where it is.
where = { $what }.
where-since = { $where } Since { $since }.
where-last-place = The last place told is { $place }, on { $when }.
where-seen = The carrier told of it on { $when }; what happened then is not known.
where-seen-at = The carrier had it in { $place } on { $when }; what it did there is not known.
where-seen-again = The carrier told of it again on { $when }; what happened then is not known.
where-seen-again-at = Seen again in { $place } on { $when }; what happened there is not known.
what-because = { $what }: { $why }
what-at = { $what }, { $place }
what-on = { $what } on { $when }
what-on-at = { $what }, { $place }, on { $when }
in-their-words = In the carrier's words: “{ $words }”.

pieces = Pieces: { $parts }.
pieces-delivered = { $delivered } of { $total } delivered
pieces-on-the-way = { $count } on the way
pieces-not-collected = { $count } announced only
pieces-ended = { $count } that will not be delivered
pieces-untold = { $count } of which nothing is told
pieces-behind = The last one on the way: { $where }

next-none = Nothing more is to come.
next-unknown = Not known.
next-told = { $step } (the carrier has named the next number).
next-learned = { $step }; so it went for { $share } % of comparable parcels.
next-usual = { $step }, as a rule.
next-waiting = { $step }; until then it waits.
hand-over-to = Hand-over to { $carrier }
another-carrier = another carrier

when-unknown = Not known yet.
when-delivered = Delivered { $window }.
when-ended = It will not be delivered any more.
when-waiting = When its recipient collects it.
when-returning = It is on its way back to the sender.
when-expected = Expected { $window }.
when-rough = Expected { $window }, going by published delivery times.
when-promised = The carrier says { $window }.
when-committed = The carrier has committed to delivery { $window }.
when-agreed = Delivery is agreed { $window }.
when-rescheduled = The carrier has put delivery off; it now says { $window }.
when-beside = The carrier says { $window }.
when-overdue = The day named by the carrier has passed: { $window }.
when-may-miss = It may come later than promised.
when-likely-misses = It will probably come later than promised.
when-may-be-lost = It may not arrive at all ({ $share } %).
when-silent = Nothing has been heard for so long that no day can be named.

wrong-nothing = Nothing known to be wrong.
wrong-something = Something is wrong: { $rule }
wrong-level-info = { $text }
wrong-level-warning = { $text }
wrong-level-critical = Urgent: { $text }
wrong-act = { $text } To act: { $party }.
wrong-act-by = { $text } To act: { $party }, by { $due }.
wrong-piece = Piece { $pieces }: { $text }
wrong-pieces = Pieces { $pieces }: { $text }
wrong-pieces-more = Pieces { $pieces } and { $more } more: { $text }

party-carrier = the carrier
party-sender = the sender
party-recipient = the recipient
party-customs = customs
party-nobody = nobody

milestone-announced = Announced; the carrier does not have it yet
milestone-pickup_scheduled = Pickup arranged
milestone-picked_up = Picked up by the carrier
milestone-arrived = Arrived at a facility
milestone-departed = Left a facility
milestone-in_transit = On its way
milestone-handed_over = Handed over to the next carrier
milestone-customs_submitted = { $stage ->
    [export_customs] Declared to export customs
    [import_customs] Declared to import customs
   *[other] Declared to customs
}
milestone-customs_inspection = Being examined by customs
milestone-customs_hold = Held by customs
milestone-customs_info_required = Customs wait for papers or information
milestone-duties_due = Duties or taxes must be paid
milestone-customs_released = { $stage ->
    [export_customs] Released by export customs
    [import_customs] Released by import customs
   *[other] Released by customs
}
milestone-customs_rejected = Declaration refused by customs
milestone-customs_seized = Seized by customs
milestone-delivery_scheduled = Delivery day agreed
milestone-out_for_delivery = Out for delivery
milestone-delivery_attempted = Delivery attempted without success
milestone-available_for_pickup = Ready for collection by the recipient
milestone-delivered = { $to ->
    [neighbour] Delivered to a neighbour
    [safe_place] Delivered to a safe place
    [locker] Delivered to a parcel locker
    [pickup_point] Delivered to a pickup point
    [reception] Delivered to a reception
    [mailbox] Delivered to the mailbox
    [agent] Delivered to an agent
   *[other] Delivered
}
milestone-held = Held by the carrier
milestone-delayed = Delayed
milestone-misrouted = Sent the wrong way
milestone-redirected = Sent on to another address
milestone-address_issue = Trouble with the address
milestone-damaged = Damaged
milestone-lost = Declared lost by the carrier
milestone-refused = Refused by the recipient
milestone-returning = Going back to the sender
milestone-returned = Returned to the sender
milestone-disposed = Destroyed or abandoned
milestone-cancelled = Cancelled
milestone-exception = The carrier reports a problem
milestone-info = A message that moves nothing
milestone-unmapped = A message of unknown meaning

step-picked_up = Pickup by the carrier
step-arrived = Arrival at the next facility
step-departed = Departure to the next facility
step-in_transit = Carriage towards its destination
step-handed_over = Hand-over to the next carrier
step-customs_submitted = Declaration to customs
step-customs_released = Release by customs
step-out_for_delivery = The courier's delivery round
step-delivery_attempted = An attempt at delivery
step-delivered = Delivery
step-collected = Collection by the recipient
step-available_for_pickup = Ready for collection
step-returned = Return to the sender
step-other = { $what }

reason-recipient_absent = nobody was there
reason-business_closed = the business was closed
reason-no_access = the courier could not get in
reason-mailbox_full = the mailbox was full or too small
reason-recipient_unknown = nobody of that name is known there
reason-recipient_moved = the recipient has moved
reason-address_incorrect = the address is wrong
reason-address_incomplete = the address is incomplete
reason-recipient_deceased = the recipient has died
reason-recipient_refused = the recipient refused it
reason-unclaimed = nobody collected it in time
reason-identity_check = an identity or age check failed
reason-payment_missing = charges were not paid at the door
reason-unsafe_conditions = it was not safe to deliver
reason-oversize = it is too large
reason-time_window_missed = the agreed time was missed
reason-recipient_request = the recipient asked for it
reason-recipient_unavailable_period = the recipient is away for a while
reason-documents_missing = customs papers are missing
reason-documents_incorrect = customs papers are wrong
reason-invoice_missing = the commercial invoice is missing
reason-description_insufficient = the goods are described too vaguely
reason-value_query = the declared value is questioned
reason-identity_missing = the importer's identity or tax number is missing
reason-broker_needed = a customs broker must act
reason-permit_missing = a permit is missing
reason-duties_unpaid = duties or taxes are not paid
reason-prohibited_goods = the goods are prohibited
reason-restricted_goods = the goods need special permission
reason-dangerous_goods = dangerous goods
reason-random_inspection = chosen for examination
reason-quarantine = quarantine
reason-data_mismatch = the papers contradict each other
reason-quota_exceeded = an allowance is used up
reason-security_check = security screening
reason-regulatory = another authority's rules
reason-weather = weather
reason-natural_disaster = a natural disaster
reason-strike = a strike
reason-civil_unrest = unrest
reason-holiday = a holiday or a day without service
reason-traffic = traffic
reason-mechanical = a vehicle or machine failed
reason-accident = an accident
reason-missed_connection = a connection was missed
reason-capacity = there was no room
reason-late_arrival = it came too late for the next step
reason-late_tender = it was handed in too late
reason-operational = the carrier's own operation
reason-missort = it was sorted wrongly
reason-label_unreadable = the label cannot be read
reason-packaging = the packaging is not good enough
reason-damage = damage
reason-missing_piece = a piece or part is missing
reason-theft = theft
reason-out_of_area = outside the delivery area
reason-service_unavailable = the service is not offered there or then
reason-force_majeure = beyond anybody's control
reason-health_emergency = a health measure
reason-airline_delay = the airline was late
reason-sender_request = the sender asked for it
reason-sender_unready = nothing was ready to collect
reason-sender_closed = the sender was closed
reason-carrier_request = the carrier decided it
reason-missing_label = the label is missing
reason-item_not_received = it did not come
reason-data_missing = shipment data are missing
reason-exceeds_limits = over a limit of size, weight or value
reason-postage_due = postage or freight is due
reason-pickup_failed = the pickup failed
reason-contact_needed = somebody must get in touch
reason-investigation = the carrier is looking into it
reason-duplicate = it was reported twice
reason-abandoned = it was given up
reason-interception = it was stopped at somebody's order
reason-technical = a system failed
reason-payment_failed = the payment failed
reason-stock_short = it is not in stock

rule-never-collected = The label exists, but the carrier has never collected it.
rule-stalled = It has not moved for longer than usual.
rule-customs-dwell = It has been in customs for longer than usual.
rule-customs-action-needed = Customs cannot go on until somebody acts.
rule-customs-rejected = Customs refused the declaration.
rule-carrier-problem = The carrier reports a problem.
rule-carrier-problem-held = The carrier holds it.
rule-carrier-problem-delayed = The carrier says that it is delayed.
rule-carrier-problem-customs_hold = Customs hold it.
rule-late-risk = It will probably miss its promised day.
rule-late = Its promised day has passed.
rule-late-day = { $kind ->
    [committed] The carrier committed to { $day }; that day has passed.
    [agreed] Delivery was agreed for { $day }; that day has passed.
   *[other] The carrier said { $day }; that day has passed.
}
rule-eta-slipping = Its expected arrival keeps moving back.
rule-delivery-failed = A delivery attempt failed.
rule-attempts-exhausted = Several delivery attempts failed; it may go back.
rule-address-problem = The address is wrong or incomplete.
rule-damaged = It is damaged.
rule-lost-risk = It may be lost.
rule-lost = The carrier says that it is lost.
rule-refused = The recipient refused it.
rule-returning-unasked = It is going back, and nobody asked for that.
rule-misrouted = It was sent the wrong way.
rule-route-loop = It goes round in a circle.
rule-impossible-travel = It is said to be in two places that nothing can travel between in that time.
rule-delivered-elsewhere = It is said to be delivered somewhere else than its destination.
rule-moved-after-delivery = It is said to be delivered, but it moved afterwards.
rule-pickup-expiring = It waits for collection; the time for that is nearly over or has passed.
rule-never-handed-over = The next carrier has not received it.
rule-contradiction = Statements about it contradict each other.
rule-number-reused = Its number stands for more than one parcel.
rule-clock-skew = A feed's clock is wrong.
rule-feed-silent = A feed has fallen silent; parcels that only it tells of cannot be followed.
rule-lane-disrupted = Many parcels on its route are late or stuck.
rule-not-shipped-in-time = The shop has not shipped it in time.
rule-payment-failed = The payment failed.
rule-stock-short = The goods are not in stock.
rule-duplicate-order = The order was placed twice.
