//! Why it happened ([`Reason`]), whose doing or duty it is ([`Party`]), and the small words around
//! an event.

use super::words::words;

words! {
    /// Who caused a reason, or who must act on it.
    Party {
        /// The carrier, its agents and its partners.
        Carrier = "carrier",
        /// Whoever sends.
        Sender = "sender",
        /// Whoever receives.
        Recipient = "recipient",
        /// Customs and other authorities at the border.
        Customs = "customs",
        /// Nobody: weather, strikes, holidays.
        Nobody = "nobody",
    }
}

macro_rules! reasons {
    ($($(#[$meta:meta])* $value:ident = $word:literal => $party:ident,)+) => {
        words! {
            /// Why something happened, in one word. [`Reason::party`] names whose it is.
            Reason { $($(#[$meta])* $value = $word,)+ }
        }

        impl Reason {
            /// Who caused it or must act on it.
            #[must_use]
            pub const fn party(self) -> Party {
                match self { $(Self::$value => Party::$party,)+ }
            }
        }
    };
}

reasons! {
    /// Nobody was there to receive.
    RecipientAbsent = "recipient_absent" => Recipient,
    /// The business was closed.
    BusinessClosed = "business_closed" => Recipient,
    /// The courier could not get in.
    NoAccess = "no_access" => Recipient,
    /// The mailbox or receptacle was full or too small.
    MailboxFull = "mailbox_full" => Recipient,
    /// Nobody of that name is known there.
    RecipientUnknown = "recipient_unknown" => Sender,
    /// The recipient moved away.
    RecipientMoved = "recipient_moved" => Recipient,
    /// The address is wrong.
    AddressIncorrect = "address_incorrect" => Sender,
    /// The address lacks something.
    AddressIncomplete = "address_incomplete" => Sender,
    /// The recipient has died.
    RecipientDeceased = "recipient_deceased" => Sender,
    /// The recipient refused.
    RecipientRefused = "recipient_refused" => Recipient,
    /// Nobody collected it in time.
    Unclaimed = "unclaimed" => Recipient,
    /// An identity or age check failed.
    IdentityCheck = "identity_check" => Recipient,
    /// Cash on delivery or charges were not paid at the door.
    PaymentMissing = "payment_missing" => Recipient,
    /// It was not safe to deliver.
    UnsafeConditions = "unsafe_conditions" => Recipient,
    /// Too large for the place of delivery.
    Oversize = "oversize" => Sender,
    /// The agreed time window was missed.
    TimeWindowMissed = "time_window_missed" => Carrier,
    /// The recipient asked for it.
    RecipientRequest = "recipient_request" => Recipient,
    /// The recipient is away for a while.
    RecipientUnavailablePeriod = "recipient_unavailable_period" => Recipient,
    /// Customs papers are missing.
    DocumentsMissing = "documents_missing" => Sender,
    /// Customs papers are wrong.
    DocumentsIncorrect = "documents_incorrect" => Sender,
    /// The commercial invoice is missing.
    InvoiceMissing = "invoice_missing" => Sender,
    /// The goods are described too vaguely.
    DescriptionInsufficient = "description_insufficient" => Sender,
    /// The declared value is questioned.
    ValueQuery = "value_query" => Sender,
    /// The importer's or recipient's identity or tax number is missing.
    IdentityMissing = "identity_missing" => Recipient,
    /// A broker must act, or must be named.
    BrokerNeeded = "broker_needed" => Recipient,
    /// A permit or licence is missing.
    PermitMissing = "permit_missing" => Sender,
    /// Duties, taxes or fees are not paid.
    DutiesUnpaid = "duties_unpaid" => Recipient,
    /// The goods may not be shipped or imported.
    ProhibitedGoods = "prohibited_goods" => Sender,
    /// The goods need special permission.
    RestrictedGoods = "restricted_goods" => Sender,
    /// Dangerous goods.
    DangerousGoods = "dangerous_goods" => Sender,
    /// Chosen for examination.
    RandomInspection = "random_inspection" => Customs,
    /// Plant, animal or health quarantine.
    Quarantine = "quarantine" => Customs,
    /// The papers contradict each other.
    DataMismatch = "data_mismatch" => Sender,
    /// A yearly or other allowance is used up.
    QuotaExceeded = "quota_exceeded" => Recipient,
    /// Security screening.
    SecurityCheck = "security_check" => Carrier,
    /// Another authority or regulation.
    Regulatory = "regulatory" => Customs,
    /// Weather.
    Weather = "weather" => Nobody,
    /// Flood, fire, earthquake.
    NaturalDisaster = "natural_disaster" => Nobody,
    /// A strike.
    Strike = "strike" => Nobody,
    /// Unrest or war.
    CivilUnrest = "civil_unrest" => Nobody,
    /// A public holiday or a day without service.
    Holiday = "holiday" => Nobody,
    /// Traffic.
    Traffic = "traffic" => Nobody,
    /// A vehicle or machine failed.
    Mechanical = "mechanical" => Carrier,
    /// An accident.
    Accident = "accident" => Carrier,
    /// A connection was missed.
    MissedConnection = "missed_connection" => Carrier,
    /// No room.
    Capacity = "capacity" => Carrier,
    /// It came too late for the next step.
    LateArrival = "late_arrival" => Carrier,
    /// The sender handed it over after the cut-off.
    LateTender = "late_tender" => Sender,
    /// The carrier's own operation.
    Operational = "operational" => Carrier,
    /// Sorted or sent the wrong way.
    Missort = "missort" => Carrier,
    /// The label cannot be read.
    LabelUnreadable = "label_unreadable" => Sender,
    /// The packaging is not good enough.
    Packaging = "packaging" => Sender,
    /// Damage.
    Damage = "damage" => Carrier,
    /// A piece or part of the contents is missing.
    MissingPiece = "missing_piece" => Carrier,
    /// Theft.
    Theft = "theft" => Carrier,
    /// Outside the delivery area.
    OutOfArea = "out_of_area" => Carrier,
    /// The service is not offered there or then.
    ServiceUnavailable = "service_unavailable" => Carrier,
    /// Beyond anybody's control.
    ForceMajeure = "force_majeure" => Nobody,
    /// An epidemic or health measure.
    HealthEmergency = "health_emergency" => Nobody,
    /// The airline was late or rebooked.
    AirlineDelay = "airline_delay" => Carrier,
    /// The sender asked for it.
    SenderRequest = "sender_request" => Sender,
    /// Nothing was ready to collect.
    SenderUnready = "sender_unready" => Sender,
    /// The sender was closed.
    SenderClosed = "sender_closed" => Sender,
    /// The carrier decided it.
    CarrierRequest = "carrier_request" => Carrier,
    /// The label is missing.
    MissingLabel = "missing_label" => Sender,
    /// Announced, but the item did not come.
    ItemNotReceived = "item_not_received" => Sender,
    /// Shipment data are missing.
    DataMissing = "data_missing" => Sender,
    /// Over a limit of size, weight or value.
    ExceedsLimits = "exceeds_limits" => Sender,
    /// Postage or freight charges are due.
    PostageDue = "postage_due" => Sender,
    /// The pickup failed.
    PickupFailed = "pickup_failed" => Carrier,
    /// The recipient or sender must get in touch.
    ContactNeeded = "contact_needed" => Recipient,
    /// A trace, claim or case is open.
    Investigation = "investigation" => Carrier,
    /// Reported twice.
    Duplicate = "duplicate" => Carrier,
    /// Given up by its owner.
    Abandoned = "abandoned" => Sender,
    /// Stopped on its way at somebody's order.
    Interception = "interception" => Sender,
    /// A system failed.
    Technical = "technical" => Carrier,
    /// The order could not be charged: a payment was declined or ran out.
    PaymentFailed = "payment_failed" => Recipient,
    /// What was ordered is not in stock, or not all of it.
    StockShort = "stock_short" => Sender,
}

words! {
    /// Where a delivered parcel was left, or with whom.
    DeliveredTo {
        /// Into the recipient's own hands.
        Recipient = "recipient",
        /// A neighbour.
        Neighbour = "neighbour",
        /// A place agreed or judged safe: porch, garage, door.
        SafePlace = "safe_place",
        /// A parcel locker.
        Locker = "locker",
        /// A shop, post office or station; collected there.
        PickupPoint = "pickup_point",
        /// Reception, front desk, mail room, dock.
        Reception = "reception",
        /// The mailbox.
        Mailbox = "mailbox",
        /// An agent of the recipient.
        Agent = "agent",
    }
}

words! {
    /// Who took a parcel in, in kind, where the feed says it beside or instead of a name.
    RecipientKind {
        /// The recipient.
        Recipient = "recipient",
        /// The recipient's husband or wife.
        Spouse = "spouse",
        /// Somebody of the recipient's family or household.
        Family = "family",
        /// A neighbour.
        Neighbour = "neighbour",
        /// Somebody who works for the recipient, or with them.
        Employee = "employee",
        /// Reception, gatekeeper or mail room.
        Reception = "reception",
        /// Somebody whom the recipient authorised.
        Authorised = "authorised",
        /// Somebody else.
        Other = "other",
    }
}

words! {
    /// What a statement is about. The wider, the weaker as evidence about one parcel.
    Scope {
        /// The parcel (or all pieces of the shipment).
        Parcel = "parcel",
        /// One piece of several.
        Piece = "piece",
        /// An air waybill, container or bag that many parcels share.
        Consignment = "consignment",
        /// An order, payment or declaration paper.
        Document = "document",
    }
}

words! {
    /// How sure a mapping from a carrier's code is. A low-confidence statement never makes a state
    /// terminal.
    Confidence {
        /// A judgement without a second source.
        Low = "low",
        /// One good source, or a judged mapping.
        Medium = "medium",
        /// The carrier's own documentation, or several agreeing sources.
        High = "high",
    }
}
