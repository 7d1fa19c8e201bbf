# English. Every message of a language file is listed here; a test holds that each language has them all.
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

where-unknown = No location reported yet.
where = { $what }.
where-since = { $where } Since { $since }.
where-last-place = Last reported location: { $place }, on { $when }.
where-seen = The carrier reported an event on { $when }, but its meaning is unknown.
where-seen-at = The carrier scanned it in { $place } on { $when }, but what happened there is unknown.
where-seen-again = The carrier reported another event on { $when }, but its meaning is unknown.
where-seen-again-at = Scanned again in { $place } on { $when }, but what happened there is unknown.
what-because = { $what }: { $why }
what-at = { $what }, { $place }
what-on = { $what } on { $when }
what-on-at = { $what }, { $place }, on { $when }
in-their-words = The carrier writes: “{ $words }”.

pieces = Pieces: { $parts }.
pieces-delivered = { $delivered } of { $total } delivered
pieces-on-the-way = { $count } on the way
pieces-not-collected = { $count } not picked up yet
pieces-ended = { $count } will not be delivered
pieces-untold = { $count } without any report
pieces-behind = Slowest on the way: { $where }

next-none = No further steps.
next-unknown = Unknown.
next-told = { $step }.
next-then = { $step }, then { $later }.
next-learned = { $step } ({ $share } % of comparable parcels).
next-usual = { $step } (usual next step).
next-waiting = Waiting for: { $step }.
hand-over-to = Hand-over to { $carrier }
another-carrier = another carrier

when-unknown = Not known yet.
when-delivered = Delivered { $window }.
when-ended = It will not be delivered.
when-waiting = When the recipient collects it.
when-waiting-until = When the recipient collects it, by { $day } at the latest.
when-returning = On its way back to the sender.
when-expected = Expected { $window }.
when-rough = Expected { $window }, based on published delivery times.
when-promised = The carrier expects delivery { $window }.
when-committed = The carrier is committed to delivery { $window }.
when-agreed = Delivery is agreed { $window }.
when-rescheduled = The carrier has rescheduled delivery; it now expects it { $window }.
when-beside = The carrier expects delivery { $window }.
when-overdue = The carrier's date has passed: { $window }.
when-no-new-day = The carrier has given no new date.
when-may-miss = It may arrive later than promised.
when-likely-misses = It will probably arrive later than promised.
when-may-be-lost = It may not arrive at all ({ $share } %).
when-silent = No news for too long to name a day.

wrong-nothing = No problems found.
wrong-unchecked = Not checked.
wrong-something = Problem: { $rule }
wrong-level-info = { $text }
wrong-level-warning = { $text }
wrong-level-critical = Urgent: { $text }
wrong-act = { $text } Action needed: { $party }.
wrong-act-by = { $text } Action needed: { $party }, by { $due }.
wrong-act-overdue = { $text } Action needed: { $party }; the deadline was { $due }.
wrong-piece = Piece { $pieces }: { $text }
wrong-pieces = Pieces { $pieces }: { $text }
wrong-pieces-more = Pieces { $pieces } and { $more } more: { $text }

party-carrier = the carrier
party-sender = the sender
party-recipient = the recipient
party-customs = customs
party-nobody = nobody

milestone-announced = Label created; the carrier does not have it yet
milestone-pickup_scheduled = Pickup scheduled
milestone-picked_up = Picked up by the carrier
milestone-arrived = Arrived at a facility
milestone-departed = Left a facility
milestone-in_transit = In transit
milestone-handed_over = Handed over to the next carrier
milestone-customs_submitted = { $stage ->
    [export_customs] Declared to export customs
    [import_customs] Declared to import customs
   *[other] Declared to customs
}
milestone-customs_inspection = Being examined by customs
milestone-customs_hold = Held by customs
milestone-customs_info_required = Customs needs documents or information
milestone-duties_due = Duties or taxes are due
milestone-customs_released = { $stage ->
    [export_customs] Released by export customs
    [import_customs] Released by import customs
   *[other] Released by customs
}
milestone-customs_rejected = Declaration rejected by customs
milestone-customs_seized = Seized by customs
milestone-delivery_scheduled = Delivery scheduled
milestone-out_for_delivery = Out for delivery
milestone-delivery_attempted = Delivery attempted, not delivered
milestone-available_for_pickup = Ready for collection by the recipient
milestone-delivered = { $to ->
    [neighbour] Delivered to a neighbour
    [safe_place] Delivered to a safe place
    [locker] Delivered to a parcel locker
    [pickup_point] Delivered to a pickup point
    [reception] Delivered to the reception
    [mailbox] Delivered to the mailbox
    [agent] Delivered to an agent of the recipient
   *[other] Delivered
}
milestone-held = Held by the carrier
milestone-delayed = Delayed
milestone-misrouted = Misrouted
milestone-redirected = Redirected to another address
milestone-address_issue = Problem with the address
milestone-damaged = Damaged
milestone-lost = Declared lost by the carrier
milestone-refused = Refused by the recipient
milestone-returning = On its way back to the sender
milestone-returned = Returned to the sender
milestone-disposed = Destroyed or abandoned
milestone-cancelled = Cancelled
milestone-exception = The carrier reports a problem
milestone-info = Information from the carrier
milestone-unmapped = An event of unknown meaning

