#![doc = include_str!("../../../carriers/cn-customs/README.md")]

mod ceb;

use std::sync::Arc;

pub use ceb::Ceb;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("cn-customs"),
    profile: include_str!("../../../carriers/cn-customs/carrier.json"),
    codes: include_str!("../../../carriers/cn-customs/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![Arc::new(Ceb::new(codes.clone()))]
}
