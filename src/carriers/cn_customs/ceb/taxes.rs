//! The taxes of an electronic tax bill (电子税单) as payments to customs.

use super::record::{Name, Record};
use crate::adapter::Collector;
use crate::model::{Amount, Due, DueKind, Shipment};

const TAXES: [(Name, &str, DueKind); 3] = [
    (Name::Duty, "customsTax", DueKind::Duty),
    (Name::Vat, "valueAddedTax", DueKind::Vat),
    (Name::ConsumptionTax, "consumptionTax", DueKind::Excise),
];

/// The bill's status: made out, and not yet part of a collective one.
const MADE_OUT: &str = "1";
const VOID: &str = "3";

/// What a bill says has to be paid; nothing of a void one, and no tax of nought. An amount that
/// cannot be read is reported.
pub(super) fn dues(
    out: &mut Collector<'_>,
    record: &Record<'_>,
    number: &crate::model::TrackingNumber,
) -> Vec<Due> {
    let status = record.get(Name::TaxStatus);
    if status == Some(VOID) {
        return Vec::new();
    }
    let currency = record.get(Name::Currency);
    let yuan = matches!(currency, None | Some("142" | "CNY"));
    if let Some(other) = currency.filter(|_| !yuan) {
        out.unreadable(number, "currency", other, "142 (CNY)");
    }
    let mut dues = Vec::new();
    for (name, field, kind) in TAXES {
        let Some(raw) = record.get(name) else {
            continue;
        };
        let Ok(amount) = raw.parse::<Amount>() else {
            out.unreadable(number, field, raw, "an amount");
            continue;
        };
        if amount.is_zero() {
            continue;
        }
        let due = Due::new(kind)
            .with_amount(amount)
            .with_currency(if yuan { "CNY" } else { "" })
            .with_payee("cn-customs")
            // A collective bill (2) may be paid or not.
            .with_paid((status == Some(MADE_OUT)).then_some(false));
        dues.push(due);
    }
    dues
}

/// Adds payments; of a tax that is reported again with the same amount, the later word counts.
pub(super) fn add(shipment: &mut Shipment, dues: impl IntoIterator<Item = Due>) {
    for due in dues {
        let is_same = |known: &&mut Due| (known.kind, &known.amount) == (due.kind, &due.amount);
        match shipment.dues.iter_mut().find(is_same) {
            Some(known) => *known = due,
            None => shipment.dues.push(due),
        }
    }
}

/// Leaves the payments out where the last word on the bill is that it is void. Events are in time.
pub(super) fn drop_void(shipment: &mut Shipment) {
    let is_bill = |qualifier: &str| matches!(qualifier, "816" | "818");
    let mut bills = shipment.events.iter().rev();
    let last = bills.find(|event| event.code.qualifier.as_deref().is_some_and(is_bill));
    if last.is_some_and(|event| event.code.value == VOID) {
        shipment.dues.clear();
    }
}
