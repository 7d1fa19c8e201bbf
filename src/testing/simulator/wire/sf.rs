//! SF's route query: `POST /std/service`, a form with JSON inside, up to ten numbers, a digest or a
//! token; and its route push.

use base64::Engine as _;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::contract::{Answer, Call, Code, Lookup, Message, Refusal, Wire, code};
use crate::testing::simulator::access::Access;
use crate::testing::simulator::parcel::Parcel;
use crate::testing::simulator::scan::{Scan, Step};

const MOST_NUMBERS: usize = 10;
/// How far the time of a question may stray from the server's.
const TIME_ALLOWED: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

#[derive(Debug)]
pub(super) struct Routes;

impl Wire for Routes {
    /// `more` is the pair of status codes, `digits` the name of the second.
    fn code(&self, _parcel: &Parcel, scan: &Scan) -> Code {
        match scan.step {
            Step::Announced => code("655", "7/701", "待揽收", "您的快件已下单,等待快递员揽收"),
            Step::PickedUp => code("50", "1/101", "已揽收", "顺丰速运 已收取快件"),
            Step::Departed => code("36", "2/201", "运送中", "快件已发车"),
            Step::Arrived => code("31", "2/201", "运送中", "快件到达 【中转场】"),
            Step::Delayed => code("33", "2/201", "运送中", "快件因天气原因延误"),
            Step::Unknown => code("9901", "", "", "模拟的未知操作"),
            Step::CustomsSubmitted => code("604", "2/204", "清关中", "快件清关中"),
            Step::CustomsHeld => code("18", "2/204", "清关中", "海关扣件"),
            Step::CustomsReleased => code("606", "2/205", "已清关", "清关完成"),
            Step::OutForDelivery => code("44", "3/301", "派送中", "快件交给快递员,正在派送途中"),
            Step::Attempted => code("70", "", "", "派件不成功,收件人不在"),
            Step::ReadyForPickup => code(
                "125",
                "11/1101",
                "待取件",
                "快件已到达自提柜,请凭取件码领取",
            ),
            Step::Refused => code("70", "", "", "派件不成功,收件人拒收"),
            Step::Returning => code("99", "-/-", "-", "应客户要求,快件正在退回"),
            Step::Delivered | Step::Returned => {
                code("80", "4/401", "已签收", "已签收,感谢使用顺丰")
            }
        }
    }

    fn token(&self, call: &Call, access: &Access) -> Option<(Answer, bool)> {
        if call.path() != "/oauth2/accessToken" {
            return None;
        }
        let is_ours = call
            .form("partnerID")
            .is_some_and(|given| access.is("partner_id", &given))
            && call
                .form("secret")
                .is_some_and(|given| access.is("check_word", &given))
            && call.form("grantType").as_deref() == Some("password");
        if !is_ours {
            return Some((platform("A1011", "OAuth2认证失败"), false));
        }
        let token = json!({ "apiResultCode": "A1000", "apiErrorMsg": "", "apiResponseID": "simulated", "accessToken": access.issue(),
            "expiresIn": access.lifetime().as_secs() });
        Some((Answer::json(200, &token), true))
    }

