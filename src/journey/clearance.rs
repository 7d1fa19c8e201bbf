//! How far customs of one direction have come, as the parcel's state needs it: [`Clearance`].

use super::merge::Standing;
use crate::model::{EventId, IssuerKind, Milestone};

/// How far customs of one direction have come, as the state needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clearance {
    /// The release, unless a control came after it.
    pub(super) released: Option<EventId>,
    /// The last control.
    pub(super) control: Option<EventId>,
}

impl Clearance {
    /// Takes in what is reported customs next.
    pub fn take(&mut self, one: &Standing<'_>) {
        match one.event.milestone {
            Milestone::CustomsReleased => self.released = self.released.or(Some(one.id)),
            Milestone::CustomsSubmitted => {}
            milestone if milestone.is_customs() => {
                *self = Self {
                    released: None,
                    control: Some(one.id),
                }
            }
            _ => {}
        }
    }

    /// Whether a statement only adds to the file of a clearance that is over: a straggler of a
    /// lower step, or an authority that closes its case when the parcel is long on its way. `state`
    /// is where the parcel stands, `milestone` what the statement means for it.
    pub fn is_paperwork(self, state: Milestone, milestone: Milestone, one: &Standing<'_>) -> bool {
        let is_authority = one.shipment.issuer == IssuerKind::Authority;
        self.released.is_some()
            && match milestone {
                Milestone::CustomsReleased => is_authority,
                Milestone::CustomsSubmitted => is_authority || state == Milestone::CustomsReleased,
                _ => false,
            }
    }

    /// The statements that it rests on.
    pub fn evidence(self) -> impl Iterator<Item = EventId> {
        [self.released, self.control].into_iter().flatten()
    }
}
