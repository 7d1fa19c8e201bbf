//! How often carriers are asked: [`PollPace`].

use serde::{Deserialize, Serialize};

use crate::anomaly::{Share, Span};

/// How often it is worth asking a carrier about a parcel, by where the parcel stands.
///
/// No carrier publishes how often a parcel should be asked about; they publish how often one may
/// ask, and that always holds ([`PollLimits`](crate::adapter::PollLimits)). The defaults follow
/// from how often something is scanned, and from how soon somebody could act on the news:
///
/// | where it stands | every | because |
/// |---|---|---|
/// | announced | 6 h | a label is scanned first at the next collection, of which there are one or two a day |
/// | in transit | 4 h | scans come at the ends of a haul; a haul within a country takes a night, between continents a day |
/// | at customs | 4 h | offices work by day, and a question to the sender should be seen on the day it is asked |
/// | out for delivery | 30 min | the next scan is a matter of hours, and the recipient waits for it |
/// | waits to be collected | 12 h | nothing moves until the recipient does; the deadline is known |
/// | returning | 12 h | nobody waits for it at a door |
/// | not known to the carrier yet | 6 h | carriers know a number hours to a day after its label was made |
///
/// A trained transit model says it better for the parcel at hand: it is asked again when the chance
/// that something has happened since the last time reaches [`chance`](Self::chance), within a
/// quarter and four times the interval of the table. The longer it has been silent, the rarer it is
/// asked: see [`silence`](Self::silence).
///
/// ```
/// use parceltrail::anomaly::Span;
/// use parceltrail::changes::PollPace;
/// let pace: PollPace = serde_json::from_str(r#"{"out_for_delivery":"10m"}"#)?;
/// assert_eq!(pace, PollPace::default().with_out_for_delivery(Span::minutes(10)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PollPace {
    /// While the carrier does not have it yet.
    pub announced: Span,
    /// While it moves.
    pub in_transit: Span,
    /// While customs has it or holds it.
    pub customs: Span,
    /// While it is out for delivery.
    pub out_for_delivery: Span,
    /// While it waits to be collected.
    pub pickup: Span,
    /// While it goes back.
    pub returning: Span,
    /// While nothing is known of it.
    pub not_found: Span,
    /// After a temporary error for which the carrier names no wait.
    pub retry: Span,
    /// How long after its end it is asked about once more: proof of delivery, and corrections of a
    /// "delivered" that was scanned too early, come within the next working day.
    pub after_end: Span,
    /// No interval is longer, whatever else says so, except by the carrier's own limits.
    pub longest: Span,
    /// Of a silence that has lasted for [`longest`](Self::longest), how much may pass until it is
    /// asked again: with an eighth, a parcel that has been silent for eight days is asked once a
    /// day. No shorter than the interval for where it stands.
    pub silence: Share,
    /// How probably something must have happened since it was asked last, where a trained model
    /// can tell.
    pub chance: Share,
}

impl Default for PollPace {
    fn default() -> Self {
        Self {
            announced: Span::hours(6),
            in_transit: Span::hours(4),
            customs: Span::hours(4),
            out_for_delivery: Span::minutes(30),
            pickup: Span::hours(12),
            returning: Span::hours(12),
            not_found: Span::hours(6),
            retry: Span::minutes(15),
            after_end: Span::days(1),
            longest: Span::days(1),
            silence: Share::per_million(125_000),
            chance: Share::percent(20),
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])+ $name:ident: $field:ident, $type:ty;)+) => {
        impl PollPace {
            $($(#[$doc])+
            #[must_use]
            pub const fn $name(mut self, value: $type) -> Self {
                self.$field = value;
                self
            })+
        }
    };
}

setters! {
    /// Sets the interval while the carrier does not have it yet.
    with_announced: announced, Span;
    /// Sets the interval while it moves.
    with_in_transit: in_transit, Span;
    /// Sets the interval while customs has it or holds it.
    with_customs: customs, Span;
    /// Sets the interval while it is out for delivery.
    with_out_for_delivery: out_for_delivery, Span;
    /// Sets the interval while it waits to be collected.
    with_pickup: pickup, Span;
    /// Sets the interval while it goes back.
    with_returning: returning, Span;
    /// Sets the interval while nothing is known of it.
    with_not_found: not_found, Span;
    /// Sets the wait after a temporary error for which the carrier names none.
    with_retry: retry, Span;
    /// Sets how long after its end it is asked about once more.
    with_after_end: after_end, Span;
    /// Sets the longest interval.
    with_longest: longest, Span;
    /// Sets how much of a silence may pass until it is asked again.
    with_silence: silence, Share;
    /// Sets how probably something must have happened since it was asked last.
    with_chance: chance, Share;
}
