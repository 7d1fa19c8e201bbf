//! An application that keeps its parcels: each journey is a row, and nothing is acknowledged before
//! it is on disk.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path as FeedPath, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use chrono::Utc;
use futures_util::StreamExt as _;
use parceltrail::adapter::{Disposition, TrackRequest, WebhookCall, receive};
use parceltrail::client::{Client, Quota};
use parceltrail::journey::PersonalData;
use parceltrail::{Journey, Registry, Shipment, TrackingNumber};
use rusqlite::{Connection, OptionalExtension as _};
use secrecy::SecretString;

/// What the carriers' pushes are authenticated with.
pub const SECRET: &str = "a-secret-of-this-example";
pub const BETWEEN_POLLS: Duration = Duration::from_millis(400);

/// The parcels, in one file.
pub struct Store(Connection);

impl Store {
    pub fn open(file: &Path) -> Result<Self, Box<dyn Error>> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS parcels (number TEXT PRIMARY KEY, journey BLOB NOT NULL);",
        )?;
        Ok(Self(connection))
    }

    pub fn all(&self) -> Result<Vec<(String, Journey)>, Box<dyn Error>> {
        let mut rows = self.0.prepare("SELECT number, journey FROM parcels")?;
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (number, bytes): (String, Vec<u8>) = row?;
            Ok((number, Journey::from_bytes(&bytes)?))
        })
        .collect()
    }

    /// Takes in what one delivery says: all of it, or none if the process dies on the way.
    fn apply(&mut self, shipments: &[Shipment]) -> Result<(), Box<dyn Error>> {
        let transaction = self.0.transaction()?;
        for shipment in shipments {
            let key = format!("{} {}", shipment.carrier, shipment.number);
            let query = "SELECT journey FROM parcels WHERE number = ?1";
            let kept: Option<Vec<u8>> = transaction
                .query_row(query, [&key], |row| row.get(0))
                .optional()?;
            let mut journey = match kept {
                Some(bytes) => Journey::from_bytes(&bytes)?,
                None => Journey::default(),
            };
            journey.apply(shipment.clone());
            transaction.execute(
                "INSERT OR REPLACE INTO parcels VALUES (?1, ?2)",
                (&key, journey.to_bytes(PersonalData::Kept)),
            )?;
        }
        Ok(transaction.commit()?)
    }
}

struct Keeper {
    store: Mutex<Store>,
    registry: Registry,
}

impl Keeper {
    fn apply(&self, shipments: &[Shipment]) -> Result<(), Box<dyn Error>> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.apply(shipments)
    }

    /// A push: verified, kept, then acknowledged as its carrier expects.
    fn take(&self, feed: &str, headers: &HeaderMap, body: &[u8]) -> Option<Response<Body>> {
        let adapter = self.registry.get(feed)?;
        let call = WebhookCall {
            headers,
            body,
            received: Utc::now(),
        };
        let kept = match receive(adapter, &call, Some(&SecretString::from(SECRET))) {
            Ok(delivery) => self.apply(&delivery.batch.shipments).is_ok(),
            Err(_) => false,
        };
        let disposition = if kept {
            Disposition::Accepted
        } else {
            Disposition::Failed
        };
        Some(
            adapter
                .as_webhook()?
                .acknowledge(&call, disposition)
                .map(Body::from),
        )
    }
}

/// Follows parcels until the process is killed.
pub async fn run(file: &str, port: u16, polled: &[String]) -> Result<(), Box<dyn Error>> {
    let keeper = Arc::new(Keeper {
        store: Mutex::new(Store::open(Path::new(file))?),
        registry: Registry::builtin(),
    });
    let push = |State(keeper): State<Arc<Keeper>>,
                FeedPath(feed): FeedPath<String>,
                headers: HeaderMap,
                body: Bytes| async move {
        let answer = keeper.take(&feed, &headers, &body);
        answer.ok_or(StatusCode::NOT_FOUND)
    };
    let routes = axum::Router::new()
        .route("/{feed}", post(push))
        .with_state(Arc::clone(&keeper));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let adapter = keeper.registry.share("dhl.unified").ok_or("no such feed")?;
    let client = Client::builder(adapter)
        .with_credentials_from_env()
        .with_base_url(std::env::var("PARCELTRAIL_DHL_UNIFIED_BASE")?)
        .with_quota(Quota::unlimited()) // A simulated carrier has time for us.
        .build()?;
    loop {
        let requests: Vec<TrackRequest> = polled
            .iter()
            .map(|number| TrackRequest::new(TrackingNumber::new(number)))
            .collect();
        let mut results = client.track(requests).boxed();
        while let Some(result) = results.next().await {
            if let Ok(outcome) = result.outcome {
                keeper.apply(outcome.shipments())?;
            }
        }
        tokio::time::sleep(BETWEEN_POLLS).await;
    }
}
