//! What a statement about another number may do: [`ruling`]. The only place that decides it, for
//! sorting and for legs alike.

use crate::model::IssuerKind;
use crate::model::{CarrierId, Reference, Role, Shipment};

/// What a statement about another number may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ruling<'r> {
    /// Nothing: the number means nothing, or its role stands for many parcels.
    Nothing,
    /// It is kept with its witness, and ties when the other side names this number back or the
    /// application declares it.
    Claim,
    /// It ties: to the number of this carrier, or of whichever one carrier has it.
    Ties(Option<&'r CarrierId>),
}

impl Ruling<'_> {
    pub fn ties(self) -> bool {
        matches!(self, Self::Ties(_))
    }
}

/// What `shipment` may say about the number that `reference` names.
///
/// - Whoever proves nothing ([`Proof::Nothing`](crate::model::Proof::Nothing)) can only claim.
/// - A carrier knows its own numbers (pieces, master, alternate numbers, house waybill, return,
///   outbound parcel, redirection) and whom it hands a parcel to under which number. It does not
///   know the numbers of others otherwise: whom the parcel came from is a claim, and so is a next
///   carrier that it does not name. Which partner's format an unnamed number has is settled when a
///   feed is decoded.
/// - An authority knows which waybill its papers are about, and which papers are one declaration.
/// - The application's own data may say anything.
/// - A placeholder ties nothing in any role, and so does what lists many parcels: manifest, bag,
///   container, master air waybill, payment.
pub(super) fn ruling<'r>(shipment: &'r Shipment, reference: &'r Reference) -> Ruling<'r> {
    let (role, whose) = (reference.role, reference.carrier.as_ref());
    if lists_many(role) || is_placeholder(&reference.number) {
        return Ruling::Nothing;
    }
    if !shipment.proof.is_proven() {
        return Ruling::Claim;
    }
    let own = &shipment.carrier;
    let is_own = whose.is_none_or(|carrier| carrier == own);
    match (shipment.issuer, role) {
        (_, Role::Order | Role::CustomerReference) | (IssuerKind::Merchant, _) => {
            Ruling::Ties(whose)
        }
        (IssuerKind::Authority, Role::Waybill) => Ruling::Ties(whose),
        (_, Role::Declaration | Role::DeclarationReference) => Ruling::Ties(None),
        (IssuerKind::Authority, _) => Ruling::Claim,
        (IssuerKind::Carrier, Role::NextCarrier) => {
            whose.map_or(Ruling::Claim, |next| Ruling::Ties(Some(next)))
        }
        (
            IssuerKind::Carrier,
            Role::Redirection | Role::Return | Role::Replacement | Role::SignedReceipt,
        ) => Ruling::Ties(whose.or(Some(own))),
        (IssuerKind::Carrier, _) if is_own && role != Role::PreviousCarrier => {
            Ruling::Ties(Some(own))
        }
        (IssuerKind::Carrier, Role::PreviousCarrier) if whose == Some(own) => Ruling::Ties(whose),
        (IssuerKind::Carrier, _) => Ruling::Claim,
    }
}

/// Whether a number in this role stands for many parcels.
const fn lists_many(role: Role) -> bool {
    matches!(
        role,
        Role::Manifest | Role::Bag | Role::Container | Role::MasterAirWaybill | Role::Payment
    )
}

/// Whether a role says in which direction the parcel goes on: from the speaker to the number named,
/// or the other way round.
pub(super) const fn leads_on(role: Role) -> Option<bool> {
    match role {
        Role::NextCarrier | Role::Redirection | Role::Return => Some(true),
        Role::PreviousCarrier | Role::Outbound => Some(false),
        _ => None,
    }
}

/// The most parcels that one number may be named by in a role; what is named by more ties none of
/// them.
///
/// - A shipment has at most 999 pieces with the carriers known here.
/// - The papers of one waybill (declaration, receipts, taxes, corrections) come under a few
///   numbers.
/// - Receipts of one declaration come under its waybill, its goods list and the declarant's number.
/// - One parcel has a few other numbers, and another number is that of one parcel: several feeds
///   may name it under several of its numbers.
/// - A parcel goes on as one: a number that two parcels are said to go on under is nobody's
///   successor.
pub(super) const fn most_named_by(role: Role) -> usize {
    match role {
        Role::Piece | Role::MasterWaybill => 999,
        Role::Waybill => 32,
        Role::Declaration | Role::DeclarationReference => 3,
        Role::Alternate | Role::HouseWaybill => 4,
        _ => 1,
    }
}

/// The most numbers that one parcel may name in a role; a longer list is no statement about one
/// parcel.
pub(super) const fn most_names(role: Role) -> usize {
    match role {
        Role::Piece | Role::NextCarrier => 999,
        _ => 32,
    }
}

/// Words that stand where a number is missing.
const PLACEHOLDERS: [&str; 27] = [
    "NA",
    "NONE",
    "NO",
    "NIL",
    "NULL",
    "NAN",
    "UNDEFINED",
    "UNKNOWN",
    "EMPTY",
    "BLANK",
    "VOID",
    "TBA",
    "TBC",
    "TBD",
    "TEST",
    "TESTING",
    "SAMPLE",
    "EXAMPLE",
    "DUMMY",
    "DEMO",
    "DEFAULT",
    "PLACEHOLDER",
    "NOTAPPLICABLE",
    "NOTAVAILABLE",
    "NOREF",
    "NOREFERENCE",
    "XXX",
];

