//! The client against servers of its own: every behaviour that it promises, one test each.

mod answers;
mod breaker;
mod build;
mod credentials;
mod quota;
mod raw;
mod retry;
mod secrecy;
mod snapshots;
mod support;
mod telemetry;
mod tokens;
mod transport;

/// What several tasks share can be sent to and used by several threads.
const _: () = {
    const fn is_shared<T: Send + Sync + ?Sized>() {}
    is_shared::<parceltrail::client::Client>();
    is_shared::<parceltrail::client::ClientBuilder>();
    is_shared::<parceltrail::client::ClientError>();
    is_shared::<parceltrail::client::RateLimiter>();
    is_shared::<parceltrail::client::HttpTransport>();
    is_shared::<parceltrail::client::TrackResult>();
    is_shared::<parceltrail::client::UpdateResult>();
    is_shared::<dyn parceltrail::client::Transport>();
    is_shared::<dyn parceltrail::Adapter>();
    is_shared::<dyn parceltrail::Poll>();
    is_shared::<dyn parceltrail::adapter::Webhook>();
    is_shared::<parceltrail::adapter::ReplayGuard>();
};
