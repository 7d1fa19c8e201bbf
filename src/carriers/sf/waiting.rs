//! Where a parcel waits to be collected, and the code that opens the locker: both stand only in
//! SF's sentences.

use crate::model::{DeliveredTo, Event, Milestone, Personal, PickupPoint};

/// What a name in brackets must end in or hold to be a locker or shop; SF brackets its own sites
/// too.
const POINTS: [&str; 9] = [
    "柜",
    "櫃",
    "驿站",
    "驛站",
    "自提",
    "丰巢",
    "豐巢",
    "便利店",
    "超市",
];

/// The words before a code for the pickup.
const BEFORE_CODE: [&str; 6] = ["取件码", "取件碼", "取货码", "取貨碼", "提货码", "提貨碼"];

/// The point at which an event says that the parcel waits: its name, its town, the code.
pub(super) fn point(event: &Event, remark: &str) -> Option<PickupPoint> {
    let left = event.delivered_to;
    let is_left = matches!(left, Some(DeliveredTo::Locker | DeliveredTo::PickupPoint));
    if event.milestone != Milestone::AvailableForPickup && !is_left {
        return None;
    }
    let mut point = PickupPoint::new();
    point.name = name(remark).map(Into::into);
    point.code = code(remark).map(Personal::new);
    let mut point = point.known()?;
    point.place = event.place.clone();
    Some(point)
}

/// A locker's or shop's name, which stands in brackets: 【…】.
fn name(remark: &str) -> Option<&str> {
    let bracketed = remark.split('【').skip(1);
    let mut names = bracketed.filter_map(|rest| Some(rest.split_once('】')?.0.trim()));
    names.find(|name| POINTS.iter().any(|word| name.contains(word)))
}

/// The letters, digits and hyphens behind the word for a code.
fn code(remark: &str) -> Option<&str> {
    let behind = |word: &&str| remark.split_once(*word).map(|(_, rest)| rest);
    let rest = BEFORE_CODE.iter().find_map(behind)?;
    let rest = rest.trim_start_matches([' ', ':', '：', '为', '為', '是', '【', '[', '(', '（']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let code = rest.get(..end)?.trim_matches('-');
    let has_digit = code.bytes().any(|b| b.is_ascii_digit());
    ((3..=20).contains(&code.len()) && has_digit).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_behind_its_word_only() {
        for (remark, expected) in [
            (
                "快件已到达【自提柜】,请凭取件码12-3456领取",
                Some("12-3456"),
            ),
            ("取件码为:【A1-2-3003】", Some("A1-2-3003")),
            ("提貨碼：880011", Some("880011")),
            ("请凭取件码领取", None),
            ("电话13800000000", None),
            ("取件码 1", None),
        ] {
            assert_eq!(code(remark), expected, "{remark}");
        }
    }

    #[test]
    fn only_lockers_and_shops_are_points() {
        for (remark, expected) in [
            ("快件已到达【自提柜】", Some("自提柜")),
            ("从【样例营业点】派送至【样例丰巢柜】", Some("样例丰巢柜")),
            ("快件到达【样例营业点】", None),
            ("已投递至自提柜", None),
            ("【样例", None),
        ] {
            assert_eq!(name(remark), expected, "{remark}");
        }
    }
}
