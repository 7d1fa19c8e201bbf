//! Events that stand where none are expected: read by nobody, and so reported.

use crate::adapter::{Collector, NoticeKind};
use crate::model::TrackingNumber;
use crate::wire::xml::Node;

/// Elements beside `Events` that look like events, or hold what does.
pub(super) fn note_unread(out: &mut Collector<'_>, details: Node<'_, '_>, number: &TrackingNumber) {
    let is_event = |node: Node<'_, '_>| node.get("EventType").is_some() || node.get("Timestamp").is_some();
    for child in details.children().filter(|child| child.name() != "Events") {
        if is_event(child) || child.children().any(is_event) {
            let notice = out.new_notice(NoticeKind::EventSkipped, "an event in an element that is not known to hold one");
            out.notice(notice.about(Some(number)).at("TrackDetails").value(child.name()));
        }
    }
}
