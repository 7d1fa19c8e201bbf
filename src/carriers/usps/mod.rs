#![doc = include_str!("../../../carriers/usps/README.md")]

mod tracking;

use std::sync::Arc;

pub use tracking::Tracking;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("usps"),
    profile: include_str!("../../../carriers/usps/carrier.json"),
    codes: include_str!("../../../carriers/usps/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![Arc::new(Tracking::new(codes.clone()))]
}
