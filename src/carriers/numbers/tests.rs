//! What holds of every built-in format, and how their numbers collide.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::carriers;
use crate::number::{Certainty, Context, Identification, Likelihood};

fn identify(number: &str) -> Identification<'static> {
    formats().identify(number, &Context::default())
}

fn ids(number: &str) -> BTreeSet<String> {
    identify(number)
        .candidates()
        .iter()
        .map(|candidate| candidate.format().id().to_owned())
        .collect()
}

fn set<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
    ids.map(str::to_owned).into()
}

fn certain(number: &str) -> Option<String> {
    match identify(number).certainty() {
        Certainty::Certain(candidate) => Some(candidate.carrier().to_string()),
        _ => None,
    }
}

#[test]
fn every_record_compiles_and_its_id_is_unique() {
    let _: Vec<FormatRecord> = serde_json::from_str(OTHERS).unwrap();
    let records = records();
    for (carrier, record) in &records {
        NumberFormat::of_carrier(record, carrier.clone()).unwrap();
        assert!(
            record.id.starts_with(&format!("{carrier}.")),
            "{} is a format of {carrier}",
            record.id
        );
    }
    let unique: BTreeSet<_> = records.iter().map(|(_, record)| &record.id).collect();
    assert_eq!(unique.len(), records.len());
    for (_, record) in &records {
        assert!(
            record
                .refines
                .as_ref()
                .is_none_or(|wide| unique.contains(wide)),
            "{}",
            record.id
        );
    }
}

#[test]
fn every_carrier_s_pack_has_formats() {
    // A shop numbers its orders as it likes.
    for pack in carriers::packs()
        .iter()
        .filter(|pack| pack.carrier().as_str() != "shop")
    {
        assert!(
            !pack.profile().unwrap().numbers.is_empty(),
            "{}",
            pack.carrier()
        );
    }
}

#[test]
fn every_valid_example_has_its_format_and_no_invalid_one_has() {
    for (_, record) in records() {
        assert!(
            record.valid.len() >= 2 && record.invalid.len() >= 2,
            "{} needs two examples of each kind",
            record.id
        );
        for number in &record.valid {
            assert!(
                ids(number).contains(record.id.as_str()),
                "{number} is a {}",
                record.id
            );
        }
        for number in &record.invalid {
            assert!(
                !ids(number).contains(record.id.as_str()),
                "{number} is no {}",
                record.id
            );
        }
    }
}

#[test]
fn every_changed_check_digit_is_noticed() {
    for (carrier, record) in records() {
        let format = NumberFormat::of_carrier(&record, carrier).unwrap();
        for (number, shape) in record
            .valid
            .iter()
            .flat_map(|number| format.shapes().iter().map(move |shape| (number, shape)))
        {
            let values: Vec<u8> = number
                .chars()
                .map(|c| u8::try_from(c.to_digit(36).unwrap()).unwrap())
                .collect();
            let (true, Some(at)) = (shape.fits(&values), shape.check) else {
                continue;
            };
            for other in (0..10).filter(|other| *other != values[at]) {
                let mut changed = values.clone();
                changed[at] = other;
                assert!(
                    !format.check_fits(shape, &changed),
                    "{} of {}",
                    number,
                    record.id
                );
            }
        }
    }
}

/// The index by length and first character must lose nothing: each example is held against each
/// format, without it.
#[test]
fn no_format_that_fits_is_left_out() {
    let records = records();
    let formats: BTreeMap<String, Identifier> = records
        .iter()
        .map(|(carrier, record)| {
            (
                record.id.to_string(),
                Identifier::new([NumberFormat::of_carrier(record, carrier.clone()).unwrap()]),
            )
        })
        .collect();
    for number in records.iter().flat_map(|(_, record)| &record.valid) {
        let alone = formats.iter().filter(|(_, format)| {
            !format
                .identify(number, &Context::default())
                .candidates()
                .is_empty()
        });
        assert_eq!(
            ids(number),
            alone.map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(),
            "{number}"
        );
    }
}

/// Whose numbers can be taken for whose: the carriers with which the examples of each pack
/// collide.
#[test]
fn collisions_between_packs_are_told() {
    let packs: BTreeSet<_> = carriers::packs()
        .iter()
        .map(|pack| pack.carrier().to_string())
        .collect();
    let mut found = BTreeSet::new();
    for (carrier, record) in records() {
        for number in record
            .valid
            .iter()
            .filter(|_| packs.contains(carrier.as_str()))
        {
            for candidate in identify(number).candidates() {
                let other = candidate.carrier().to_string();
                if packs.contains(&other) && other != carrier.as_str() {
                    found.insert(format!("{} → {other}", record.id));
                }
            }
        }
    }
    let certain_collisions = [
        "fedex.express → sf",
        "dhl.express → fedex",
        "dhl.parcel-de-ident → sf",
        "dhl.ecommerce-us → usps",
        "dhl.parcel-de → usps",
        "fedex.smartpost → usps",
        "fedex.express-34 → ups",
        "usps.impb-94 → ups",
    ];
    for collision in certain_collisions {
        assert!(found.contains(collision), "{collision} in {found:#?}");
    }
    for never in [
        "ups.1z → ",
        "sf.waybill → ",
        "fedex.door-tag → ",
        "cn-customs.invt → ",
    ] {
        assert!(
            !found.iter().any(|collision| collision.starts_with(never)),
            "{never}"
        );
    }
}

