//! What a shop says happened to an order: [`OrderSignal`].

use super::words::words;

words! {
    /// What a shop says happened to an order, in finer words than a [`Milestone`](super::Milestone)
    /// has: payments and stock move no parcel.
    OrderSignal {
        /// It was placed.
        Placed = "placed",
        /// A payment is awaited.
        PaymentPending = "payment_pending",
        /// A payment was declined, or ran out.
        PaymentFailed = "payment_failed",
        /// It was paid for, or the payment was authorised.
        Paid = "paid",
        /// The payment was given back.
        Refunded = "refunded",
        /// Something that was ordered is not in stock.
        StockShort = "stock_short",
        /// Everything ordered is in stock again.
        StockRestored = "stock_restored",
        /// It is packed, ready to be handed over.
        Packed = "packed",
        /// A label was printed, or the parcel announced to the carrier.
        LabelCreated = "label_created",
        /// A pickup is booked with a carrier.
        PickupBooked = "pickup_booked",
        /// It was handed to a carrier.
        HandedOver = "handed_over",
        /// It was cancelled, or one of its parcels was.
        Cancelled = "cancelled",
    }
}
