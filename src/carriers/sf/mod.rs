#![doc = include_str!("../../../carriers/sf/README.md")]

mod ask;
mod embedded;
mod faults;
mod meaning;
mod promise;
mod push;
mod remark;
mod route;
mod routes;
mod routes_xml;
mod sentence;
mod waiting;

use std::sync::Arc;

pub use meaning::LockerPolicy;
pub use push::Push;
pub use routes::{Routes, Signing};
pub use routes_xml::{Head, RoutesXml};

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;
use crate::wire::json::{Text, wire};

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("sf"),
    profile: include_str!("../../../carriers/sf/carrier.json"),
    codes: include_str!("../../../carriers/sf/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![
        Arc::new(Routes::new(codes.clone())),
        Arc::new(RoutesXml::new(codes.clone())),
        Arc::new(Push::new(codes.clone())),
    ]
}

wire! {
    /// A route in JSON: `opCode` since 2020, `opcode` before, underscores in the days of XML.
    struct WireRoute {
        id: Text<'a> = "id",
        number: Text<'a> = "mailno" | "mailNo",
        order: Text<'a> = "orderid" | "orderId",
        time: Text<'a> = "acceptTime" | "accept_time",
        address: Text<'a> = "acceptAddress" | "accept_address",
        remark: Text<'a> = "remark",
        operation: Text<'a> = "opCode" | "opcode",
        reason: Text<'a> = "reasonCode",
        reason_name: Text<'a> = "reasonName",
        first: Text<'a> = "firstStatusCode",
        second: Text<'a> = "secondaryStatusCode",
        status_name: Text<'a> = "secondaryStatusName",
        expected: Text<'a> = "deliverTm" | "promiseTm",
    }
}
