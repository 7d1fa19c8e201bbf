//! One route (扫描, a scan) as every feed of SF states it, and what a shipment's routes say together.

use chrono_tz::Asia::Shanghai;

use super::WireRoute;
use super::meaning::{Tables, joined};
use super::{promise, remark, sentence, waiting};
use crate::adapter::{Collector, NoticeKind, stamped};
use crate::carriers::mapping::{code, delivered_after_return_is_returned, in_time};
use crate::model::{
    Confidence, Country, Event, EventTime, Milestone, Place, Reference, Role, Shipment, Stage,
    TrackingNumber, Zones, country_of_city,
};
use crate::wire::clock;
use crate::wire::xml::Node;

const CHINA: Option<Country> = Country::from_alpha2("CN");

/// A route in any feed's spelling; what is missing is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Route<'t> {
    /// SF's own id of the route, which pushes have.
    pub id: &'t str,
    pub time: &'t str,
    pub address: &'t str,
    pub remark: &'t str,
    pub operation: &'t str,
    pub reason: &'t str,
    pub reason_name: &'t str,
    pub first: &'t str,
    pub second: &'t str,
    pub status_name: &'t str,
    /// When it is to be delivered, where a route tells.
    pub expected: &'t str,
}

impl<'t> Route<'t> {
    /// First and second status code, where one is told; `-` stands for none.
    pub fn status(&self) -> Option<(&'t str, &'t str)> {
        let told = |code: &'t str| if code == "-" { "" } else { code };
        let (first, second) = (told(self.first), told(self.second));
        (!first.is_empty()).then_some((first, second))
    }

    /// SF's sentence; where it is missing, the name of the reason or status.
    fn sentence(&self) -> Option<&'t str> {
        [self.remark, self.reason_name, self.status_name]
            .into_iter()
            .find(|text| !text.is_empty() && *text != "-")
    }
}

impl WireRoute<'_> {
    pub fn number(&self) -> &str {
        self.number.or_empty()
    }

    pub fn order(&self) -> &str {
        self.order.or_empty()
    }

    pub fn view(&self) -> Route<'_> {
        Route {
            id: self.id.or_empty(),
            time: self.time.or_empty(),
            address: self.address.or_empty(),
            remark: self.remark.or_empty(),
            operation: self.operation.or_empty(),
            reason: self.reason.or_empty(),
            reason_name: self.reason_name.or_empty(),
            first: self.first.or_empty(),
            second: self.second.or_empty(),
            status_name: self.status_name.or_empty(),
            expected: self.expected.or_empty(),
        }
    }
}

