//! BSP `RouteService`: the older route query, XML in a form.

use std::sync::Arc;

use chrono_tz::Asia::Shanghai;
use http::{Method, Request};

use super::ask::{FORM, digest, language, phones};
use super::meaning::{FieldNames, LockerPolicy, Rules, Tables};
use super::{faults, promise, route};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Mark, Outcome, Payload,
    Poll, PollContext, PollLimits, PollResponse, Query, RequestError, build, check_count,
};
use crate::wire::records::EventAt;
use crate::wire::xml::{Document, Node};
use crate::wire::{form, text};

const PRODUCTION: &str = "https://bsp-oisp.sf-express.com";

/// What stands in the request's `<Head>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Head {
    /// The client code alone; `verifyCode` proves the check word.
    #[default]
    Code,
    /// The client code and the check word in clear, as old accounts want it; `verifyCode` goes
    /// along.
    CodeAndCheckWord,
}

/// The feed `sf.routes-xml`. Clock: no zone in the text, read as China's (UTC+8) everywhere. Often
/// in GBK, attributes in any order.
#[derive(Debug)]
pub struct RoutesXml {
    descriptor: Descriptor,
    rules: Rules,
    head: Head,
}

impl RoutesXml {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Xml("Response", &["Head"]),
            Mark::Xml("Response", &["Head", "Body"]),
            Mark::Xml("Response", &["Head", "RouteResponse"]),
            Mark::Xml("Response", &["Head", "ERROR"]),
        ];
        let descriptor = Descriptor::new("sf.routes-xml", "SF Express BSP route query")
            .with_clock(Clock::Fixed(Shanghai))
            .with_marks(MARKS);
        Self {
            descriptor,
            rules: Rules::new(codes),
            head: Head::default(),
        }
    }

    /// Sets what stands in the request's `<Head>`.
    #[must_use]
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }

    /// Sets what "signed" means when the sentence names a locker or shop.
    #[must_use]
    pub fn with_lockers(mut self, policy: LockerPolicy) -> Self {
        self.rules.lockers = policy;
        self
    }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[
    EventAt {
        path: &["Response", "Body", "RouteResponse", "Route"],
        marks: &["accept_time"],
    },
    EventAt {
        path: &["Response", "Body", "RouteResponse", "Route"],
        marks: &["acceptTime"],
    },
];