step-picked_up = Pickup by the carrier
step-arrived = Arrival at the next facility
step-departed = Departure to the next facility
step-in_transit = Transport towards its destination
step-handed_over = Hand-over to the next carrier
step-customs_submitted = Declaration to customs
step-customs_released = Release by customs
step-out_for_delivery = Out for delivery
step-delivery_attempted = A delivery attempt
step-delivered = Delivery
step-collected = Collection by the recipient
step-available_for_pickup = Ready for collection
step-returned = Return to the sender
step-other = { $what }

reason-recipient_absent = nobody was home
reason-business_closed = the business was closed
reason-no_access = the courier could not get in
reason-mailbox_full = the mailbox was full or too small
reason-recipient_unknown = recipient unknown at the address
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
reason-documents_missing = customs documents are missing
reason-documents_incorrect = customs documents are incorrect
reason-invoice_missing = the commercial invoice is missing
reason-description_insufficient = the goods are described too vaguely
reason-value_query = the declared value is questioned
reason-identity_missing = the importer's identity or tax number is missing
reason-broker_needed = a customs broker is needed
reason-permit_missing = a permit is missing
reason-duties_unpaid = duties or taxes are not paid
reason-prohibited_goods = the goods are prohibited
reason-restricted_goods = the goods need special permission
reason-dangerous_goods = dangerous goods
reason-random_inspection = selected for inspection
reason-quarantine = quarantine
reason-data_mismatch = the documents do not match
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
reason-missed_connection = a missed connection
reason-capacity = no capacity
reason-late_arrival = it arrived too late for the next step
reason-late_tender = it was handed in too late
reason-operational = an operational problem at the carrier
reason-missort = a sorting error
reason-label_unreadable = the label cannot be read
reason-packaging = the packaging is not good enough
reason-damage = damage
reason-missing_piece = a piece or part is missing
reason-theft = theft
reason-out_of_area = outside the delivery area
reason-service_unavailable = the service is not offered there or then
reason-force_majeure = force majeure
reason-health_emergency = a health measure
reason-airline_delay = the airline was late
reason-sender_request = the sender asked for it
reason-sender_unready = nothing was ready to collect
reason-sender_closed = the sender was closed
reason-carrier_request = the carrier decided it
reason-missing_label = the label is missing
reason-item_not_received = the item was not received
reason-data_missing = shipment data is missing
reason-exceeds_limits = over a limit of size, weight or value
reason-postage_due = postage or freight is due
reason-pickup_failed = the pickup failed
reason-contact_needed = the carrier needs to be contacted
reason-investigation = the carrier is looking into it
reason-duplicate = reported twice
reason-abandoned = abandoned
reason-interception = intercepted on request
reason-technical = a technical fault
reason-payment_failed = the payment failed
reason-stock_short = it is not in stock

rule-never-collected = The label was created, but the carrier has not picked it up.
rule-stalled = It has not moved for longer than usual.
rule-customs-dwell = It has been in customs for longer than usual.
rule-customs-action-needed = Customs is waiting for someone to act.
rule-customs-rejected = Customs rejected the declaration.
rule-carrier-problem = The carrier reports a problem.
rule-carrier-problem-held = The carrier is holding it.
rule-carrier-problem-delayed = The carrier reports a delay.
rule-carrier-problem-customs_hold = Customs is holding it.
rule-late-risk = It will probably miss its promised date.
rule-late = Its promised date has passed.
rule-late-day = { $kind ->
    [committed] The carrier committed to { $day }; that date has passed.
    [agreed] Delivery was agreed for { $day }; that date has passed.
   *[other] The carrier expected delivery on { $day }; that date has passed.
}
rule-eta-slipping = The expected delivery keeps slipping.
rule-delivery-failed = A delivery attempt failed.
rule-attempts-exhausted = Several delivery attempts failed; it may be returned.
rule-address-problem = The address is wrong or incomplete.
rule-damaged = It is damaged.
rule-lost-risk = It may be lost.
rule-lost = The carrier has declared it lost.
rule-refused = The recipient refused it.
rule-returning-unasked = It is being returned although nobody asked for that.
rule-misrouted = It was misrouted.
rule-misrouted-route = It is at an unusual place for its route.
rule-route-loop = It is going in circles.
rule-impossible-travel = It was reported in two places too far apart for the time between.
rule-delivered-elsewhere = It was reported delivered somewhere other than its destination.
rule-moved-after-delivery = It was reported delivered, but it moved afterwards.
rule-pickup-expiring = It is waiting to be collected; the deadline is close or has passed.
rule-never-handed-over = The next carrier has not received it.
rule-contradiction = Reports about it contradict each other.
rule-number-reused = Its number is used by more than one parcel.
rule-clock-skew = A feed's clock is wrong.
rule-feed-silent = A feed has gone silent; parcels that only it reports on cannot be followed.
rule-lane-disrupted = Many parcels on its route are late or stuck.
rule-not-shipped-in-time = The shop has not shipped it in time.
rule-payment-failed = The payment failed.
rule-stock-short = The goods are not in stock.
rule-duplicate-order = The order was placed twice.

