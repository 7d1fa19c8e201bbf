//! Sending: limits of time and size, redirects, connections, transports of one's own.

use std::io::Write as _;
use std::time::Duration;

use async_trait::async_trait;
use parceltrail::client::{ErrorKind, HttpTransport, Retry, Transport, TransportError};
use wiremock::matchers::header_exists;
use wiremock::{MockServer, ResponseTemplate};

use crate::support::*;

fn small() -> HttpTransport {
    HttpTransport::with(|http| http.no_proxy())
        .unwrap()
        .with_max_body_bytes(10_000)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = answering(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 10_001])).await;
    let client = builder("dhl.unified", &server)
        .with_transport(small())
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::TooLarge, Retry::Permanent)
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_body_is_counted_as_it_unpacks() {
    let mut body = dhl_found();
    body["padding"] = " ".repeat(5_000).into();
    let fitting = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_bytes(gzip(body.to_string().as_bytes()));
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let bomb = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_bytes(bomb);
    let server = answering(InTurn::new([fitting, bomb])).await;
    let client = builder("dhl.unified", &server)
        .with_transport(small())
        .build()
        .unwrap();
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    assert_eq!(calls(&server, header_exists("accept-encoding")).await, 1);
    assert_eq!(
        client.fetch(&asked(DHL)).await.unwrap_err().kind,
        ErrorKind::TooLarge
    );
}

#[tokio::test]
async fn an_answer_too_large_for_many_numbers_is_asked_for_in_parts() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let size = fedex_found(&(0..30).map(number).collect::<Vec<_>>())
        .to_string()
        .len();
    let transport = HttpTransport::with(|http| http.no_proxy())
        .unwrap()
        .with_max_body_bytes(size / 2 + 200);
    let client = builder("fedex.track", &server)
        .with_transport(transport)
        .build()
        .unwrap();
    assert!(
        all(&client, numbers(30))
            .await
            .iter()
            .all(|answer| is_found(&answer.outcome))
    );
    assert_eq!(client.stats().divided, 1);
}

#[tokio::test]
async fn redirects_are_refused() {
    let elsewhere = answering(ok(&dhl_found())).await;
    for status in [301, 302, 303, 307, 308] {
        let server =
            answering(ResponseTemplate::new(status).insert_header("location", elsewhere.uri()))
                .await;
        let error = client("dhl.unified", &server)
            .fetch(&asked(DHL))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.retry),
            (ErrorKind::Redirected, Retry::Permanent),
            "{status}"
        );
        assert!(!error.to_string().contains("127.0.0.1"));
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_that_a_foreign_client_fetched_elsewhere_is_refused() {
    let elsewhere = answering(ok(&dhl_found())).await;
    let server =
        answering(ResponseTemplate::new(302).insert_header("location", elsewhere.uri())).await;
    let following = HttpTransport::with(|http| http.no_proxy()).unwrap();
    assert!(format!("{following:?}").contains("HttpTransport"));
    let config = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::aws_lc_rs::default_provider().into(),
    );
    let config = config
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let foreign = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(config)
        .build()
        .unwrap();
    let error = builder("dhl.unified", &server)
        .with_http_client(foreign)
        .build()
        .unwrap()
        .fetch(&asked(DHL))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Redirected, Retry::Permanent)
    );
}

#[tokio::test]
async fn an_attempt_has_its_time_and_the_next_one_too() {
    let slow = ok(&dhl_found()).set_delay(Duration::from_secs(20));
    let server = answering(InTurn::new([slow, ok(&dhl_found())])).await;
    let client = builder("dhl.unified", &server)
        .with_retry(quick().with_attempt_timeout(Duration::from_millis(150)))
        .build()
        .unwrap();
    let (told, took) = seconds(client.fetch(&asked(DHL))).await;
    assert!(is_found(&told));
    assert!((0.15..5.0).contains(&took), "{took}");
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let server = answering(ok(&dhl_found()).set_delay(Duration::from_secs(20))).await;
    let transport =
        HttpTransport::with(|http| http.no_proxy().read_timeout(Duration::from_millis(100)))
            .unwrap();
    let client = builder("dhl.unified", &server)
        .with_transport(transport)
        .with_retry(quick().with_max_attempts(2))
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Timeout, Retry::Exhausted { after: None })
    );
    assert_eq!(client.stats().requests, 2);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = accepted.clone();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::spawn(async move {
                let mut buffer = vec![0; 16_384];
                let body = dhl_found().to_string();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    let server = MockServer::start().await;
    let client = builder("dhl.unified", &server)
        .with_base_url(format!("http://{address}"))
        .build()
        .unwrap();
    for _ in 0..5 {
        assert!(is_found(&client.fetch(&asked(DHL)).await));
    }
    assert_eq!(accepted.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_broken_answer_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let body = dhl_found().to_string();
        let mut cut = body.len() / 2;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 16_384];
            let _ = stream.read(&mut buffer).await;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{}", &body[..cut]).as_bytes())
                .await
                .unwrap();
            stream.shutdown().await.unwrap();
            cut = body.len();
        }
    });
    let server = MockServer::start().await;
    let client = builder("dhl.unified", &server)
        .with_base_url(format!("http://{address}"))
        .build()
        .unwrap();
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    assert_eq!(client.stats().retries, 1);
}

#[tokio::test]
async fn plain_answers_to_encryption_are_no_connection_to_trust() {
    let server = answering(ok(&dhl_found())).await;
    let base = server.uri().replace("http://", "https://");
    let client = builder("dhl.unified", &server)
        .with_base_url(base)
        .with_transport(small())
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Tls, Retry::Permanent)
    );
    assert_eq!(client.stats().requests, 1);
}

#[tokio::test]
async fn a_transport_of_ones_own_is_one_method() {
    #[derive(Debug)]
    struct Scripted;
    #[async_trait]
    impl Transport for Scripted {
        async fn send(
            &self,
            request: http::Request<Vec<u8>>,
        ) -> Result<http::Response<Vec<u8>>, TransportError> {
            assert_eq!(request.headers()["dhl-api-key"], SECRET);
            match request.uri().query() {
                Some(query) if query.contains(DHL) => {
                    Ok(http::Response::new(dhl_found().to_string().into_bytes()))
                }
                _ => Err(TransportError::new(ErrorKind::Unsendable).with_source("no such script")),
            }
        }
    }
    let server = MockServer::start().await;
    let client = builder("dhl.unified", &server)
        .with_transport(Scripted)
        .build()
        .unwrap();
    assert!(is_found(&client.fetch(&asked(DHL)).await));
    let error = client.fetch(&asked("1")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unsendable, Retry::Permanent)
    );
}