impl Adapter for RoutesXml {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        const FIELDS: FieldNames = FieldNames {
            time: "Route/@accept_time",
            operation: "Route/@opcode",
            status: "Route/@secondaryStatusCode",
        };
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let document = out.xml(&text)?;
        let root = document.root();
        if root.name() != "Response" {
            return Err(out.shape("Response", "the answer of RouteService"));
        }
        out.events_elsewhere(root, EVENTS);
        if let Some((outcome, code, said)) = fault(root) {
            let notice = faults::notice(&out, &outcome, None, "ERROR/@code", &code, said);
            out.notice(notice);
            return Ok(out.finish());
        }
        let tables = self.rules.tables(&FIELDS);
        let mut any = false;
        for answer in answers(root) {
            any = true;
            read_answer(&mut out, &tables, answer);
        }
        if !any {
            faults::without_routes(&mut out, None, "RouteResponse");
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

fn answers<'d, 'a>(root: Node<'d, 'a>) -> impl Iterator<Item = Node<'d, 'a>> {
    root.all("Body").flat_map(|body| body.all("RouteResponse"))
}

/// What a failed answer comes to, with its code and sentence.
fn fault<'d, 'a>(root: Node<'d, 'a>) -> Option<(Outcome, std::borrow::Cow<'a, str>, &'d str)> {
    let error = root.child("ERROR");
    if error.is_none() && root.get("Head") != Some("ERR") {
        return None;
    }
    let code = error
        .and_then(|error| error.attribute("code"))
        .unwrap_or_default();
    let said = error.and_then(Node::text).unwrap_or_default();
    Some((faults::gateway(&code, said), code, said))
}

fn read_answer(out: &mut Collector<'_>, tables: &Tables<'_>, answer: Node<'_, '_>) {
    let number = answer.attribute("mailno").unwrap_or_default();
    let Some(number) = route::number(out, &number, "RouteResponse/@mailno") else {
        return;
    };
    let mut shipment = out.shipment(number);
    route::add_order(
        &mut shipment,
        &answer.attribute("orderid").unwrap_or_default(),
    );
    promise::from_field(
        out,
        &mut shipment,
        "RouteResponse/@deliverTm",
        &answer.attribute("deliverTm").unwrap_or_default(),
    );
    let mut any = false;
    for node in answer.all("Route") {
        any = true;
        route::with_xml_route(node, |route| tables.push(out, &mut shipment, route));
    }
    if !any {
        faults::without_routes(out, Some(&shipment.number), "RouteResponse");
        return;
    }
    route::finish(&mut shipment);
    out.push(shipment);
}

/// An attribute's value as XML.
fn escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

impl Poll for RoutesXml {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(10)
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["client_code", "check_word"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let (client, check_word) = (
            context.credential("client_code")?,
            context.credential("check_word")?,
        );
        let numbers: Vec<&str> = query
            .requests
            .iter()
            .map(|asked| asked.number.as_str())
            .collect();
        let phones = phones(query.requests)?.map_or(String::new(), |phones| {
            format!(" check_phoneNo=\"{phones}\"")
        });
        let head = match self.head {
            Head::Code => escaped(client),
            Head::CodeAndCheckWord => escaped(&format!("{client},{check_word}")),
        };
        let xml = format!(
            "<Request service=\"RouteService\" lang=\"{}\"><Head>{head}</Head><Body><RouteRequest tracking_type=\"1\" method_type=\"1\" \
             tracking_number=\"{}\"{phones}/></Body></Request>",
            language(query.language),
            escaped(&numbers.join(",")),
        );
        let verify = digest(&format!("{xml}{check_word}"));
        let uri = format!("{}/bsp-oisp/sfexpressService", context.base_or(PRODUCTION));
        build(
            Method::POST,
            &uri,
            &[("content-type", FORM)],
            form::pairs([("xml", xml.as_str()), ("verifyCode", &verify)]).into_bytes(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let text = text::decode(reply.body).text;
        let told = Document::parse(&text)
            .ok()
            .filter(|document| document.root().name() == "Response")
            .map(|document| {
                let root = document.root();
                match fault(root) {
                    Some((outcome, ..)) => outcome,
                    None if answers(root).any(|answer| answer.child("Route").is_some()) => {
                        Outcome::Found
                    }
                    None => Outcome::NotFound,
                }
            });
        match told {
            Some(outcome) if outcome != Outcome::Found => outcome,
            None => faults::unreadable(reply),
            _ => reply.outcome_by_status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::super::ask::tests::{asked, context, reply};
    use super::*;
    use crate::adapter::{Credentials, DecodeErrorKind, Fault};

    fn adapter() -> RoutesXml {
        RoutesXml::new(Arc::new(super::super::PACK.codes()))
    }

    fn fields(adapter: &RoutesXml) -> (String, String) {
        let credentials = Credentials::default()
            .with("client_code", "SA&MPLE")
            .with("check_word", "sample/word");
        let numbers = [
            asked("SF1000000000017", "1234"),
            asked("100000000025", "5678"),
        ];
        let request = adapter
            .request(&Query::new(&numbers), &context(&credentials))
            .unwrap();
        assert_eq!(
            request.uri(),
            "https://bsp-oisp.sf-express.com/bsp-oisp/sfexpressService"
        );
        assert_eq!(
            (request.method(), &request.headers()["content-type"]),
            (&Method::POST, &http::HeaderValue::from_static(FORM))
        );
        let field = |name| String::from_utf8(form::field(request.body(), name).unwrap()).unwrap();
        (field("xml"), field("verifyCode"))
    }

    #[test]
    fn the_request_carries_xml_and_the_digest_of_its_plain_text() {
        let (xml, verify) = fields(&adapter());
        let expected = concat!(
            r#"<Request service="RouteService" lang="zh-CN"><Head>SA&amp;MPLE</Head><Body>"#,
            r#"<RouteRequest tracking_type="1" method_type="1" tracking_number="SF1000000000017,100000000025" check_phoneNo="1234,5678"/></Body></Request>"#
        );
        assert_eq!(xml, expected);
        assert_eq!(verify, digest(&format!("{expected}sample/word")));
    }

    #[test]
    fn old_accounts_send_the_check_word_in_the_head() {
        let (xml, verify) = fields(&adapter().with_head(Head::CodeAndCheckWord));
        assert!(xml.contains("<Head>SA&amp;MPLE,sample/word</Head>"));
        assert_eq!(verify, digest(&format!("{xml}sample/word")));
    }

    #[test]
    fn the_outcome_stands_in_the_body() {
        let headers = HeaderMap::new();
        let outcome = |status, body: &str| adapter().outcome(&reply(status, &headers, body));
        let ok = |body: &str| {
            format!("<Response service=\"RouteService\"><Head>OK</Head>{body}</Response>")
        };
        assert_eq!(
            outcome(
                200,
                &ok("<Body><RouteResponse mailno='1'><Route/></RouteResponse></Body>")
            ),
            Outcome::Found
        );
        assert_eq!(
            outcome(200, &ok("<Body><RouteResponse mailno='1'/></Body>")),
            Outcome::NotFound
        );
        assert_eq!(outcome(200, &ok("<Body/>")), Outcome::NotFound);
        let failed = |code| {
            format!("<Response><Head>ERR</Head><ERROR code='{code}'>said</ERROR></Response>")
        };
        assert_eq!(outcome(200, &failed("4001")), Outcome::RetryAfter(None));
        assert_eq!(outcome(200, &failed("8014")), Outcome::Reauthorise);
        assert_eq!(
            outcome(200, &failed("8003")),
            Outcome::Invalid(Fault::new("8003", "said"))
        );
        assert_eq!(outcome(502, "no XML"), Outcome::RetryAfter(None));
        assert_eq!(
            outcome(200, "<html><body>busy</body></html>"),
            Outcome::RetryAfter(None)
        );
    }

    #[test]
    fn another_document_is_not_ours() {
        let error = adapter()
            .decode(Payload::new(b"<TrackResponse/>", Default::default()))
            .unwrap_err();
        assert_eq!(
            error.kind,
            DecodeErrorKind::Shape {
                field: "Response",
                expected: "the answer of RouteService"
            }
        );
    }
}
