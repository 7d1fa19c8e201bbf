#![doc = include_str!("../../../carriers/fedex/README.md")]

mod charges;
mod detail;
mod faults;
mod held_at;
mod json;
mod latest;
mod meaning;
mod promise;
mod proof;
mod shared;
mod shipped;
mod track;
mod track_xml;
mod webhook;

use std::sync::Arc;

pub use track::Track;
pub use track_xml::TrackXml;
pub use webhook::Push;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("fedex"),
    profile: include_str!("../../../carriers/fedex/carrier.json"),
    codes: include_str!("../../../carriers/fedex/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![
        Arc::new(Track::new(codes.clone())),
        Arc::new(TrackXml::new(codes.clone())),
        Arc::new(Push::new(codes.clone())),
    ]
}
