#![doc = include_str!("../../../carriers/ups/README.md")]

mod account;
mod faults;
mod meaning;
mod moment;
mod parts;
mod quantum_extras;
mod quantum_read;
mod quantum_view;
mod track;
mod track_alert;
mod track_xml;
mod words;

use std::sync::Arc;

pub use quantum_view::QuantumView;
pub use track::Track;
pub use track_alert::TrackAlert;
pub use track_xml::TrackXml;

use super::pack::Pack;
use crate::adapter::{Adapter, CodeTable};
use crate::model::CarrierId;

pub(crate) static PACK: Pack = Pack {
    carrier: CarrierId::from_static("ups"),
    profile: include_str!("../../../carriers/ups/carrier.json"),
    codes: include_str!("../../../carriers/ups/codes.csv"),
    adapters,
};

fn adapters(codes: &Arc<CodeTable>) -> Vec<Arc<dyn Adapter>> {
    vec![
        Arc::new(QuantumView::new(codes.clone())),
        Arc::new(Track::new(codes.clone())),
        Arc::new(TrackAlert::new(codes.clone())),
        Arc::new(TrackXml::new(codes.clone())),
    ]
}