# Events in a list: short, without place and time.
event-announced = announced
event-pickup_scheduled = pickup scheduled
event-picked_up = picked up
event-arrived = arrived
event-departed = departed
event-in_transit = in transit
event-handed_over = handed over
event-customs_submitted = customs: submitted
event-customs_inspection = customs: inspection
event-customs_hold = customs: held
event-customs_info_required = customs: papers needed
event-duties_due = customs: duties due
event-customs_released = customs: released
event-customs_rejected = customs: rejected
event-customs_seized = customs: seized
event-delivery_scheduled = delivery scheduled
event-out_for_delivery = out for delivery
event-delivery_attempted = delivery attempted
event-available_for_pickup = ready for pickup
event-delivered = { $to ->
    [recipient] delivered to recipient
    [neighbour] delivered to neighbour
    [safe_place] delivered to safe place
    [locker] delivered to locker
    [pickup_point] delivered to pickup point
    [reception] delivered to reception
    [mailbox] delivered to mailbox
    [agent] delivered to agent
   *[other] delivered
}
event-held = held
event-delayed = delayed
event-misrouted = misrouted
event-redirected = redirected
event-address_issue = address problem
event-damaged = damaged
event-lost = lost
event-refused = refused
event-returning = returning
event-returned = returned
event-disposed = disposed
event-cancelled = cancelled
event-exception = exception
event-info = info
event-unmapped = unknown code
event-because = { $event }: { $reason }
event-attempted-because = attempted: { $reason }
event-planned = planned: { $event }
event-paper = paper: { $event }

# A page about a parcel: labels of at most eight columns, headings and notes.
page-parcel = PARCEL
page-clock = clock
page-legs = legs
page-customs = customs
page-export = export: { $state }
page-import = import: { $state }
page-to-act = { $state }; action needed: { $party }
page-pieces = pieces
page-piece = piece
page-pickup = pickup
page-due = due
page-promise = promise
page-linked = linked
page-claim = claim
page-proof = proof
page-link = link
page-trail = TRAIL (local time where it happened)
page-unknown = STILL UNKNOWN
page-notices = NOTICES
page-no-parcel = No parcel found.
leg-days = { $first } - { $last }
leg-seen = seen { $day }
leg-not-begun = not begun
leg-delivered-in-part = delivered in part
piece-no-news = no report
pieces-of = { $delivered } of { $total } delivered
clock-day-only = (day only)
clock-no-zone = { $time } zone ?
month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
date-long = { weekday } { $day } { month-short } { $year }
date-short = { $day } { month-short }
code-and-words = code { $code } { $words }
promise-by = by { $by }
promise-from-to = from { $from } to { $by }
promise-line = { $kind } { $window }, stated { $stated } ({ $feed })
promise-first_estimate = first estimate
promise-estimated = estimated
promise-rescheduled = rescheduled
promise-agreed = agreed
promise-committed = committed
link-return_of = return of
link-returned_by = returned as
link-replacement_of = replacement for
link-replaced_by = replaced by
link-signed_receipt_of = signed receipt for
link-signed_receipt = signed receipt
role-waybill = waybill
role-piece = piece
role-master_waybill = master waybill
role-next_carrier = next carrier's number
role-previous_carrier = previous carrier's number
role-alternate = alternate number
role-return = return
role-outbound = outbound shipment
role-redirection = redirection
role-replacement = replacement
role-signed_receipt = signed receipt
role-order = order
role-customer_reference = customer reference
role-house_waybill = house waybill
role-master_air_waybill = master air waybill
role-container = container
role-bag = bag
role-manifest = manifest
role-declaration = declaration
role-declaration_reference = declaration reference
role-payment = payment
conflict-movement_after_delivery = moved after delivery
conflict-different_ends = different endings
conflict-different_places = different places
conflict-different_condition = different condition
proof-signature = signature
proof-photo = photo
proof-document = document
proof-gps = GPS position
proof-pin = PIN
claim-line = { $feed } names { $number } as { $role }; not proven, nothing is joined
unknown-line = Of { $events } events: { $parts }.
unknown-meaning = { $count } of unknown meaning
unknown-zone = { $count } in an unknown time zone
unknown-time = { $count } with a day but no time
unknown-place = { $count } without a place
contradiction-line = Contradiction ({ $kind }): { $values }.

