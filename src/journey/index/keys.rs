//! The keys by which parcels see each other: [`Key`]. The only place that says which uses of
//! numbers have to be looked at together.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

use super::super::namings::{Naming, namings};
use super::super::shop_numbers::is_telling;
use super::super::ties::leads_on;
use super::super::uses::Node;
use crate::model::{CarrierId, FnvHasher, IssuerKind, Role, TrackingNumber};

/// What several parcels can hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::journey) enum Key {
    /// Held by what names a number as its own in a role, of a carrier. Ties its holders to each
    /// other and to the number, up to a cap.
    Own(Role, Option<CarrierId>, TrackingNumber),
    /// Held by the papers that name a number, as a waybill or otherwise. Ties as [`Key::Own`] does.
    Paper(bool, TrackingNumber),
    /// Held by what goes on under a number. Ties if one parcel does.
    Successor(TrackingNumber),
    /// Held by what names a shop's number. Ties if it names one parcel.
    Shop(SmolStr),
    /// Held by what names a number otherwise than as a list or placeholder. Ties nothing, but what
    /// holds it may have to be looked at again when the number changes.
    Names(TrackingNumber),
    /// Held by shops that name a number: how far they lie from it matters.
    ShopNames(TrackingNumber),
    /// Held by what may be tied to a number. A holder of [`Key::Names`] may not: its statement is
    /// refused, whatever else becomes known of the two.
    Reaches(TrackingNumber),
    /// Held by orders that are known under a name.
    OrderName(TrackingNumber),
    /// Held by what names an order.
    OfOrder(TrackingNumber),
    /// Held by orders that name a waybill.
    Waybill(TrackingNumber),
}

impl Key {
    /// What a table keeps of it. Two keys may share it by accident: then more is looked at than
    /// need be, and nothing else changes.
    pub fn digest(&self) -> u64 {
        let mut hasher = FnvHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The key by which a statement ties its speaker to others that say the same, and to the number.
    pub fn shared(naming: &Naming<'_>, speaker: &Node) -> Option<Self> {
        let number = naming.number.clone();
        if !naming.ruling.ties() {
            None
        } else if naming.is_paper(speaker) {
            Some(Self::Paper(naming.role != Role::Waybill, number))
        } else if leads_on(naming.role).is_none() {
            Some(Self::Own(naming.role, naming.whose().cloned(), number))
        } else {
            None
        }
    }

    /// The key by which a statement ties its speaker to what it goes on as.
    pub fn onward(naming: &Naming<'_>) -> Option<Self> {
        (naming.ruling.ties() && leads_on(naming.role) == Some(true))
            .then(|| Self::Successor(naming.number.clone()))
    }

    /// Whether all who hold it are tied at once, and not only by way of the number.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Own(..) | Self::Paper(..) | Self::Shop(_))
    }
}

/// What stands for all uses of a number. Numbers that share it by accident are kept together.
pub(in crate::journey) fn unit_of(number: &TrackingNumber) -> u64 {
    let mut hasher = FnvHasher::default();
    number.as_str().hash(&mut hasher);
    hasher.finish()
}

/// The key of the record that a number is kept in.
pub(in crate::journey) const fn home_of(unit: u64) -> u64 {
    unit ^ 0x9e37_79b9_7f4a_7c15
}

/// A number that is named, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::journey) struct Named {
    pub number: TrackingNumber,
    /// The keys by which it may tie.
    pub keys: Vec<Key>,
    /// Whether it names a predecessor, which ties by no key.
    pub is_predecessor: bool,
    /// Whether it ties only if the other side names this number back.
    pub is_claim: bool,
}

/// Everything that the uses of a number hold by their own words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::journey) struct Keys {
    pub all: BTreeSet<Key>,
    pub named: BTreeSet<Named>,
    /// Whether a list or placeholder is named.
    pub lists: bool,
}

impl Keys {
    pub fn of<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Self {
        let mut keys = Self::default();
        nodes.into_iter().for_each(|node| keys.take(node));
        keys
    }

    fn take(&mut self, node: &Node) {
        if node.is_order {
            self.take_order(node);
            return;
        }
        for naming in namings(0, node) {
            if naming.ruling == super::super::ties::Ruling::Nothing {
                self.lists = true;
                continue;
            }
            self.all.insert(Key::Names(naming.number.clone()));
            if node.issuer == IssuerKind::Merchant {
                self.all.insert(Key::ShopNames(naming.number.clone()));
            }
            let shared = Key::shared(&naming, node);
            self.all.extend(shared.clone());
            self.named.insert(Named {
                number: naming.number.clone(),
                keys: shared.into_iter().chain(Key::onward(&naming)).collect(),
                is_predecessor: naming.ruling.ties() && leads_on(naming.role) == Some(false),
                is_claim: !naming.ruling.ties(),
            });
        }
        for said in node.says.iter().filter(|said| said.role.suggests_parcel()) {
            self.all.insert(Key::OfOrder(said.number.clone()));
            if said.ties() && is_telling(&said.text) {
                self.all.insert(Key::Shop(said.text.to_uppercase().into()));
            }
        }
    }

    fn take_order(&mut self, order: &Node) {
        self.all
            .extend(order.names().into_iter().map(Key::OrderName));
        let waybills = order.says.iter().filter(|said| said.role == Role::Waybill);
        self.all
            .extend(waybills.map(|said| Key::Waybill(said.number.clone())));
    }
}
