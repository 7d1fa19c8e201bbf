//! What FedEx says has to be paid. It never names an amount.

use crate::adapter::{Collector, NoticeKind};
use crate::model::{Due, DueKind, Shipment};

/// Adds cash on delivery, where a special handling says so.
pub(super) fn add_handlings<'t>(
    shipment: &mut Shipment,
    handlings: impl IntoIterator<Item = &'t str>,
) {
    if handlings.into_iter().any(|handling| handling == "COD") {
        shipment.dues.push(Due::new(DueKind::CashOnDelivery));
    }
}

/// Adds the fee that a note reports; passes on the words of every other note.
pub(super) fn add_notes<'t>(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    notes: impl IntoIterator<Item = (&'t str, &'t str)>,
) {
    for (code, words) in notes {
        if code == "CLEARANCE_ENTRY_FEE_APPLIES" {
            let fee = Due::new(DueKind::Fee).with_payee("fedex");
            if !shipment.dues.contains(&fee) {
                shipment.dues.push(fee);
            }
        } else if !code.is_empty() || !words.is_empty() {
            let notice = out.new_notice(NoticeKind::CarrierMessage, words);
            out.notice(notice.about(Some(&shipment.number)).at(field).value(code));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Descriptor, Payload};
    use crate::model::TrackingNumber;

    #[test]
    fn a_fee_is_told_once_and_other_notes_in_words() {
        let descriptor = Descriptor::new("fedex.track", "");
        let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
        let mut shipment = out.shipment(TrackingNumber::new("449000000013"));
        let fee = ("CLEARANCE_ENTRY_FEE_APPLIES", "A fee applies");
        let notes = [fee, fee, ("OTHER_NOTE", "Something else")];
        add_notes(&mut out, &mut shipment, "informationNotes", notes);
        add_handlings(&mut shipment, ["DELIVER_WEEKDAY", "COD"]);
        let dues: Vec<_> = shipment.dues.iter().map(|due| due.kind).collect();
        assert_eq!(dues, [DueKind::Fee, DueKind::CashOnDelivery]);
        assert!(shipment.dues.iter().all(|due| due.amount.is_none()));
        assert_eq!(shipment.dues[0].payee.as_ref().unwrap().as_str(), "fedex");
        let notices = out.finish().notices;
        assert_eq!(notices[0].value.as_deref(), Some("OTHER_NOTE"));
    }
}
