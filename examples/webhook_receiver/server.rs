//! The receiver: one path a feed, over the raw bytes, answered as the carrier demands.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::Registry;
use parceltrail::adapter::{
    Adapter, Credentials, Disposition, PollContext, Proof, ReceiveError, Webhook, WebhookCall,
    WebhookError, receive, same_secret,
};
use secrecy::SecretString;

use super::counts::{Counts, Outcome};
use super::desk::{Applied, Desk};

/// How the receiver is set up.
pub struct Settings {
    /// The secret of each feed that has one. A feed without is answered as a fault of ours: nothing
    /// is taken in unproven.
    ///
    /// Where the scheme proves nothing (`sf.push`) the secret is the last part of the path: the
    /// address is all the proof there is.
    pub secrets: BTreeMap<String, SecretString>,
    /// The largest body, in bytes.
    pub most_bytes: usize,
    /// How old the newest event of a delivery may be.
    pub window: TimeDelta,
    /// How long a body may take to come.
    pub patience: Duration,
    /// DHL's key, to activate subscriptions with.
    pub dhl_key: Option<String>,
    /// Where to activate them; DHL's own host if none is given.
    pub dhl_base: Option<String>,
    /// What time it is.
    pub clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// Where lines about changes and refusals go.
    pub say: Box<dyn Fn(String) + Send + Sync>,
}

/// The receiver.
pub struct Receiver {
    registry: Registry,
    settings: Settings,
    desk: Mutex<Desk>,
    http: reqwest::Client,
    /// What became of calls.
    pub counts: Counts,
}

/// The path of a feed, without the secret that ends it where nothing else proves the sender.
pub fn path(feed: &str) -> String {
    format!("/webhooks/{feed}")
}

/// The feeds that push, with their schemes.
pub fn pushing(registry: &Registry) -> impl Iterator<Item = (&dyn Adapter, &dyn Webhook)> {
    registry
        .iter()
        .filter_map(|adapter| Some((adapter, adapter.as_webhook()?)))
}