#[test]
fn twelve_digits_stay_ambiguous() {
    // Fits FedEx (weights 3 1 7), the Identcode (weights 4 9), and by its length SF and others.
    let number = "100000000220";
    let found = ids(number);
    for id in ["fedex.express", "dhl.parcel-de-ident", "sf.waybill-12"] {
        assert!(found.contains(id), "{id} in {found:?}");
    }
    let identification = identify(number);
    let Certainty::Ambiguous(several) = identification.certainty() else {
        panic!()
    };
    assert!(
        several
            .iter()
            .all(|candidate| candidate.likelihood() != Likelihood::Strong)
    );
    let position = |id| {
        several
            .iter()
            .position(|candidate| candidate.format().id() == id)
    };
    assert!(
        position("fedex.express") < position("sf.waybill-12"),
        "a check digit outranks a length"
    );
}

#[test]
fn ninety_two_is_a_range_that_carriers_share() {
    let number = "9261290000000000000014";
    assert_eq!(
        ids(number),
        set([
            "dhl.ecommerce-us",
            "fedex.smartpost",
            "ups.mail-innovations-digits",
            "usps.impb"
        ])
    );
    assert_eq!(certain(number), None);
    assert_eq!(
        ids(&format!("420972019{}", &number[1..])),
        set([
            "dhl.ecommerce-us",
            "ups.mail-innovations-digits",
            "usps.impb"
        ])
    );
}

#[test]
fn distinctive_forms_are_certain() {
    for (number, carrier) in [
        ("1Z0000000300000013", "ups"),
        ("SF1000000000017", "sf"),
        ("DT000000000001", "fedex"),
        ("99992026I000000001", "cn-customs"),
        ("B20260102000000001", "cn-customs"),
        ("4PX0000000000017CN", ""),
        ("RB123456785FR", "upu"),
        ("RB123456785GB", "royal-mail"),
        ("EE123456785US", "usps"),
        ("RB123456785DE", "dhl"),
    ] {
        assert_eq!(
            certain(number).unwrap_or_default(),
            carrier,
            "{number}: {:?}",
            identify(number)
        );
    }
}

#[test]
fn postal_items_state_their_issuer() {
    let item = identify("RX 123 456 785 CN");
    assert_eq!(item.best().unwrap().issuer().unwrap().as_str(), "CN");
    assert!(
        item.candidates()
            .iter()
            .any(|candidate| candidate.carrier().as_str() == "upu"),
        "the wider format stays in the list"
    );
    assert_eq!(ids("RB123456786US"), set(["chronopost.parcel"]));
    assert_eq!(
        identify("RB123456786US").mistyped().unwrap().id(),
        "usps.s10"
    );
    assert_eq!(
        identify("RB123456785ZZ").best().unwrap().likelihood(),
        Likelihood::Fair,
        "no such country"
    );
}

#[test]
fn what_is_no_number_is_unknown() {
    let long = "1Z".repeat(5_000);
    for text in [
        "",
        " ",
        "-",
        "1",
        "Z",
        "PARCELTRAIL",
        "INTERNATIONAL",
        "1Z00000003000000１3",
        "1Z0000000300000013?",
        "顺丰速运",
        "\0",
        &long,
        &" ".repeat(10_000),
    ] {
        let nothing = identify(text);
        assert!(
            matches!(nothing.certainty(), Certainty::Unknown) && nothing.best().is_none(),
            "{:?}",
            text.get(..20).unwrap_or(text)
        );
    }
}

#[test]
fn every_beginning_of_every_example_is_read() {
    for (_, record) in records() {
        for number in record.valid.iter().chain(&record.invalid) {
            for (end, _) in number.char_indices() {
                let _ = identify(&number[..end]).certainty();
            }
        }
    }
}

#[test]
fn spelling_does_not_matter() {
    for spelling in [
        "1z0000000300000013",
        " 1Z 0000 0003 0000 0013\n",
        "1Z-0000-0003-0000-0013",
        "1Z\u{a0}0000\u{3000}000300\u{2011}000013",
        "\u{feff}1Z0000000300000013",
    ] {
        assert_eq!(ids(spelling), set(["ups.1z"]), "{spelling}");
    }
}

#[test]
fn nothing_of_the_number_is_shown() {
    for number in ["1Z0000000300000013", "RB123456785GB", "100000000220"] {
        let shown = format!(
            "{:?} {}",
            identify(number),
            serde_json::to_string(&identify(number)).unwrap()
        );
        assert!(!shown.contains(&number[3..9]), "{shown}");
    }
}
