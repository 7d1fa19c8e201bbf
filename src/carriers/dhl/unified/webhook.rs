//! Being told: Shipment Tracking – Unified Push.

use http::{Method, Request, Response};
use secrecy::SecretString;

use super::Unified;
use super::poll::PRODUCTION;
use super::wire::Answer;
use crate::adapter::{
    Adapter, Collector, Disposition, HandshakeError, Payload, PollContext, Proof, Webhook,
    WebhookCall, WebhookError, answer, build, same_secret,
};

/// The header that DHL is told to send when a subscription is made with `hook.authentication`, and
/// that carries the shared secret.
const HOOK_HEADER: &str = "dhl-hook-token";

impl Webhook for Unified {
    fn protection(&self) -> &'static str {
        "A token that the subscriber chose comes back in a header: it proves that the caller knows the token, not that the body is unchanged or fresh."
    }

    fn proof(&self) -> Proof {
        Proof::Credential
    }

    /// Compares the header `dhl-hook-token`, which the subscription names in `hook.authentication`.
    fn verify(
        &self,
        call: &WebhookCall<'_>,
        secret: Option<&SecretString>,
    ) -> Result<(), WebhookError> {
        let secret = secret.ok_or(WebhookError::NoSecret)?;
        let given = call
            .header(HOOK_HEADER)
            .ok_or(WebhookError::MissingProof(HOOK_HEADER))?;
        same_secret(given, secret)
    }

    /// 200 within five seconds; anything else makes DHL send it again after one hour and after six
    /// more, then drop it.
    fn acknowledge(&self, _call: &WebhookCall<'_>, verdict: Disposition) -> Response<Vec<u8>> {
        answer(verdict.status(), "", Vec::new())
    }

    /// Activates the subscription when DHL asks for it (`subscription.validate`).
    fn handshake(
        &self,
        call: &WebhookCall<'_>,
        context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, HandshakeError> {
        let mut out = Collector::new(self.descriptor(), Payload::new(call.body, call.received));
        let text = out.text()?;
        let message: Answer<'_> = out.json(&text)?;
        if message.scope.get() != Some("subscription.validate") {
            return Ok(None);
        }
        let secret = message
            .secret
            .get()
            .ok_or_else(|| out.shape("secret", "the hook's secret"))?;
        let subscription = message
            .subscription
            .get()
            .ok_or_else(|| out.shape("self", "the subscription's address"))?;
        let base = context.base_or(PRODUCTION);
        let id = subscription_id(subscription, base).ok_or(HandshakeError::ForeignAddress)?;
        let uri = format!("{base}/tracking/push/v1/subscription/{id}");
        let headers = [
            ("dhl-api-key", context.credential("api_key")?),
            ("dhl-api-hook-secret", secret),
        ];
        Ok(Some(build(Method::POST, &uri, &headers, Vec::new())?))
    }
}