    fn authorise<'c>(
        &self,
        call: &'c Call,
        access: &Access,
    ) -> Result<Option<std::borrow::Cow<'c, str>>, Answer> {
        let field = |name: &str| call.form(name).filter(|value| !value.is_empty());
        let (Some(partner), Some(id), Some(timestamp), Some(message)) = (
            field("partnerID"),
            field("requestID"),
            field("timestamp"),
            field("msgData"),
        ) else {
            return Err(platform("A1001", "必传参数不可为空"));
        };
        let sent = timestamp
            .parse()
            .ok()
            .and_then(chrono::DateTime::from_timestamp_millis);
        if sent.is_none_or(|sent| (call.received - sent).abs() > TIME_ALLOWED) {
            return Err(platform("A1002", "请求时效已过期"));
        }
        if !access.is("partner_id", &partner)
            || field("serviceCode").as_deref() != Some("EXP_RECE_SEARCH_ROUTES")
        {
            return Err(platform("A1004", "无对应服务权限"));
        }
        let token = match field("accessToken") {
            Some(token) if access.accepts(&token) => Some(token.into()),
            Some(_) => return Err(platform("A1011", "OAuth2认证失败")),
            None if field("msgDigest").is_some_and(|given| {
                given == digest(&message, &timestamp, access.secret("check_word"))
            }) =>
            {
                None
            }
            None => return Err(platform("A1006", "数字签名无效")),
        };
        if id.len() > 40 || !access.is_fresh(&id) {
            return Err(platform("A1007", "重复请求"));
        }
        Ok(token)
    }

    fn numbers(&self, call: &Call) -> Result<Vec<String>, Answer> {
        if call.path() != "/std/service" || call.method != hyper::Method::POST {
            return Err(Answer::page(404));
        }
        let message: Value = call
            .form("msgData")
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let is_waybill = message["trackingType"] == "1" || message["trackingType"] == 1;
        let list = message["trackingNumber"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let numbers: Vec<String> = list
            .iter()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect();
        match numbers.len() {
            _ if !is_waybill => Err(business("6133", "查询类型有误")),
            0 => Err(business("8013", "运单号为空")),
            count if count > MOST_NUMBERS => Err(business("8003", "查询单号超过最大限制")),
            _ => Ok(numbers),
        }
    }

    fn found(&self, _call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        let answers: Vec<Value> = lookups
            .iter()
            .map(|lookup| {
                let routes = lookup
                    .parcel
                    .iter()
                    .flat_map(|(parcel, scans)| scans.iter().rev().map(|scan| route(parcel, scan)));
                json!({ "mailNo": lookup.number, "routes": routes.collect::<Vec<_>>() })
            })
            .collect();
        inside(
            &json!({ "success": true, "errorCode": "S0000", "errorMsg": null, "msgData": { "routeResps": answers } }),
        )
    }

    fn fails_inside(&self, _call: &Call, lookups: &[Lookup<'_>]) -> Answer {
        if lookups.len() > 1 {
            business("S0003", "系统异常")
        } else {
            platform("A1099", "系统异常")
        }
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        match refusal {
            Refusal::Unauthorised => platform("A1011", "OAuth2认证失败"),
            Refusal::Throttled => platform("A1005", "超出流量限制"),
            Refusal::Broken(status) => Answer::page(status),
        }
    }

    /// JSON and XML in a form by turns: which of them is chosen in SF's portal.
    fn push(
        &self,
        news: &[(&Parcel, &Scan)],
        _whole: &[&Scan],
        _secret: &str,
        nth: u64,
    ) -> Message {
        let routes: Vec<Value> = news
            .iter()
            .enumerate()
            .map(|(at, (parcel, scan))| pushed(parcel, scan, nth * 10 + at as u64))
            .collect();
        if nth.is_multiple_of(2) {
            return Message::json(&json!({ "Body": { "WaybillRoute": routes } }));
        }
        let attributes = |route: &Value| -> String {
            let fields = route.as_object().into_iter().flatten();
            fields
                .map(|(name, value)| {
                    format!(
                        " {name}=\"{}\"",
                        escaped(value.as_str().unwrap_or_default())
                    )
                })
                .collect()
        };
        let elements: String = routes
            .iter()
            .map(|route| format!("<WaybillRoute{}/>", attributes(route)))
            .collect();
        let xml = format!(
            "<Request service=\"RoutePushService\" lang=\"zh-CN\"><Body>{elements}</Body></Request>"
        );
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("content", &xml)
            .finish();
        Message::new(
            "application/x-www-form-urlencoded; charset=UTF-8",
            form.into_bytes(),
        )
    }

    fn is_acknowledged(&self, status: u16, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        let json: Option<Value> = serde_json::from_str(&text).ok();
        status == 200
            && (json.is_some_and(|json| json["return_code"] == "0000")
                || text.contains("<Head>OK</Head>"))
    }
}

/// Base64 of the MD5 of the URL-encoded message, time and check word.
fn digest(message: &str, timestamp: &str, check_word: &str) -> String {
    let signed: String =
        form_urlencoded::byte_serialize(format!("{message}{timestamp}{check_word}").as_bytes())
            .collect();
    base64::engine::general_purpose::STANDARD.encode(Md5::digest(signed.as_bytes()))
}

/// An answer of the platform without data.
fn platform(code: &str, message: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "apiErrorMsg": message, "apiResponseID": "simulated", "apiResultCode": code, "apiResultData": "" }),
    )
}

/// An answer of the service: a text of JSON inside the platform's.
fn inside(data: &Value) -> Answer {
    Answer::json(
        200,
        &json!({ "apiErrorMsg": "", "apiResponseID": "simulated", "apiResultCode": "A1000", "apiResultData": data.to_string() }),
    )
}

fn business(code: &str, message: &str) -> Answer {
    inside(&json!({ "success": false, "errorCode": code, "errorMsg": message, "msgData": null }))
}

/// SF writes Beijing's time wherever it happened, and no zone.
fn time(scan: &Scan) -> String {
    scan.at
        .with_timezone(&chrono_tz::Asia::Shanghai)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn route(parcel: &Parcel, scan: &Scan) -> Value {
    let code = Routes.code(parcel, scan);
    let mut route = json!({ "acceptAddress": scan.site.chinese, "acceptTime": time(scan), "remark": code.text, "opCode": code.value });
    if let Some((first, second)) = code.more.split_once('/') {
        route["firstStatusCode"] = first.into();
        route["firstStatusName"] = code.digits.into();
        route["secondaryStatusCode"] = second.into();
        route["secondaryStatusName"] = code.digits.into();
    }
    route
}

/// A route as it is pushed: status and reason are mostly empty.
fn pushed(parcel: &Parcel, scan: &Scan, id: u64) -> Value {
    let code = Routes.code(parcel, scan);
    json!({
        "id": format!("{}", 900_000_000_000_000 + id), "mailno": parcel.number, "orderid": format!("SIM-SF-{:06}", parcel.serial),
        "acceptTime": time(scan), "acceptAddress": scan.site.chinese, "remark": code.text, "opCode": code.value, "reasonCode": "", "reasonName": "",
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_documentation() {
        let message = r#"{"language":"zh-CN","orderId":"QIAO-20200618-004"}"#;
        assert_eq!(
            digest(
                message,
                "12312334453453",
                "fjcg5PGKaNpPSHFAZ4QsCOkV71R3zVci"
            ),
            "IIKJtuLVzoFTu4kHI8M8vA=="
        );
    }
}