impl Receiver {
    /// A receiver of every feed that pushes.
    pub fn new(settings: Settings) -> Result<Arc<Self>, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        let desk = Mutex::new(Desk::new(settings.window));
        Ok(Arc::new(Self {
            registry: Registry::builtin(),
            settings,
            desk,
            http,
            counts: Counts::default(),
        }))
    }

    /// The routes. `/counts` tells how often what happened: keep it off the public side.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut router = Router::new();
        for (adapter, webhook) in pushing(&self.registry) {
            let feed = adapter.descriptor().feed.to_string();
            let path = path(&feed);
            let this = Arc::clone(self);
            router =
                match webhook.proof() {
                    Proof::Nothing => {
                        let take = move |Path(word): Path<String>, request: Request| async move {
                            this.take(&feed, Some(word), request).await
                        };
                        router.route(&format!("{path}/{{word}}"), post(take))
                    }
                    _ => router.route(
                        &path,
                        post(move |request: Request| async move {
                            this.take(&feed, None, request).await
                        }),
                    ),
                };
        }
        let (counts, lost, wrong) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        router
            .route(
                "/counts",
                get(move || async move { counts.counts.to_string() }),
            )
            .fallback(
                move || async move { lost.turn_away(Outcome::UnknownPath, StatusCode::NOT_FOUND) },
            )
            .method_not_allowed_fallback(move || async move {
                wrong.turn_away(Outcome::WrongMethod, StatusCode::METHOD_NOT_ALLOWED)
            })
            .layer(DefaultBodyLimit::max(self.settings.most_bytes))
    }

    fn turn_away(&self, outcome: Outcome, status: StatusCode) -> StatusCode {
        self.counts.add("-", outcome);
        status
    }

    /// One call: the whole body first, within bounds of size and time.
    async fn take(
        self: Arc<Self>,
        feed: &str,
        word: Option<String>,
        request: Request,
    ) -> Response<Body> {
        let received = (self.settings.clock)();
        let headers = request.headers().clone();
        let body =
            match tokio::time::timeout(self.settings.patience, Bytes::from_request(request, &()))
                .await
            {
                Ok(Ok(body)) => body,
                Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    self.note(
                        feed,
                        Outcome::Oversize,
                        &format!("more than {} bytes", self.settings.most_bytes),
                    );
                    return StatusCode::PAYLOAD_TOO_LARGE.into_response();
                }
                Ok(Err(_)) => {
                    self.note(feed, Outcome::Incomplete, "the body was cut");
                    return StatusCode::BAD_REQUEST.into_response();
                }
                Err(_) => {
                    self.note(feed, Outcome::Incomplete, "the body took too long");
                    return StatusCode::REQUEST_TIMEOUT.into_response();
                }
            };
        let Some((adapter, webhook)) = self
            .registry
            .get(feed)
            .and_then(|adapter| Some((adapter, adapter.as_webhook()?)))
        else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let call = WebhookCall {
            headers: &headers,
            body: &body,
            received,
        };
        let verdict = match self.believe(adapter, webhook, word.as_deref(), &call) {
            Ok(Applied::Repeated) => {
                self.counts.add(feed, Outcome::Repeated);
                // A question asked again was not answered well the first time; to activate twice
                // does no harm.
                self.shake_hands(feed, webhook, &call);
                Disposition::Accepted
            }
            Ok(Applied::Changes(changes)) => {
                self.counts.add(feed, Outcome::Accepted);
                changes
                    .iter()
                    .filter(|change| change.before != change.after)
                    .for_each(|change| (self.settings.say)(format!("{feed}  {change}")));
                self.shake_hands(feed, webhook, &call);
                Disposition::Accepted
            }
            Err(refusal) => {
                self.note(feed, outcome_of(&refusal), &refusal.to_string());
                refusal.disposition()
            }
        };
        webhook.acknowledge(&call, verdict).map(Body::from)
    }

    /// Verifies, reads, and keeps what is news: in this order.
    fn believe(
        &self,
        adapter: &dyn Adapter,
        webhook: &dyn Webhook,
        word: Option<&str>,
        call: &WebhookCall<'_>,
    ) -> Result<Applied, ReceiveError> {
        let feed = adapter.descriptor().feed.as_str();
        let secret = self.settings.secrets.get(feed);
        let delivery = if webhook.proof() == Proof::Nothing {
            same_secret(
                word.unwrap_or_default(),
                secret.ok_or(WebhookError::NoSecret)?,
            )?;
            receive(adapter, call, None)?
        } else {
            receive(adapter, call, secret)?
        };
        // A poisoned lock means that a call before this one failed half way; the desk is still a
        // set of whole deliveries.
        self.desk
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .apply(&delivery)
    }

    /// Counts a refusal and says it, without a word of the call's content.
    fn note(&self, feed: &str, outcome: Outcome, why: &str) {
        self.counts.add(feed, outcome);
        (self.settings.say)(format!("{feed}  {}: {why}", outcome.name()));
    }

    /// Answers the carrier's question whether we want the subscription, after the acknowledgement.
    fn shake_hands(self: &Arc<Self>, feed: &str, webhook: &dyn Webhook, call: &WebhookCall<'_>) {
        let credentials = self
            .settings
            .dhl_key
            .iter()
            .fold(Credentials::default(), |all, key| {
                all.with("api_key", key.clone())
            });
        let base = self.settings.dhl_base.as_deref();
        let context = PollContext {
            now: call.received,
            request_id: "",
            credentials: &credentials,
            token: None,
            base,
        };
        let request = match webhook.handshake(call, &context) {
            Ok(None) => return,
            Ok(Some(request)) => request,
            Err(error) => return self.note(feed, Outcome::HandshakeFailed, &error.to_string()),
        };
        let (this, feed) = (Arc::clone(self), feed.to_owned());
        tokio::spawn(async move {
            let sent = match reqwest::Request::try_from(request) {
                Ok(request) => this.http.execute(request).await,
                Err(error) => Err(error),
            };
            match sent.and_then(reqwest::Response::error_for_status) {
                Ok(_) => this.note(&feed, Outcome::HandshakeDone, "the subscription is active"),
                Err(error) => this.note(
                    &feed,
                    Outcome::HandshakeFailed,
                    &error.without_url().to_string(),
                ),
            }
        });
    }
}

fn outcome_of(refusal: &ReceiveError) -> Outcome {
    match refusal {
        ReceiveError::Unverified(WebhookError::Stale) => Outcome::Stale,
        ReceiveError::Unverified(WebhookError::NoSecret) => Outcome::NoSecret,
        ReceiveError::Unverified(_) => Outcome::Unverified,
        ReceiveError::Unreadable(_) => Outcome::Unreadable,
        _ => Outcome::Failed,
    }
}