/// Whether what stands where a number should be is none: nothing, words without a digit, a
/// placeholder with a short count (`TEST1`), one character repeated, digits that count up or down,
/// fewer than five digits alone.
pub(super) fn is_placeholder(number: &str) -> bool {
    let signs = || {
        number
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
    };
    let digits = || signs().filter_map(|c| c.to_digit(10));
    let (all, count) = (signs().count(), digits().count());
    if count == 0 || is_repeated(signs()) {
        return true;
    }
    if count == all {
        let counts = |step| pairs(digits()).all(|(a, b)| (a + step) % 10 == b);
        return count < 5 || counts(1) || counts(9);
    }
    (count <= 4 || is_repeated(digits())) && {
        let letters: String = signs().filter(|c| !c.is_ascii_digit()).collect();
        PLACEHOLDERS.contains(&letters.as_str())
    }
}

fn pairs<T>(signs: impl Iterator<Item = T> + Clone) -> impl Iterator<Item = (T, T)> {
    signs.clone().zip(signs.skip(1))
}

fn is_repeated<T: PartialEq>(signs: impl Iterator<Item = T> + Clone) -> bool {
    pairs(signs).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Proof;
    use crate::testing::{ShipmentBuilder, shipment};

    fn says(told: ShipmentBuilder, role: Role, whose: Option<&str>, number: &str) -> String {
        let reference = Reference::new(role, number);
        let reference = whose.map_or(reference.clone(), |carrier| reference.with_carrier(carrier));
        match ruling(&told.shipment(), &reference) {
            Ruling::Nothing => "nothing".into(),
            Ruling::Claim => "claim".into(),
            Ruling::Ties(whose) => whose.map_or("anybody's", CarrierId::as_str).into(),
        }
    }

    #[test]
    fn placeholders_are_known_in_any_spelling() {
        for number in [
            "",
            "-",
            " ",
            "0",
            "00",
            "0000000000",
            "N/A",
            "n.a.",
            "NONE",
            "none",
            "null",
            "NULL",
            "TEST",
            "Test-1",
            "TEST 0001",
            "sample0",
            "XXX000",
            "123456",
            "1234567890",
            "0123456789",
            "987654321",
            "11111111",
            "MY SHOP",
            "Acme Outlet",
            "ＮＯＮＥ",
            "未提供",
            "#",
            "1",
            "12",
            "TBD",
            "undefined",
        ] {
            assert!(is_placeholder(number), "{number}");
        }
        for number in [
            "SF1",
            "1Z1",
            "WEB-5501",
            "PO-10337",
            "7100000042",
            "TEST-20260301",
            "COP-203",
            "100000000001",
            "A1000",
            "12345679",
            "RB123456785GB",
        ] {
            assert!(!is_placeholder(number), "{number}");
        }
    }

    #[test]
    fn a_placeholder_ties_nothing_in_every_role() {
        for role in Role::ALL {
            for told in [
                shipment("ups.track", "1Z1"),
                shipment("cn-customs.ceb", "LIST1").authority(),
                shipment("shop.orders", "SF1").merchant(),
            ] {
                for number in ["N/A", "0", "NONE", "TEST", "123456", "7777777"] {
                    assert_eq!(
                        says(told.clone(), *role, None, number),
                        "nothing",
                        "{role} {number}"
                    );
                }
            }
        }
    }

    #[test]
    fn who_proves_nothing_only_claims() {
        for role in Role::ALL {
            let told = shipment("sf.push", "SF1").proven_by(Proof::Nothing);
            let said = says(told, *role, Some("ups"), "1Z0000000300000013");
            assert!(
                said == "claim" || said == "nothing" && lists_many(*role),
                "{role}: {said}"
            );
        }
    }

    #[test]
    fn a_carrier_knows_its_own_numbers_and_its_successor() {
        let ups = || shipment("ups.track", "1Z1").proven_by(Proof::Credential);
        for role in [
            Role::Waybill,
            Role::Piece,
            Role::MasterWaybill,
            Role::Alternate,
            Role::HouseWaybill,
        ] {
            assert_eq!(says(ups(), role, None, "7100000042"), "ups", "{role}");
            assert_eq!(
                says(ups(), role, Some("dhl"), "7100000042"),
                "claim",
                "{role}"
            );
        }
        assert_eq!(
            says(
                ups(),
                Role::NextCarrier,
                Some("usps"),
                "9400100000000000000112"
            ),
            "usps"
        );
        assert_eq!(
            says(ups(), Role::NextCarrier, None, "9400100000000000000112"),
            "claim"
        );
        assert_eq!(says(ups(), Role::Return, None, "1Z2"), "ups");
        assert_eq!(
            says(ups(), Role::PreviousCarrier, Some("sf"), "SF1000000000017"),
            "claim"
        );
        assert_eq!(
            says(ups(), Role::PreviousCarrier, None, "SF1000000000017"),
            "claim"
        );
    }

    #[test]
    fn an_authority_knows_its_papers_and_the_waybill_that_they_are_about() {
        let customs = || shipment("cn-customs.ceb", "LIST1").authority();
        assert_eq!(
            says(customs(), Role::Waybill, None, "SF1000000000017"),
            "anybody's"
        );
        assert_eq!(
            says(customs(), Role::DeclarationReference, None, "COP-203"),
            "anybody's"
        );
        assert_eq!(
            says(
                customs(),
                Role::NextCarrier,
                Some("ups"),
                "1Z0000000300000013"
            ),
            "claim"
        );
        for role in [
            Role::Manifest,
            Role::Bag,
            Role::Container,
            Role::MasterAirWaybill,
        ] {
            assert_eq!(
                says(customs(), role, None, "99900000017"),
                "nothing",
                "{role}"
            );
        }
    }
}
