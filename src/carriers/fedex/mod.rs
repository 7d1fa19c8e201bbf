#![doc = include_str!("../../../carriers/fedex/README.md")]

use std::sync::Arc;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("fedex"),
    profile: include_str!("../../../carriers/fedex/carrier.json"),
    codes: include_str!("../../../carriers/fedex/codes.csv"),
    adapters,
};

fn adapters(_codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![]
}