/// Reads the attributes of an XML route, in either spelling, and passes them on.
pub(super) fn with_xml_route<R>(node: Node<'_, '_>, read: impl FnOnce(&Route<'_>) -> R) -> R {
    let [
        time,
        old_time,
        address,
        old_address,
        operation,
        old_operation,
        remark,
        reason,
        reason_name,
        first,
        second,
        status_name,
        expected,
        id,
    ] = node.attributes([
        "acceptTime",
        "accept_time",
        "acceptAddress",
        "accept_address",
        "opCode",
        "opcode",
        "remark",
        "reasonCode",
        "reasonName",
        "firstStatusCode",
        "secondaryStatusCode",
        "secondaryStatusName",
        "deliverTm",
        "id",
    ]);
    let (time, address, operation) = (
        old_time.or(time).unwrap_or_default(),
        old_address.or(address).unwrap_or_default(),
        old_operation.or(operation).unwrap_or_default(),
    );
    let [
        remark,
        reason,
        reason_name,
        first,
        second,
        status_name,
        expected,
    ] = [
        remark,
        reason,
        reason_name,
        first,
        second,
        status_name,
        expected,
    ]
    .map(Option::unwrap_or_default);
    read(&Route {
        id: id.as_deref().unwrap_or_default(),
        time: &time,
        address: &address,
        remark: &remark,
        operation: &operation,
        reason: &reason,
        reason_name: &reason_name,
        first: &first,
        second: &second,
        status_name: &status_name,
        expected: &expected,
    })
}

impl Tables<'_> {
    /// Adds a route to its shipment as an event.
    pub fn push(&self, out: &mut Collector<'_>, shipment: &mut Shipment, route: &Route<'_>) {
        let Some(stamp) = clock::iso(route.time) else {
            out.skipped(
                &shipment.number,
                self.fields.time,
                route.time,
                "a date and time like 2025-03-01 10:20:00",
            );
            return;
        };
        let time = match stamp.offset {
            None => EventTime::in_fixed_zone(route.time, stamp.local, Shanghai),
            Some(_) => stamped(route.time, stamp, &Zones::One(Shanghai)),
        };
        let mapped = self.meaning(out, &shipment.number, route);
        let pair = route.status().map(|(first, second)| joined(first, second));
        let qualifier = if route.reason.is_empty() {
            pair.as_deref()
        } else {
            Some(route.reason)
        };
        let code = code(route.operation, qualifier, route.sentence());
        let place = out.place(route.address, "", || place(route.address));
        let mut event = out.event(&shipment.number, mapped, time, place, code);
        event.related.extend(remark::related(&event, route.remark));
        if event.milestone == Milestone::Delivered {
            event.recipient_kind = sentence::taken_in_by(route.remark);
        }
        event.vendor_id = Some(route.id).filter(|id| !id.is_empty()).map(Into::into);
        if let Some(point) = waiting::point(&event, route.remark) {
            shipment.pickup_point = Some(point);
        }
        promise::from_field(out, shipment, "deliverTm", route.expected);
        promise::from_sentence(out, shipment, "remark", route.remark, &event.time);
        if event.milestone.is_terminal() {
            shipment.promises.clear();
        }
        shipment.events.push(event);
    }
}

/// Adds the shop's order number, unless it was the last one added.
pub(super) fn add_order(shipment: &mut Shipment, order: &str) {
    if !order.is_empty()
        && shipment
            .references
            .last()
            .is_none_or(|last| last.number != order)
    {
        shipment.references.push(Reference::new(Role::Order, order));
    }
}

/// A city, or a city and what stands in it. The country is told by the city's name only.
fn place(address: &str) -> Option<Place> {
    let address = address.trim();
    let (region, city) = split(address);
    let mut place = Place {
        country: country(city),
        ..Place::default()
    };
    if place.country.is_none()
        && let Some(country) = Country::named(address).filter(|_| address.len() > 3)
    {
        return Place {
            name: Some(address.into()),
            country: Some(country),
            ..place
        }
        .known();
    }
    place.city = (!city.is_empty() && !is_street(city)).then(|| city.into());
    place.region = region.map(Into::into);
    if let Some(region) = region
        && place.country.is_none()
    {
        place.country = region.strip_suffix('省').and_then(Country::named).or(CHINA);
    }
    let parts = city.len() + region.map_or(0, str::len);
    let behind = address.get(parts..).unwrap_or_default();
    place.name = (parts < address.len() && is_facility(behind)).then(|| {
        address
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .into()
    });
    place.known()
}

/// Whether what stands behind a city names a place of SF's, and not a recipient's street or name.
fn is_facility(behind: &str) -> bool {
    const ENDS: &[&str] = &[
        "营业点",
        "营业部",
        "营业厅",
        "营业站",
        "分部",
        "分点",
        "支部",
        "网点",
        "服务点",
        "服务站",
        "中转场",
        "中转站",
        "分拨场",
        "集散点",
        "中心",
        "驿站",
        "口岸",
        "机场",
        "港",
        "仓",
        "站",
        "店",
        "點",
        "場",
        "倉",
        "區",
        "区",
        "县",
        "縣",
        "镇",
        "鎮",
    ];
    const LATIN: &[&str] = &[
        "hub",
        "centre",
        "center",
        "station",
        "store",
        "airport",
        "facility",
        "depot",
        "terminal",
        "outlet",
        "branch",
        "warehouse",
        "port",
    ];
    let behind = behind.trim();
    let last = behind.rsplit(|c: char| !c.is_alphabetic()).next();
    let is_latin = last.is_some_and(|last| LATIN.iter().any(|end| last.eq_ignore_ascii_case(end)));
    !is_street(behind) && (is_latin || ENDS.iter().any(|end| behind.ends_with(end)))
}

