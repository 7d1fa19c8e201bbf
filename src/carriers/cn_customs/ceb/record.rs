//! One receipt or declaration, whichever syntax it came in: both have the same field names.

use std::borrow::Cow;

use serde::de::MapAccess;

use crate::model::{Reference, Role, TrackingNumber};
use crate::wire::json::{Fields, Many, Oddities, Slot, Text};
use crate::wire::xml::Node;

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident = $($field:literal)|+,)+) => {
        /// A field that is read. Names, phones, identity numbers and addresses are not among them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Name { $($(#[$meta])* $name,)+ }

        impl Name {
            const COUNT: usize = [$(Self::$name),+].len();

            fn of(field: &str) -> Option<Self> {
                match field {
                    $($($field)|+ => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

names! {
    Guid = "guid",
    Order = "orderNo",
    Waybill = "logisticsNo",
    /// The declaring company's own number.
    Company = "copNo",
    /// The e-port's number before customs give one.
    EPort = "preNo",
    GoodsList = "invtNo",
    AirWaybill = "billNo",
    Payment = "payNo" | "payTransactionId",
    Summary = "sumNo",
    Inbound = "rkdNo",
    Status = "returnStatus",
    ReturnTime = "returnTime",
    ReturnInfo = "returnInfo",
    LogisticsStatus = "logisticsStatus",
    LogisticsTime = "logisticsTime",
    LeaveTime = "leaveTime",
    DeclaredTime = "appTime",
    DeclaredKind = "appType",
    DeclaredStatus = "appStatus",
    Office = "customsCode",
    Site = "loctNo",
    TaxStatus = "status",
    Duty = "customsTax",
    Vat = "valueAddedTax",
    ConsumptionTax = "consumptionTax",
    /// By the customs' own table of numbers.
    Currency = "currency" | "currencyCode",
    FailedKind = "oriMessageType",
    FailedMessage = "oriCopMsgId",
}

/// What may name a statement, the parcel's own numbers first.
const NUMBERS: [Name; 9] = [
    Name::Waybill,
    Name::GoodsList,
    Name::Company,
    Name::EPort,
    Name::Order,
    Name::Payment,
    Name::AirWaybill,
    Name::Guid,
    Name::FailedMessage,
];

const ROLES: [(Name, Role); 9] = [
    (Name::Waybill, Role::Waybill),
    (Name::Order, Role::Order),
    (Name::GoodsList, Role::Declaration),
    (Name::EPort, Role::Declaration),
    (Name::Company, Role::DeclarationReference),
    (Name::AirWaybill, Role::MasterAirWaybill),
    (Name::Payment, Role::Payment),
    (Name::Summary, Role::Manifest),
    (Name::Inbound, Role::Manifest),
];

/// The fields of one statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record<'r>([Option<&'r str>; Name::COUNT]);

impl<'r> Record<'r> {
    /// From an element whose children are the fields.
    pub fn of_element(element: Node<'r, '_>) -> Self {
        let mut record = Self::default();
        for child in element.children() {
            if let Some(name) = Name::of(child.name())
                && let Some(slot) = record.0.get_mut(name as usize)
            {
                let value = child.text();
                if slot.is_some() && value.is_some() && *slot != value {
                    child.is_one_of_several();
                }
                *slot = slot.or(value);
            }
        }
        record
    }

    /// The value of a field.
    pub fn get(&self, name: Name) -> Option<&'r str> {
        self.0.get(name as usize).copied().flatten()
    }

    /// The number that the statement is about, and which field it stood in.
    pub fn number(&self) -> Option<(Name, TrackingNumber)> {
        NUMBERS
            .iter()
            .find_map(|name| Some((*name, TrackingNumber::parse(self.get(*name)?)?)))
    }

    /// The other numbers of the same parcel or paper. A waybill is named even where it is the
    /// number itself: it says that this is a parcel.
    pub fn references(&self, number: Name) -> impl Iterator<Item = Reference> {
        ROLES
            .iter()
            .filter(move |(name, _)| *name != number || *name == Name::Waybill)
            .filter_map(|(name, role)| Some(Reference::new(*role, self.get(*name)?)))
    }

    /// The numbers of a sheet, as each parcel on it refers to them: they tie it to the sheet and
    /// must not make one parcel of all.
    pub fn sheet_references(&self) -> impl Iterator<Item = Reference> {
        [
            (Name::Company, Role::Manifest),
            (Name::EPort, Role::Manifest),
            (Name::Summary, Role::Manifest),
            (Name::Inbound, Role::Manifest),
            (Name::AirWaybill, Role::MasterAirWaybill),
        ]
        .into_iter()
        .filter_map(|(name, role)| Some(Reference::new(role, self.get(name)?)))
    }
}

/// A statement in JSON, as relays write it: the fields of head and receipt in one object, the lines
/// of a sheet in a list.
#[derive(Debug, Default)]
pub(super) struct JsonRecord<'a> {
    /// `CEB622Message`, or only its digits.
    pub message: Text<'a>,
    pub lines: Many<JsonRecord<'a>>,
    values: [Text<'a>; Name::COUNT],
}

impl JsonRecord<'_> {
    pub fn record(&self) -> Record<'_> {
        Record(self.values.each_ref().map(Text::get))
    }
}

impl<'a> Fields<'a> for JsonRecord<'a> {
    const HOLDS: bool = true;
    const WIDTH: usize = Name::COUNT;

    fn field<A: MapAccess<'a>>(
        &mut self,
        key: &str,
        map: &mut A,
        odd: &mut Oddities,
    ) -> Result<bool, A::Error> {
        if let Some(name) = Name::of(key) {
            let value = map.next_value_seed(odd.seed())?;
            if let Some(slot) = self.values.get_mut(name as usize) {
                slot.merge(value, odd);
            }
            return Ok(true);
        }
        match key {
            "messageType" => {
                let value = map.next_value_seed(odd.seed())?;
                self.message.merge(value, odd);
            }
            list if is_list(list) => {
                let value = map.next_value_seed(odd.seed())?;
                self.lines.merge(value, odd);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn is_dated() -> bool {
        true
    }

    fn knows(key: &str) -> bool {
        Name::of(key).is_some() || key == "messageType" || is_list(key)
    }

    fn holds(key: &str) -> bool {
        is_list(key)
    }

    fn misses(&self, keys: &[Cow<'_, str>]) -> bool {
        self.lines.is_blank() && <Many<Self> as Slot<'a>>::is_kin(keys)
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        self.message.merge(later.message, odd);
        self.lines.merge(later.lines, odd);
        self.values
            .iter_mut()
            .zip(later.values)
            .for_each(|(slot, later)| slot.merge(later, odd));
    }
}

/// Whether a key holds the lines of a receipt.
fn is_list(key: &str) -> bool {
    matches!(
        key,
        "list"
            | "arrivalList"
            | "ArrivalList"
            | "departureList"
            | "DepartureList"
            | "summaryResultList"
            | "SummaryResultList"
    )
}
