//! Receives what FedEx, UPS, DHL and SF push, and prints what changed: `cargo run --example
//! webhook_receiver -- --try-out`.
//!
//! Secrets come from environment variables: `PARCELTRAIL_<FEED>_WEBHOOK_SECRET`, in capitals, with
//! `_` for `.` and `-`. A feed without a secret is refused as a fault of ours, so that its carrier
//! sends again once there is one. `--demo` runs through everything by itself.

mod counts;
mod demo;
mod desk;
mod samples;
mod server;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use clap::Parser;
use parceltrail::Registry;
use parceltrail::adapter::Proof;
use secrecy::SecretString;
use server::{Receiver, Settings};

/// Receives the webhooks of FedEx, UPS, DHL and SF, and prints what changed about each parcel.
#[derive(Debug, Parser)]
#[command(name = "webhook_receiver")]
struct Arguments {
    /// The address to listen on. Put TLS in front of any other than a loopback address.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Gives every feed without a secret a made-up one. On a loopback address only.
    #[arg(long)]
    try_out: bool,
    /// Runs through everything once on a port of its own, and ends: 0 if all was as demanded.
    #[arg(long)]
    demo: bool,
    /// How old the newest event of a delivery may be, in days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
    max_age_days: i64,
    /// The largest body that is taken, in bytes.
    #[arg(long, default_value_t = 1024 * 1024)]
    max_bytes: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    if arguments.try_out && !arguments.listen.ip().is_loopback() {
        eprintln!(
            "error: --try-out uses secrets that everybody knows; listen on a loopback address"
        );
        return ExitCode::from(2);
    }
    let result = if arguments.demo {
        demo::run().await
    } else {
        serve(&arguments).await.map(|()| true)
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut secrets = secrets_from_environment();
    let configured: Vec<String> = secrets.keys().cloned().collect();
    if arguments.try_out {
        let own = std::mem::replace(&mut secrets, sample_secrets());
        secrets.extend(own);
    }
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    let base = format!("http://{}", listener.local_addr()?);
    introduce(&base, &secrets, &configured);
    let receiver = Receiver::new(Settings {
        secrets,
        most_bytes: arguments.max_bytes,
        window: TimeDelta::days(arguments.max_age_days),
        patience: Duration::from_secs(5),
        dhl_key: std::env::var("PARCELTRAIL_DHL_UNIFIED_API_KEY")
            .ok()
            .filter(|key| !key.is_empty()),
        dhl_base: None,
        clock: Box::new(Utc::now),
        say: Box::new(|line| println!("{}  {line}", Utc::now().format("%H:%M:%S"))),
    })?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, Arc::clone(&receiver).router())
        .with_graceful_shutdown(stop)
        .await?;
    println!("\nCounts:\n{}", receiver.counts);
    Ok(())
}

/// Says which paths there are, which are open, and how to try them.
fn introduce(base: &str, secrets: &BTreeMap<String, SecretString>, configured: &[String]) {
    use secrecy::ExposeSecret;
    let registry = Registry::builtin();
    println!("Listening on {base}; what became of calls: {base}/counts\n");
    for (adapter, webhook) in server::pushing(&registry) {
        let feed = adapter.descriptor().feed.as_str();
        let word = if webhook.proof() == Proof::Nothing {
            "/<secret>"
        } else {
            ""
        };
        let state = match (
            configured.iter().any(|known| known == feed),
            secrets.contains_key(feed),
        ) {
            (true, _) => "secret from the environment".to_owned(),
            (false, true) => "made-up secret".to_owned(),
            (false, false) => format!("closed: set {}", variable(feed)),
        };
        println!(
            "  POST {:<32} {state}",
            format!("{}{word}", server::path(feed))
        );
        match webhook.proof() {
            Proof::Nothing => {
                println!(
                    "       The carrier proves nothing. The secret that ends the path is all there is: over TLS only, and never in a log."
                )
            }
            _ => println!("       {}", webhook.protection()),
        }
    }
    if secrets.is_empty() {
        println!("\nEverything is closed. `--try-out` opens it with made-up secrets, to look at.");
        return;
    }
    println!("\nTo see it work, paste one of these into another terminal:");
    for sample in samples::samples(Utc::now()) {
        let Some(secret) = secrets.get(sample.feed) else {
            continue;
        };
        let is_real = configured.iter().any(|known| known == sample.feed);
        let shown = if is_real {
            format!("${}", variable(sample.feed))
        } else {
            secret.expose_secret().to_owned()
        };
        println!("\n# {}, {}", sample.feed, sample.form);
        println!("{}", curl(base, &sample, secret.expose_secret(), &shown));
    }
    println!();
}

/// A command line that sends a sample with its proof. `secret` is put in as it is; `shown` stands
/// in the places where it would be seen.
fn curl(base: &str, sample: &samples::Sample, secret: &str, shown: &str) -> String {
    let (header, word) = samples::proof(sample.feed, secret, &sample.body);
    let header = match header {
        // A signature gives the secret away to nobody; a credential is the secret.
        Some((name @ "fdx-signature", value)) => format!(" -H '{name}: {value}'"),
        Some((name, _)) => format!(" -H \"{name}: {shown}\""),
        None => String::new(),
    };
    let word = word.map_or(String::new(), |_| format!("/{shown}"));
    format!(
        "curl -i \"{base}{}{word}\" -H 'Content-Type: {}'{header} --data-binary '{}'",
        server::path(sample.feed),
        sample.content_type,
        sample.body
    )
}

/// The environment variable of a feed's secret.
fn variable(feed: &str) -> String {
    format!(
        "PARCELTRAIL_{}_WEBHOOK_SECRET",
        feed.to_uppercase().replace(['.', '-'], "_")
    )
}

fn secrets_from_environment() -> BTreeMap<String, SecretString> {
    let registry = Registry::builtin();
    let secret = |feed: &str| {
        std::env::var(variable(feed))
            .ok()
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
    };
    server::pushing(&registry)
        .filter_map(|(adapter, _)| {
            Some((
                adapter.descriptor().feed.to_string(),
                secret(adapter.descriptor().feed.as_str())?,
            ))
        })
        .collect()
}

/// A made-up secret for each feed that pushes.
fn sample_secrets() -> BTreeMap<String, SecretString> {
    let registry = Registry::builtin();
    let pair = |feed: &str| (feed.to_owned(), SecretString::from(sample_secret(feed)));
    server::pushing(&registry)
        .map(|(adapter, _)| pair(adapter.descriptor().feed.as_str()))
        .collect()
}

fn sample_secret(feed: &str) -> String {
    format!("made-up-secret-of-{feed}")
}
