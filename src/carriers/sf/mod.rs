#![doc = include_str!("../../../carriers/sf/README.md")]

use std::sync::Arc;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("sf"),
    profile: include_str!("../../../carriers/sf/carrier.json"),
    codes: include_str!("../../../carriers/sf/codes.csv"),
    adapters,
};

fn adapters(_codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![]
}
