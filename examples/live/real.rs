//! The same client against a real carrier, with the credentials of the environment.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use parceltrail::adapter::TrackRequest;
use parceltrail::client::{Client, TrackOutcome};
use parceltrail::{Registry, TrackingNumber};

use crate::page;
use crate::watch::{Followed, News};

/// Asks a feed about numbers and prints their trails. The exit code is 2 when it cannot be asked, 1
/// when a number got no answer.
pub async fn ask(feed: &str, numbers: &[String], base: Option<&str>) -> io::Result<ExitCode> {
    let Some(adapter) = Registry::builtin().share(feed) else {
        eprintln!("error: there is no feed {feed:?}; `cargo run --example feeds` lists them");
        return Ok(ExitCode::from(2));
    };
    let mut builder = Client::builder(adapter).credentials_from_env();
    if let Some(base) = base {
        builder = builder.base(base);
    }
    let client = match builder.build() {
        Ok(client) => client,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(ExitCode::from(2));
        }
    };
    let asked = numbers
        .iter()
        .map(|number| TrackRequest::new(TrackingNumber::new(number)))
        .collect::<Vec<_>>();
    let mut answers = client.track(asked).boxed();
    let (mut out, mut is_answered) = (anstream::stdout(), true);
    while let Some(answer) = answers.next().await {
        let number = answer
            .request
            .map(|asked| asked.number.to_string())
            .unwrap_or_else(|| "besides".to_owned());
        writeln!(out, "\n{number}")?;
        match answer.outcome {
            Ok(told) => trail(&mut out, &told)?,
            Err(error) => {
                is_answered = false;
                writeln!(out, "  no answer: {error}")?;
            }
        }
    }
    let stats = client.stats();
    let (requests, retries, tokens) = (stats.requests, stats.retries, stats.tokens);
    writeln!(
        out,
        "\n{requests} requests, {retries} retries, {tokens} tokens fetched, {} throttled, {} not found",
        stats.throttled, stats.not_found
    )?;
    Ok(ExitCode::from(u8::from(!is_answered)))
}

fn trail(out: &mut impl Write, told: &TrackOutcome) -> io::Result<()> {
    let mut events = Vec::new();
    Followed::default().take(told, SystemTime::now().into(), &mut |news| {
        if let News::TrackOutcome(event) = news {
            events.push(event);
        }
    });
    for event in &events {
        page::write_event(out, event, "")?;
    }
    match told {
        TrackOutcome::NotFound(_) => writeln!(out, "  not found, or not yet")?,
        TrackOutcome::Missing(_) => writeln!(out, "  the answer does not mention it")?,
        _ => {}
    }
    for notice in told.notices() {
        writeln!(
            out,
            "  {}: {}",
            notice.kind.as_str().replace('_', " "),
            notice.message
        )?;
    }
    Ok(())
}
