#![doc = include_str!("../../../carriers/dhl/README.md")]

mod ice;
mod shared;
mod unified;

use std::sync::Arc;

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
    vec![Arc::new(Unified::new(codes.clone()))]
}
