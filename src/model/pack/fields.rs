//! Which fields of a value are packed, in which order. New optional fields go to the end of a list:
//! bytes that were written without them stay readable.

use super::{Damaged, Optional, Pack, Packer, Unpacker};
use crate::model::{
    CarrierCode, Due, Event, Order, PickupPoint, Place, Promise, ProofOfDelivery, Reference,
    Shipment, WebLink,
};

/// Packs a struct: the fields that are always there, then those that may be absent.
macro_rules! fields {
    ($name:ident { $($always:ident),* $(,)? } { $($may:ident),* $(,)? } $({ $($default:ident = $value:expr),* })?) => {
        impl Pack for $name {
            fn pack(&self, out: &mut Packer<'_>) {
                let present: &[bool] = &[$(!self.$may.is_absent()),*];
                out.number(bits(present));
                $(self.$always.pack(out);)*
                $(if !self.$may.is_absent() { self.$may.pack_present(out); })*
            }

            fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                const FIELDS: &[&str] = &[$(stringify!($may)),*];
                #[allow(unused_mut, reason = "not every struct has optional fields")]
                let mut present = Bits(input.number()?);
                if present.0 >> FIELDS.len() != 0 {
                    return Err(Damaged);
                }
                Ok(Self {
                    $($always: Pack::unpack(input)?,)*
                    $($may: match present.next() {
                        true => Optional::unpack_present(input)?,
                        false => Default::default(),
                    },)*
                    $($($default: $value,)*)?
                })
            }
        }
    };
}

/// Which fields are present.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> bool {
        let is_present = self.0 & 1 == 1;
        self.0 >>= 1;
        is_present
    }
}

/// The first field in the lowest bit.
fn bits(present: &[bool]) -> u64 {
    present
        .iter()
        .rev()
        .fold(0, |bits, is_present| bits << 1 | u64::from(*is_present))
}

// The fields that most events have come first: their bits fit into one byte.
fields!(Event { feed, carrier, number, milestone, scope, time, confidence } {
    code, place, stage, reason, delivered_to, signed_by, related,
    piece, damaged, recipient_kind, retracts, sequence, signal, proof_of_delivery, position,
    attempt, vendor_id, next_steps, remark,
});

fields!(CarrierCode { value } { text, qualifier });

impl Optional for CarrierCode {
    fn is_absent(&self) -> bool {
        *self == Self::default()
    }

    fn pack_present(&self, out: &mut Packer<'_>) {
        self.pack(out);
    }

    fn unpack_present(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        Self::unpack(input)
    }
}

fields!(Place {} { city, country, code, name, region, postcode });
fields!(Reference { role, number } { carrier });
fields!(ProofOfDelivery { kind } { url, reference, in_payload, until });
fields!(PickupPoint {} { id, name, street, place, opening_hours, hold_until, code });
fields!(Due { kind } { amount, currency, payee, pay_by, paid });
fields!(Promise { kind, by } { from, stated });
fields!(Order {} { ship_by, customer, basket });
fields!(WebLink { kind, url } {});

// What a shipment says beside its events; when it was received is kept apart.
fields!(Shipment { feed, carrier, issuer, number, delivery, proof } {
    instance, references, promises, origin, destination, service, weight_grams,
    pieces, piece_count, is_return, order, proof_of_delivery, pickup_point, dues, shipped_on,
    handed_in_on, links,
} { received = chrono::DateTime::UNIX_EPOCH, events = Vec::new() });
