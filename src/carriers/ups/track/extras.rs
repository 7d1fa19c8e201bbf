//! What an answer holds beside events and promises: proof of the delivery, the last day at a
//! pickup point, payments.

use super::super::moment::day;
use super::super::parts::zones_at;
use super::answer::{WireDelivery, WirePackage, WirePayment};
use crate::adapter::Collector;
use crate::model::{
    Amount, Due, DueKind, EventTime, PickupPoint, ProofKind, ProofOfDelivery, Shipment,
};

pub(super) fn read(out: &mut Collector<'_>, wire: &WirePackage<'_>, shipment: &mut Shipment) {
    if let Some(delivery) = wire.delivery.get() {
        shipment.proof_of_delivery = proofs(delivery);
    }
    let until = wire.access_point.get().and_then(|point| point.until.get());
    if let Some(until) = until {
        hold_until(out, until, shipment);
    }
    out.lost_elements(
        &wire.payments,
        "package.paymentInformation",
        Some(&shipment.number),
    );
    for payment in wire.payments.iter() {
        let due = due(out, payment, shipment);
        shipment.dues.extend(due);
    }
}

/// The answer holds the images themselves, in base64. They are not kept; that they are there is.
fn proofs(wire: &WireDelivery<'_>) -> Vec<ProofOfDelivery> {
    let has = |image: Option<&str>| image.is_some_and(|image| !image.trim().is_empty());
    let images = [
        (
            ProofKind::Signature,
            has(wire.signature.get().and_then(|it| it.image.get())),
        ),
        (
            ProofKind::Photo,
            has(wire.photo.get().and_then(|it| it.photo.get())),
        ),
        (
            ProofKind::Document,
            has(wire.document.get().and_then(|it| it.content.get())),
        ),
    ];
    images
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(kind, _)| ProofOfDelivery::new(kind).in_payload())
        .collect()
}

/// `pickupByDate` is a calendar day of the access point, which stands near the destination.
fn hold_until(out: &mut Collector<'_>, text: &str, shipment: &mut Shipment) {
    const FIELD: &str = "package.accessPointInformation.pickupByDate";
    match day(text) {
        Some(day) => {
            let zones = zones_at(shipment.destination.as_ref());
            let until = EventTime::date(text, day, &zones);
            shipment.pickup_point = PickupPoint::new().with_hold_until(until).known();
        }
        None => out.unreadable(&shipment.number, FIELD, text, "a day"),
    }
}

/// A payment. Its kind is what UPS's own word says without doubt; amounts are never guessed.
fn due(out: &mut Collector<'_>, wire: &WirePayment<'_>, shipment: &Shipment) -> Option<Due> {
    const FIELD: &str = "package.paymentInformation.amount";
    let (kind, amount) = (wire.kind.or_empty(), wire.amount.or_empty());
    if kind.is_empty() && amount.is_empty() {
        return None;
    }
    let word = kind.to_ascii_uppercase();
    let parts: Vec<&str> = word.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |words: &[&str]| words.iter().any(|word| parts.contains(word));
    let kind = if has(&["COD"]) {
        DueKind::CashOnDelivery
    } else if has(&["DUTY", "DUTIES", "TAX", "TAXES"]) {
        DueKind::DutiesAndTaxes
    } else {
        DueKind::Other
    };
    let read: Option<Amount> = amount.parse().ok();
    if read.is_none() && !amount.is_empty() {
        out.unreadable(&shipment.number, FIELD, amount, "an amount");
    }
    let paid = match wire.paid.or_empty().to_ascii_lowercase().as_str() {
        "true" | "y" => Some(true),
        "false" | "n" => Some(false),
        _ => None,
    };
    Some(
        Due::new(kind)
            .with_amount(read)
            .with_currency(wire.currency.or_empty())
            .with_paid(paid),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;
    use crate::adapter::Payload;

    fn read(package: &str) -> (Shipment, Vec<String>) {
        let body = format!(
            r#"{{"trackResponse":{{"shipment":[{{"package":[{{"trackingNumber":"1Z0000000300000013",
            "packageAddress":[{{"type":"DESTINATION","address":{{"countryCode":"DE"}}}}],
            "activity":[{{"status":{{"type":"D","code":"FS"}},"date":"20250312","time":"141000",
            "gmtDate":"20250312","gmtTime":"131000"}}],{package}}}]}}]}}}}"#
        );
        let payload = Payload::new(body.as_bytes(), chrono::DateTime::UNIX_EPOCH);
        let feed = Registry::builtin().share("ups.track").unwrap();
        let mut batch = feed.decode(payload).unwrap();
        let notices = batch
            .notices
            .iter()
            .filter_map(|notice| notice.field.clone());
        let notices = notices.map(|field| field.to_string()).collect();
        (batch.shipments.remove(0), notices)
    }

    #[test]
    fn images_are_proof_and_are_not_kept() {
        let (shipment, _) = read(
            r#""deliveryInformation":{"signature":{"image":"R0lGOD"},"deliveryPhoto":{"photo":"AAAA"},
            "pod":{"content":""}}"#,
        );
        let kinds: Vec<_> = shipment
            .proof_of_delivery
            .iter()
            .map(|it| it.kind)
            .collect();
        assert_eq!(kinds, [ProofKind::Signature, ProofKind::Photo]);
        assert!(shipment.proof_of_delivery.iter().all(|it| it.in_payload));
        let written = serde_json::to_string(&crate::model::WithPersonalData(&shipment)).unwrap();
        assert!(!written.contains("R0lGOD") && !written.contains("AAAA"));
    }

    #[test]
    fn the_last_day_at_the_access_point_is_a_day_of_its_place() {
        let (shipment, notices) = read(r#""accessPointInformation":{"pickupByDate":"20250320"}"#);
        let until = shipment.pickup_point.unwrap().hold_until.unwrap();
        assert_eq!(until.latest().to_rfc3339(), "2025-03-20T22:59:59+00:00");
        assert!(notices.is_empty(), "{notices:?}");
        let (shipment, notices) = read(r#""accessPointInformation":{"pickupByDate":"soon"}"#);
        assert!(shipment.pickup_point.is_none());
        assert_eq!(notices, ["package.accessPointInformation.pickupByDate"]);
    }

    #[test]
    fn payments_are_exact_or_open() {
        let (shipment, notices) = read(
            r#""paymentInformation":[{"type":"COD","amount":"1,234.50","currency":"USD","paid":false},
            {"type":"Import duties","amount":"9,10","currency":"EUR","paid":"true"},
            {"type":"Payment code","amount":"1"}]"#,
        );
        let [cash, duties, other] = shipment.dues.as_slice() else {
            panic!("{:?}", shipment.dues)
        };
        assert_eq!(cash.amount.as_ref().unwrap().as_str(), "1234.50");
        assert_eq!(
            (cash.kind, cash.paid),
            (DueKind::CashOnDelivery, Some(false))
        );
        assert_eq!(
            (duties.kind, duties.amount.clone()),
            (DueKind::DutiesAndTaxes, None)
        );
        assert_eq!((other.kind, other.payee.clone()), (DueKind::Other, None));
        assert_eq!(notices, ["package.paymentInformation.amount"]);
    }
}
