//! What happened: [`Stage`], [`Milestone`] and how far each carries.

use super::words::words;

words! {
    /// Where in the chain a statement belongs.
    ///
    /// An event whose code does not tell has no stage; the journey then keeps the stage already
    /// reached.
    Stage {
        /// Before the carrier holds the parcel.
        Order = "order",
        /// Collection and the first facility.
        FirstMile = "first_mile",
        /// Clearance out of the country of origin.
        ExportCustoms = "export_customs",
        /// Movement between facilities and countries.
        LineHaul = "line_haul",
        /// Clearance into the country of destination.
        ImportCustoms = "import_customs",
        /// From the delivery depot to the recipient.
        LastMile = "last_mile",
        /// On the way back to the sender.
        Return = "return",
    }
}

words! {
    /// What a statement says happened.
    ///
    /// ```
    /// use parceltrail::Milestone;
    /// assert_eq!("out_for_delivery".parse::<Milestone>()?, Milestone::OutForDelivery);
    /// assert!(Milestone::Delivered.is_terminal());
    /// assert!(!Milestone::Unmapped.moves_state());
    /// # Ok::<(), parceltrail::model::UnknownWord>(())
    /// ```
    Milestone {
        /// Data, label or order received; the carrier does not hold the parcel.
        Announced = "announced",
        /// A pickup is booked or the driver is on the way to it.
        PickupScheduled = "pickup_scheduled",
        /// The carrier holds the parcel: collected, accepted or dropped off.
        PickedUp = "picked_up",
        /// Arrived at a facility, airport or port.
        Arrived = "arrived",
        /// Left a facility, airport or port.
        Departed = "departed",
        /// Moving, sorted or processed; nothing finer is told.
        InTransit = "in_transit",
        /// Given to another carrier, agent or post for onward carriage.
        HandedOver = "handed_over",
        /// Entry submitted, in clearance, accepted or reviewed, but not released.
        CustomsSubmitted = "customs_submitted",
        /// Customs or quarantine examine the goods.
        CustomsInspection = "customs_inspection",
        /// Customs hold the parcel.
        CustomsHold = "customs_hold",
        /// Customs or the broker wait for papers or information.
        CustomsInfoRequired = "customs_info_required",
        /// Duties, taxes or clearance fees must be paid first.
        DutiesDue = "duties_due",
        /// Customs released the parcel. Only a release is a release.
        CustomsReleased = "customs_released",
        /// Customs refused the entry; a new declaration may follow.
        CustomsRejected = "customs_rejected",
        /// Customs seized the parcel.
        CustomsSeized = "customs_seized",
        /// A delivery day or appointment is agreed.
        DeliveryScheduled = "delivery_scheduled",
        /// With the courier for delivery.
        OutForDelivery = "out_for_delivery",
        /// The courier was there and could not deliver.
        DeliveryAttempted = "delivery_attempted",
        /// Ready for the recipient to collect.
        AvailableForPickup = "available_for_pickup",
        /// Delivered; [`DeliveredTo`](super::DeliveredTo) says where to, if stated.
        Delivered = "delivered",
        /// Held by the carrier, not by customs.
        Held = "held",
        /// Late, or will be.
        Delayed = "delayed",
        /// Sent or sorted the wrong way.
        Misrouted = "misrouted",
        /// Sent on to another address or delivery place.
        Redirected = "redirected",
        /// The address is wrong, incomplete or unknown.
        AddressIssue = "address_issue",
        /// The parcel or its contents are damaged.
        Damaged = "damaged",
        /// The carrier says that the parcel is lost.
        Lost = "lost",
        /// The recipient refused it.
        Refused = "refused",
        /// On the way back, or the return is decided.
        Returning = "returning",
        /// Back with the sender.
        Returned = "returned",
        /// Destroyed, abandoned or auctioned.
        Disposed = "disposed",
        /// The shipment was voided.
        Cancelled = "cancelled",
        /// A problem of which nothing finer is told.
        Exception = "exception",
        /// Paper, message or estimate; nothing moved.
        Info = "info",
        /// The code is in no table: what happened is unknown.
        Unmapped = "unmapped",
    }
}

impl Milestone {
    /// Whether a parcel in this state is finished: no further movement is expected.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Delivered
                | Self::Returned
                | Self::Disposed
                | Self::Lost
                | Self::Cancelled
                | Self::CustomsSeized
        )
    }

    /// Whether a statement of this kind can set a parcel's state at all.
    #[must_use]
    pub const fn moves_state(self) -> bool {
        !matches!(self, Self::Info | Self::Unmapped)
    }

    /// Whether it says that the carrier does not hold the parcel yet.
    #[must_use]
    pub const fn is_before_pickup(self) -> bool {
        matches!(self, Self::Announced | Self::PickupScheduled)
    }

    /// Whether it belongs to the customs track.
    #[must_use]
    pub const fn is_customs(self) -> bool {
        matches!(
            self,
            Self::CustomsSubmitted
                | Self::CustomsInspection
                | Self::CustomsHold
                | Self::CustomsInfoRequired
                | Self::DutiesDue
                | Self::CustomsReleased
                | Self::CustomsRejected
                | Self::CustomsSeized
        )
    }

    /// Order of progress, used only to break ties between statements of the same moment.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Unmapped | Self::Info => 0,
            Self::Announced => 1,
            Self::PickupScheduled => 2,
            Self::PickedUp => 3,
            Self::Arrived => 4,
            Self::InTransit => 5,
            Self::CustomsSubmitted => 6,
            Self::CustomsInfoRequired | Self::DutiesDue => 7,
            Self::CustomsHold | Self::CustomsInspection | Self::CustomsRejected => 8,
            Self::CustomsReleased => 9,
            Self::Departed | Self::HandedOver => 10,
            Self::Delayed | Self::Misrouted | Self::Redirected | Self::DeliveryScheduled => 11,
            Self::OutForDelivery => 12,
            Self::Held
            | Self::AddressIssue
            | Self::Damaged
            | Self::Exception
            | Self::DeliveryAttempted => 13,
            Self::AvailableForPickup | Self::Refused => 14,
            Self::Returning => 15,
            Self::Delivered => 16,
            Self::Returned
            | Self::Disposed
            | Self::Lost
            | Self::Cancelled
            | Self::CustomsSeized => 17,
        }
    }
}