/// Whether words hold a house number or a street: an address, not a town.
fn is_street(words: &str) -> bool {
    words.contains(|c: char| c.is_numeric())
        || [
            "路", "街", "巷", "弄", "号", "號", "室", "栋", "棟", "楼", "樓",
        ]
        .iter()
        .any(|word| words.contains(word))
}

/// Province and city of a Chinese address: `广东省深圳市`, `深圳市 南山营业点`. Latin names stay whole up to a
/// tab.
fn split(address: &str) -> (Option<&str>, &str) {
    let address = address.split('\t').next().unwrap_or_default().trim();
    let is_chinese = address.chars().any(|c| c >= '\u{2e80}');
    if !is_chinese {
        return (None, address);
    }
    let address = address
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let (region, rest) = ["自治区", "省"]
        .iter()
        .find_map(|word| {
            address
                .split_once(word)
                .map(|(name, rest)| (address.get(..name.len() + word.len()), rest))
        })
        .unwrap_or((None, address));
    let city = match rest.find('市') {
        Some(at) if at > 0 => rest.get(..at + '市'.len_utf8()).unwrap_or(rest),
        _ => rest,
    };
    (region, city)
}

fn country(city: &str) -> Option<Country> {
    country_of_city(city)
        .or_else(|| country_of_city(city.strip_suffix('市')?))
        .or_else(|| CHINA.filter(|_| ["市", "省", "自治区"].iter().any(|end| city.ends_with(end))))
}

/// What only all of a shipment's routes together tell. For snapshots: a push holds some of them,
/// and what it says must not depend on which.
pub(super) fn finish(shipment: &mut Shipment) {
    tell_export_customs(&mut shipment.events);
    end_by_final_information(&mut shipment.events);
    // 99 and 648 may mean a forwarding: what is not sure to be a return must not turn a delivery
    // into one.
    let is_returned = |event: &Event| {
        event.milestone == Milestone::Returning && event.confidence > Confidence::Low
    };
    if shipment.events.iter().any(is_returned) {
        delivered_after_return_is_returned(&mut shipment.events);
    }
    if shipment
        .events
        .iter()
        .any(|event| event.milestone.is_terminal())
    {
        shipment.promises.clear();
    }
}

/// 8000 repeats an end that 80 or another operation told. Where none did, the earliest 8000 is the
/// end: SF sends it after the signature only.
fn end_by_final_information(events: &mut [Event]) {
    if events
        .iter()
        .any(|event| event.milestone.is_terminal() || event.code.value == "80")
    {
        return;
    }
    let is_final =
        |event: &&Event| event.code.value == "8000" && event.milestone == Milestone::Info;
    let Some(first) = events
        .iter()
        .filter(is_final)
        .min_by_key(|event| in_time(event))
        .map(Event::id)
    else {
        return;
    };
    // Two wordings of one event are one event.
    for event in events.iter_mut().filter(|event| event.id() == first) {
        event.milestone = Milestone::Delivered;
        event.confidence = event.confidence.min(Confidence::Medium);
    }
}

