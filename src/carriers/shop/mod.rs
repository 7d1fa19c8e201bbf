#![doc = include_str!("../../../carriers/shop/README.md")]

mod orders;

use std::sync::Arc;

pub use orders::Orders;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("shop"),
    profile: include_str!("../../../carriers/shop/carrier.json"),
    codes: include_str!("../../../carriers/shop/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![Arc::new(Orders::new(codes.clone()))]
}