notice-unmapped_code = unknown code
notice-event_skipped = event skipped
notice-field_unreadable = field unreadable
notice-not_found = not found
notice-empty = empty
notice-retry_later = retry later
notice-reauthorise = credentials rejected
notice-refused = not allowed
notice-invalid_request = invalid request
notice-carrier_message = carrier message
notice-control = control message
notice-incomplete = incomplete
notice-encoding_assumed = encoding assumed
notice-text_damaged = text damaged
notice-withdrawn = withdrawn
notice-number_reused = number reused
notice-ambiguous_link = ambiguous link
notice-link_refused = link refused

# What the carrier asks for, where it waits, what is to be paid.
next-asked = The carrier asks: “{ $words }”.
pickup-at = Waiting at { $where }
pickup-until = Waiting at { $where }, until { $day }
pickup-only-until = To be collected by { $day }
due-amount = { $kind }: { $amount } { $currency }
due-open = { $kind }
due-by = { $due }, to be paid by { $day }
due-paid = { $due }, paid
wrong-due = To be paid: { $due }.
due-duty = customs duty
due-vat = VAT
due-excise = excise duty
due-duties_and_taxes = duties and taxes
due-fee = fee
due-cash_on_delivery = cash on delivery
due-freight = freight
due-storage = storage
due-other = charge

# Changes: what is sent when something has changed. One or two sentences; $after is the new day, $before the old one.
change-place = Now in { $place }.
change-place-unnamed = Reported at another place.
change-carrier = Handed over to { $carrier }.
change-number = It has a further number: { $carrier } { $number }.
change-linked = Another parcel belongs to it: { $role } { $carrier } { $number }.
change-hold-opened = { $where ->
    [some] { $hold ->
        [customs_info_required] Customs in { $place } needs documents or information
        [duties_due] Customs in { $place } asks for duties or taxes
        [customs_inspection] Customs in { $place } is examining it
        [customs_rejected] Customs in { $place } has rejected the declaration
       *[other] Customs in { $place } is holding it
    }
   *[none] { $hold ->
        [customs_info_required] Customs needs documents or information
        [duties_due] Customs asks for duties or taxes
        [customs_inspection] Customs is examining it
        [customs_rejected] Customs has rejected the declaration
       *[other] Customs is holding it
    }
}
change-hold-closed = { $hold ->
    [customs_info_required] Customs no longer waits for documents or information.
    [duties_due] Customs no longer waits for duties or taxes.
    [customs_inspection] Customs has finished examining it.
    [customs_rejected] The rejected declaration no longer holds it up.
   *[other] Customs no longer holds it.
}
change-due-moved = To be paid is now { $after }, instead of { $before }.
change-due-paid = Paid: { $due }.
change-due-gone = No longer to be paid: { $due }.
change-due-none = Nothing is to be paid.
change-due-passed = The time to pay has passed: { $due }.
change-pickup = It can be collected until { $after }.
change-pickup-moved = It can now be collected until { $after } instead of { $before }.
change-pickup-passed = It could be collected until { $day }; that day has passed.
change-promise = The carrier expects delivery { $after }
change-promise-moved = The carrier now expects delivery { $after }, no longer { $before }
change-promise-committed = The carrier is committed to delivery { $after }
change-promise-committed-moved = The carrier is now committed to delivery { $after }, no longer { $before }
change-promise-agreed = Delivery is agreed { $after }
change-promise-agreed-moved = Delivery is now agreed { $after }, no longer { $before }
change-promise-gone = The carrier no longer names a day of delivery.
change-estimate = Expected by { $after }
change-estimate-moved = Now expected by { $after } instead of { $before }
change-estimate-later = Still expected by { $after }, but later that day
change-estimate-earlier = Still expected by { $after }, but earlier that day
change-why-silence = no news for a while
change-why-event = last reported: { $event }
change-why-promise = the carrier names another day
change-why-learned = newer experience with such parcels
change-why-correction = recent estimates were corrected
change-contradiction = Reports contradict each other ({ $conflict })
change-contradiction-settled = Reports no longer contradict each other ({ $conflict })
change-case-worse = This has become worse: { $text }
change-case-resolved = Resolved: { $text }
change-finished = No further steps are expected.
change-reopened = It is on its way again.