/// The customs codes do not tell out from in. They are export when they happen in mainland China
/// before anything is told from elsewhere, and the parcel was picked up in mainland China before or
/// is seen elsewhere afterwards.
fn tell_export_customs(events: &mut [Event]) {
    if !events.iter().any(is_customs_code) {
        return;
    }
    let is_mainland = |event: &Event| {
        event
            .place
            .as_ref()
            .and_then(|place| place.country)
            .map(|country| Some(country) == CHINA)
    };
    let abroad = events
        .iter()
        .filter(|event| is_mainland(event) == Some(false))
        .map(|event| event.time.earliest())
        .min();
    let from_here =
        |event: &&Event| event.milestone == Milestone::PickedUp && is_mainland(event) == Some(true);
    let picked_up = events
        .iter()
        .filter(from_here)
        .map(|event| event.time.earliest())
        .min();
    for event in events {
        let now = event.time.earliest();
        let is_before = abroad.is_none_or(|abroad| now < abroad);
        let is_outbound = abroad.is_some() || picked_up.is_some_and(|picked_up| picked_up <= now);
        if is_customs_code(event) && is_mainland(event) == Some(true) && is_before && is_outbound {
            event.stage = Some(Stage::ExportCustoms);
            event.confidence = event.confidence.min(Confidence::Medium);
        }
    }
}

fn is_customs_code(event: &Event) -> bool {
    event.stage == Some(Stage::ImportCustoms)
        && event
            .code
            .value
            .parse()
            .is_ok_and(|code: u16| matches!(code, 14..=18 | 604..=623))
}

