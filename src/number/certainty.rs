//! Whether it can be said whose a number is: [`Certainty`], and the rule behind it.

use super::candidate::DECISIVE;
use super::{Candidate, Context, Likelihood};
use crate::model::Confidence;

/// What can be said about whose a number is.
///
/// # When a carrier is certain
///
/// **By the form alone**, whatever the context: the candidate is [`Likelihood::Strong`], and each
/// other one is of the same carrier, is a wider format of which a narrower one fits too (a UPU
/// number of the United States is USPS's), or weighs so much less that it fits by accident.
///
/// **By the context**, where the carriers in use are declared
/// ([`Context::with_only_carriers`], or else [`Context::with_carrier`]): exactly one of them
/// *holds* against every other candidate. A candidate can hold if its carrier is in use, its
/// format is more than hearsay ([`Confidence::Low`]), and it works at the origin or the
/// destination where both are known and its countries are listed. It holds against another
/// carrier's candidate which
///
/// 1. works neither at the origin nor at the destination, and is not `Strong`; or
/// 2. has numbers for other services than the one named, where it itself has them for that one; or
/// 3. fits without a check digit and by no more distinctive a form, while it itself has a check
///    digit that fits or is `Strong`, if that other format is hearsay, is no longer issued, or is
///    one of a carrier not in use that fits by its length alone.
///
/// It never holds against one whose service is named while its own is not.
///
/// Where other carriers may occur too ([`Context::with_carrier`] only), the candidate that holds
/// must have a check digit that fits, or be `Strong`; where none can occur
/// ([`Context::with_only_carriers`]), its length is enough.
///
/// So the context never makes certain a number that two carriers in use fit equally, nor one that
/// a distinctive form says is another carrier's: what is declared is then at odds with the number.
/// Countries and services alone, without carriers in use, make nothing certain: more carriers exist
/// than formats are known.
///
/// ```
/// use parceltrail::Registry;
/// use parceltrail::number::{Certainty, Context};
/// let registry = Registry::builtin();
/// // FedEx and the Identcode of DHL Paket: both check digits fit.
/// let context = Context::new().with_only_carriers(["dhl", "fedex"]);
/// let found = registry.identify("100000000220", &context);
/// assert!(matches!(found.certainty(), Certainty::Ambiguous(both) if both.len() == 2));
/// // DHL Paket works in Germany; a parcel within the United States is FedEx's.
/// let us = "US".parse()?;
/// let context = context.with_origin(us).with_destination(us);
/// let found = registry.identify("100000000220", &context);
/// let Certainty::Certain(fedex) = found.certainty() else { panic!("{found:?}") };
/// assert_eq!(fedex.carrier().as_str(), "fedex");
/// # Ok::<(), parceltrail::model::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Certainty<'i, 'f> {
    /// No format fits.
    Unknown,
    /// It is this carrier's.
    Certain(&'i Candidate<'f>),
    /// It may be any of these, the likeliest first. A single one means that its form could as well
    /// be an accident.
    Ambiguous(&'i [Candidate<'f>]),
}

impl Certainty<'_, '_> {
    /// Whether the carrier is certain.
    ///
    /// ```
    /// use parceltrail::identify;
    /// assert!(identify("SF1000000000017").certainty().is_certain());
    /// assert!(!identify("100000000220").certainty().is_certain());
    /// ```
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        matches!(self, Self::Certain(_))
    }
}

/// The rule over all candidates of a number, those included that the context leaves out.
pub(super) struct Verdict<'v, 'f> {
    candidates: &'v [Candidate<'f>],
    context: &'v Context,
}

impl<'v, 'f> Verdict<'v, 'f> {
    pub(super) fn new(candidates: &'v [Candidate<'f>], context: &'v Context) -> Self {
        Self {
            candidates,
            context,
        }
    }

    /// The place of the certain candidate.
    pub(super) fn certain(&self) -> Option<usize> {
        match self.by_form() {
            Some(place) => Some(place).filter(|place| self.is_allowed(*place)),
            None => self.by_context(),
        }
    }

    fn is_allowed(&self, place: usize) -> bool {
        self.candidates
            .get(place)
            .is_some_and(|candidate| self.context.allows(candidate.carrier()))
    }

    /// The candidates for which no narrower format stands, with their places.
    fn narrow(&self) -> impl Iterator<Item = (usize, &'v Candidate<'f>)> {
        let all = self.candidates;
        all.iter().enumerate().filter(|(_, wide)| {
            !all.iter()
                .any(|other| other.format().refines() == Some(wide.format().id()))
        })
    }

    fn by_form(&self) -> Option<usize> {
        // The first of those that weigh the same.
        let (place, best) = self
            .narrow()
            .min_by_key(|(_, candidate)| std::cmp::Reverse(candidate.weight()))?;
        let decided = self.narrow().all(|(_, other)| {
            other.carrier() == best.carrier() || best.weight() >= other.weight() + DECISIVE
        });
        (best.likelihood() == Likelihood::Strong && decided).then_some(place)
    }

    fn by_context(&self) -> Option<usize> {
        let is_left_out = |candidate: &Candidate<'_>| !self.context.allows(candidate.carrier());
        let contradicts = |candidate: &Candidate<'_>| {
            is_left_out(candidate) && candidate.likelihood() == Likelihood::Strong
        };
        if self.narrow().any(|(_, candidate)| contradicts(candidate)) {
            return None;
        }
        let mut holding = self
            .narrow()
            .filter(|(_, candidate)| self.can_hold(candidate))
            .filter(|(_, candidate)| {
                self.narrow().all(|(_, other)| {
                    other.carrier() == candidate.carrier()
                        || is_left_out(other)
                        || holds_against(candidate, other)
                })
            });
        let (place, first) = holding.next()?;
        holding
            .all(|(_, other)| other.carrier() == first.carrier())
            .then_some(place)
    }

    fn can_hold(&self, candidate: &Candidate<'_>) -> bool {
        candidate.hints().in_use
            && candidate.format().confidence() != Confidence::Low
            && !candidate.is_elsewhere()
            && (self.context.only_carriers.is_some() || is_firm(candidate))
    }
}

/// Whether more than its length speaks for it.
fn is_firm(candidate: &Candidate<'_>) -> bool {
    candidate.is_checked() || candidate.likelihood() == Likelihood::Strong
}

/// Whether the other candidate need not be reckoned with beside this one.
fn holds_against(candidate: &Candidate<'_>, other: &Candidate<'_>) -> bool {
    if other.hints().service && !candidate.hints().service {
        return false;
    }
    let is_of_other_service = candidate.hints().service
        && !other.hints().service
        && !other.format().services().is_empty()
        && other.likelihood() != Likelihood::Strong;
    let is_loose = !other.is_checked() && other.weight() <= candidate.weight();
    let is_unlikely = other.format().confidence() == Confidence::Low
        || other.format().is_retired()
        || !other.hints().in_use && other.likelihood() == Likelihood::Weak;
    other.is_elsewhere() || is_of_other_service || is_firm(candidate) && is_loose && is_unlikely
}