/// The id at the end of a subscription's address, if that is an id alone, a path, or an address on
/// the carrier's own host or the caller's base.
///
/// The address itself is never called: the key and the secret go only where requests of this feed
/// go.
fn subscription_id<'t>(address: &'t str, base: &str) -> Option<&'t str> {
    let is_own = match address.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let is_dhl = scheme == "https"
                && (host == "dhl.com" || host.ends_with(".dhl.com"))
                && !host.contains('@');
            is_dhl
                || address
                    .strip_prefix(base)
                    .is_some_and(|path| path.starts_with('/'))
        }
        None => !address.starts_with("//"),
    };
    let id = address.rsplit('/').next().unwrap_or_default();
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (is_own && is_id).then_some(id)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::adapter::{Credentials, RequestError};

    fn feed() -> Unified {
        Unified::new(crate::carriers::dhl::PACK.codes().into())
    }

    fn call<'a>(headers: &'a HeaderMap, body: &'a str) -> WebhookCall<'a> {
        WebhookCall {
            headers,
            body: body.as_bytes(),
            received: Default::default(),
        }
    }

    fn shake(
        body: &str,
        base: Option<&str>,
        credentials: &Credentials,
    ) -> Result<Option<Request<Vec<u8>>>, HandshakeError> {
        let headers = HeaderMap::new();
        let context = PollContext {
            now: Default::default(),
            request_id: "",
            credentials,
            token: None,
            base,
        };
        feed().handshake(&call(&headers, body), &context)
    }

    fn validate(address: &str) -> String {
        format!(r#"{{"scope":"subscription.validate","secret":"hook-secret","self":"{address}"}}"#)
    }

    #[test]
    fn only_the_token_of_the_subscription_is_believed() {
        let secret = SecretString::from("sample-token");
        let mut headers = HeaderMap::new();
        assert_eq!(
            feed().verify(&call(&headers, "{}"), None),
            Err(WebhookError::NoSecret)
        );
        assert_eq!(
            feed().verify(&call(&headers, "{}"), Some(&secret)),
            Err(WebhookError::MissingProof("dhl-hook-token"))
        );
        headers.insert("dhl-hook-token", "another-token".parse().unwrap());
        assert_eq!(
            feed().verify(&call(&headers, "{}"), Some(&secret)),
            Err(WebhookError::WrongProof)
        );
        headers.insert("dhl-hook-token", "sample-token".parse().unwrap());
        assert_eq!(feed().verify(&call(&headers, "{}"), Some(&secret)), Ok(()));
        headers.append("dhl-hook-token", "another-token".parse().unwrap());
        assert_eq!(
            feed().verify(&call(&headers, "{}"), Some(&secret)),
            Err(WebhookError::MissingProof("dhl-hook-token"))
        );
    }

    #[test]
    fn only_what_is_safe_on_our_side_is_acknowledged() {
        let headers = HeaderMap::new();
        let status = |verdict| {
            feed()
                .acknowledge(&call(&headers, "{}"), verdict)
                .status()
                .as_u16()
        };
        assert_eq!(status(Disposition::Accepted), 200);
        assert_eq!(status(Disposition::Unverified), 401);
        assert_eq!(status(Disposition::Unreadable), 400);
        assert_eq!(status(Disposition::Failed), 503);
    }

    #[test]
    fn a_subscription_is_activated_with_its_secret() {
        let credentials = Credentials::default().with("api_key", "sample-key");
        let own = validate(
            "https://api-eu.dhl.com/tracking/push/v1/subscription/11111111-2222-3333-4444-555555555555",
        );
        let request = shake(&own, None, &credentials).unwrap().unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(
            request.uri().to_string(),
            "https://api-eu.dhl.com/tracking/push/v1/subscription/11111111-2222-3333-4444-555555555555"
        );
        assert_eq!(request.headers()["dhl-api-key"], "sample-key");
        assert_eq!(request.headers()["dhl-api-hook-secret"], "hook-secret");
        assert!(request.headers()["dhl-api-hook-secret"].is_sensitive());
        let path = shake(
            &validate("/subscription/abc-1"),
            Some("http://127.0.0.1:8080/"),
            &credentials,
        )
        .unwrap()
        .unwrap();
        assert_eq!(
            path.uri().to_string(),
            "http://127.0.0.1:8080/tracking/push/v1/subscription/abc-1"
        );
        assert!(
            shake(
                &validate("http://127.0.0.1:8080/x/abc-1"),
                Some("http://127.0.0.1:8080"),
                &credentials
            )
            .unwrap()
            .is_some()
        );
    }

    #[test]
    fn a_foreign_address_is_refused() {
        let credentials = Credentials::default().with("api_key", "sample-key");
        for address in [
            "https://elsewhere.example/subscription/abc",
            "https://elsewhere.example/x.dhl.com/abc",
            "https://dhl.com.elsewhere.example/abc",
            "https://api.dhl.com@elsewhere.example/abc",
            "https://notdhl.com/abc",
            "http://api-eu.dhl.com/abc",
            "//elsewhere.example/abc",
            "https://api-eu.dhl.com.elsewhere.example/abc",
            "https://api-eu.dhl.com/subscription/",
            "https://api-eu.dhl.com/subscription/abc?x=1",
        ] {
            assert_eq!(
                shake(&validate(address), None, &credentials).unwrap_err(),
                HandshakeError::ForeignAddress,
                "{address}"
            );
        }
    }

    #[test]
    fn other_messages_ask_for_nothing_and_broken_ones_say_what_is_missing() {
        let credentials = Credentials::default();
        assert!(
            shake(
                r#"{"scope":"subscription.push","shipments":[]}"#,
                None,
                &credentials
            )
            .unwrap()
            .is_none()
        );
        let error = shake(
            r#"{"scope":"subscription.validate","self":"/subscription/a"}"#,
            None,
            &credentials,
        )
        .unwrap_err();
        assert!(error.to_string().contains("secret is missing"), "{error}");
        let error = shake(
            r#"{"scope":"subscription.validate","secret":"s"}"#,
            None,
            &credentials,
        )
        .unwrap_err();
        assert!(error.to_string().contains("self is missing"), "{error}");
        let error = shake(&validate("/subscription/a"), None, &credentials).unwrap_err();
        assert_eq!(
            error,
            HandshakeError::Request(RequestError::MissingCredential("api_key"))
        );
    }
}