/// A waybill's number, or a notice that its routes have none.
pub(super) fn number(
    out: &mut Collector<'_>,
    text: &str,
    field: &'static str,
) -> Option<TrackingNumber> {
    let number = TrackingNumber::parse(text);
    if number.is_none() {
        out.notice(
            out.own_notice(NoticeKind::EventSkipped, "expected the waybill's number")
                .at(field),
        );
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Adapter, Batch, Payload};

    fn decoded(routes: &[(&str, &str, &str, &str)]) -> Batch {
        let routes: Vec<_> = routes
            .iter()
            .map(|(time, address, code, remark)| serde_json::json!({"acceptTime": time, "acceptAddress": address, "opCode": code, "remark": remark}))
            .collect();
        let answer = serde_json::json!({"mailNo": "SF1000000000017", "routes": routes});
        let body =
            serde_json::json!({"apiResultCode": "A1000", "apiResultData": {"routeResps": answer}})
                .to_string();
        let feed = super::super::Routes::new(std::sync::Arc::new(super::super::PACK.codes()));
        feed.decode(Payload::new(body.as_bytes(), Default::default()))
            .unwrap()
    }

    fn stages(routes: &[(&str, &str, &str)]) -> Vec<Stage> {
        let routes: Vec<_> = routes
            .iter()
            .map(|(time, address, code)| (*time, *address, *code, ""))
            .collect();
        decoded(&routes)
            .shipments
            .remove(0)
            .events
            .iter()
            .filter_map(|event| event.stage)
            .collect()
    }

    #[test]
    fn a_city_tells_its_country_and_nothing_else_does() {
        for (address, region, city, name, country) in [
            ("深圳市", None, Some("深圳市"), None, Some("CN")),
            ("深圳", None, Some("深圳"), None, Some("CN")),
            ("样例市", None, Some("样例市"), None, Some("CN")),
            (
                "广东省深圳市",
                Some("广东省"),
                Some("深圳市"),
                None,
                Some("CN"),
            ),
            (
                "内蒙古自治区呼和浩特市",
                Some("内蒙古自治区"),
                Some("呼和浩特市"),
                None,
                Some("CN"),
            ),
            (
                "台湾省台北市",
                Some("台湾省"),
                Some("台北市"),
                None,
                Some("TW"),
            ),
            (
                "长沙市\t样例分部",
                None,
                Some("长沙市"),
                Some("长沙市 样例分部"),
                Some("CN"),
            ),
            (
                "北京市样例区",
                None,
                Some("北京市"),
                Some("北京市样例区"),
                Some("CN"),
            ),
            ("京都市", None, Some("京都市"), None, Some("JP")),
            ("香港", None, Some("香港"), None, Some("HK")),
            ("东京", None, Some("东京"), None, Some("JP")),
            ("美国", None, None, Some("美国"), Some("US")),
            ("Los Angeles", None, Some("Los Angeles"), None, None),
            ("São Exemplo", None, Some("São Exemplo"), None, None),
            ("London", None, Some("London"), None, None),
        ] {
            let place = place(address).unwrap();
            let found = (
                place.region.as_deref(),
                place.city.as_deref(),
                place.name.as_deref(),
                place.country.as_ref().map(Country::as_str),
            );
            assert_eq!(found, (region, city, name, country), "{address}");
        }
        assert_eq!(place(" \t"), None);
    }

    #[test]
    fn a_recipient_s_street_or_name_is_no_place() {
        for (address, city) in [
            ("广州市天河区虚构路12号 样例收", Some("广州市")),
            ("广州市 样例", Some("广州市")),
            ("虚构街12号", None),
            ("18 Sample Street, Singapore", None),
            ("Singapore City\tJo Sample", Some("Singapore City")),
        ] {
            let place = place(address);
            let of = |part: fn(&Place) -> Option<&str>| place.as_ref().and_then(part);
            assert_eq!(of(|place| place.city.as_deref()), city, "{address}");
            assert_eq!(of(|place| place.name.as_deref()), None, "{address}");
        }
        for facility in ["长沙市 样例营业点", "Los Angeles\tSample Hub"] {
            assert!(place(facility).unwrap().name.is_some(), "{facility}");
        }
    }

    #[test]
    fn customs_in_the_mainland_before_anything_abroad_is_export() {
        let picked_up = ("2025-03-01 10:00:00", "深圳市", "50");
        let cleared = ("2025-03-01 20:00:00", "深圳市", "604");
        let landed = ("2025-03-02 03:00:00", "东京", "106");
        let cleared_there = ("2025-03-02 08:00:00", "东京", "606");
        use Stage::{ExportCustoms, FirstMile, ImportCustoms, LineHaul};
        assert_eq!(
            stages(&[picked_up, cleared, landed, cleared_there]),
            [FirstMile, ExportCustoms, LineHaul, ImportCustoms]
        );
        // By time, not by the order of arrival; before the flight is known, by the pickup.
        assert_eq!(
            stages(&[cleared_there, landed, cleared, picked_up]),
            [ImportCustoms, LineHaul, ExportCustoms, FirstMile]
        );
        assert_eq!(stages(&[picked_up, cleared]), [FirstMile, ExportCustoms]);
        assert_eq!(stages(&[cleared, landed]), [ExportCustoms, LineHaul]);
    }

    #[test]
    fn customs_is_import_by_default() {
        use Stage::{FirstMile, ImportCustoms, LineHaul};
        let cleared = ("2025-03-03 20:00:00", "深圳市", "17");
        assert_eq!(stages(&[cleared]), [ImportCustoms]);
        assert_eq!(
            stages(&[
                ("2025-03-01 10:00:00", "东京", "50"),
                ("2025-03-02 10:00:00", "东京", "105"),
                cleared
            ]),
            [FirstMile, LineHaul, ImportCustoms]
        );
        // Hong Kong is outside the mainland's customs.
        assert_eq!(
            stages(&[("2025-03-01 10:00:00", "香港", "50"), cleared]),
            [FirstMile, ImportCustoms]
        );
    }

    #[test]
    fn only_a_sure_return_turns_delivery_into_its_end() {
        let last = |remark| {
            let batch = decoded(&[
                ("2025-03-01 10:00:00", "北京市", "99", remark),
                ("2025-03-03 10:00:00", "上海市", "80", "已签收"),
            ]);
            batch.shipments[0].events[1].milestone
        };
        assert_eq!(last("快件正在退回"), Milestone::Returned);
        assert_eq!(last("快件正在转寄中"), Milestone::Delivered);
        assert_eq!(last("快件处理"), Milestone::Delivered);
    }

    #[test]
    fn the_final_information_ends_the_way_only_where_nothing_else_did() {
        let told = |routes: &[(&str, &str, &str, &str)]| -> Vec<Milestone> {
            decoded(routes)
                .shipments
                .remove(0)
                .events
                .iter()
                .map(|event| event.milestone)
                .collect()
        };
        use Milestone::{Delivered, Info, PickedUp, Returned, Returning};
        let picked_up = ("2025-03-01 10:00:00", "北京市", "50", "");
        let early = ("2025-03-02 10:00:00", "上海市", "8000", "");
        let late = ("2025-03-03 10:00:00", "上海市", "8000", "");
        assert_eq!(told(&[picked_up, late, early]), [PickedUp, Info, Delivered]);
        assert_eq!(
            told(&[("2025-03-01 10:00:00", "北京市", "80", ""), early]),
            [Delivered, Info]
        );
        assert_eq!(
            told(&[
                ("2025-03-01 10:00:00", "北京市", "99", "快件正在退回"),
                early
            ]),
            [Returning, Returned]
        );
    }

    #[test]
    fn times_are_china_s_and_bad_ones_cost_their_event() {
        let batch = decoded(&[
            ("2025-03-01 10:00:00", "Los Angeles", "31", ""),
            ("2025-02-30 10:00:00", "北京市", "31", ""),
            ("", "", "31", ""),
        ]);
        let event = &batch.shipments[0].events[0];
        assert_eq!(batch.shipments[0].events.len(), 1);
        assert_eq!(
            event.time.earliest().to_rfc3339(),
            "2025-03-01T02:00:00+00:00"
        );
        assert_eq!(
            (event.time.raw(), event.time.zone()),
            ("2025-03-01 10:00:00", Some(Shanghai))
        );
        assert_eq!(batch.notices.len(), 2);
        assert_eq!(
            batch.notices[0].value.as_deref(),
            Some("2025-02-30 10:00:00")
        );
    }

    #[test]
    fn names_and_codes_for_pickup_do_not_leave_the_text() {
        let batch = decoded(&[(
            "2025-03-01 10:00:00",
            "北京市",
            "80",
            "已签收,签收人:样例人,凭取件码12-3456,电话13800000000",
        )]);
        let text = batch.shipments[0].events[0]
            .code
            .text
            .as_ref()
            .unwrap()
            .to_string();
        assert_eq!(text, "已签收,签收人:•••,凭取件码•••,电话•••");
    }

    #[test]
    fn a_locker_s_name_and_code_are_where_it_waits() {
        let remark = "快件已到达【样例丰巢柜】,请凭取件码12-3456领取";
        let waits = decoded(&[("2025-03-01 10:00:00", "广州市", "125", remark)]);
        let point = waits.shipments[0].pickup_point.as_ref().unwrap();
        assert_eq!(point.name.as_deref(), Some("样例丰巢柜"));
        assert_eq!(point.code.as_ref().unwrap().reveal(), "12-3456");
        let json = serde_json::to_string(&waits.shipments[0]).unwrap();
        assert!(!json.contains("12-3456"));
        let moving = decoded(&[("2025-03-01 10:00:00", "广州市", "31", remark)]);
        assert_eq!(moving.shipments[0].pickup_point, None);
    }

    #[test]
    fn new_numbers_take_their_role_from_the_direction() {
        let batch = decoded(&[
            (
                "2025-03-01 10:00:00",
                "",
                "648",
                "快件已退回,新单号为: SF1000000000033",
            ),
            (
                "2025-03-01 11:00:00",
                "",
                "648",
                "快件已转寄,新单号为: SF1000000000041",
            ),
            (
                "2025-03-01 12:00:00",
                "",
                "922",
                "签单返还单号: 100000000058",
            ),
            ("2025-03-01 13:00:00", "", "31", "新单号为: SF1000000000066"),
        ]);
        let related: Vec<_> = batch.shipments[0]
            .events
            .iter()
            .flat_map(|event| &event.related)
            .map(|found| (found.role, &*found.number))
            .collect();
        assert_eq!(
            related,
            [
                (Role::Return, "SF1000000000033"),
                (Role::Redirection, "SF1000000000041"),
                (Role::SignedReceipt, "100000000058")
            ]
        );
    }
}
