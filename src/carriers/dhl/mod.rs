#![doc = include_str!("../../../carriers/dhl/README.md")]

mod checkpoint;
mod ending;
mod express;
mod express_xml;
mod ice;
mod parcel_de;
mod problem;
mod promises;
mod recipient;
mod remark;
mod sentence;
mod shared;
#[cfg(test)]
mod truth_tests;
mod unified;
mod when;

use std::sync::Arc;

pub use express::Express;
pub use express_xml::ExpressXml;
pub use parcel_de::ParcelDe;
pub use unified::Unified;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("dhl"),
    profile: include_str!("../../../carriers/dhl/carrier.json"),
    codes: include_str!("../../../carriers/dhl/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![
        Arc::new(Unified::new(codes.clone())),
        Arc::new(Express::new(codes.clone())),
        Arc::new(ExpressXml::new(codes.clone())),
        Arc::new(ParcelDe::new(codes.clone())),
    ]
}
