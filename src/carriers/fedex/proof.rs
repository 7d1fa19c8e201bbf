//! Which proof of a delivery FedEx has on file.

use crate::adapter::{Collector, NoticeKind};
use crate::model::{ProofKind, ProofOfDelivery, Shipment};

/// Adds the proof that these kinds of images are. Papers of the carriage are none; they and what is
/// not known are reported.
pub(super) fn add<'t>(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    images: impl IntoIterator<Item = &'t str>,
) {
    for image in images {
        let kind = match image {
            "SIGNATURE_PROOF_OF_DELIVERY" => ProofKind::Signature,
            "PICTURE_PROOF_OF_DELIVERY" => ProofKind::Photo,
            "BILL_OF_LADING" | "FREIGHT_BILLING_DOCUMENT" => {
                let notice = out.own_notice(
                    NoticeKind::CarrierMessage,
                    "the carrier has this paper on file; it proves no delivery",
                );
                out.notice(notice.about(Some(&shipment.number)).at(field).value(image));
                continue;
            }
            _ => {
                let notice = out.own_notice(
                    NoticeKind::CarrierMessage,
                    "the carrier has an image of a kind that is not documented",
                );
                out.notice(notice.about(Some(&shipment.number)).at(field).value(image));
                continue;
            }
        };
        let proof = ProofOfDelivery::new(kind);
        if !shipment.proof_of_delivery.contains(&proof) {
            shipment.proof_of_delivery.push(proof);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Descriptor, Payload};
    use crate::model::TrackingNumber;

    #[test]
    fn only_proof_of_the_delivery_is_proof() {
        let descriptor = Descriptor::new("fedex.track", "");
        let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
        let mut shipment = out.shipment(TrackingNumber::new("449000000013"));
        let images = [
            "BILL_OF_LADING",
            "SIGNATURE_PROOF_OF_DELIVERY",
            "SIGNATURE_PROOF_OF_DELIVERY",
            "PICTURE_PROOF_OF_DELIVERY",
            "HOLOGRAM",
        ];
        add(&mut out, &mut shipment, "availableImages", images);
        let kinds: Vec<_> = shipment.proof_of_delivery.iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProofKind::Signature, ProofKind::Photo]);
        let told: Vec<_> = out.finish().notices.into_iter().map(|n| n.kind).collect();
        assert_eq!(
            told[..2],
            [NoticeKind::CarrierMessage, NoticeKind::CarrierMessage]
        );
    }
}
