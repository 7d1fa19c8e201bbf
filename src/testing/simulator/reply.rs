//! Response bodies: whole, slow, or cut off.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Response;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::time::Sleep;

use super::quota::InFlight;
use super::wire::Answer;

/// The pieces of a slow body.
const DROPS: usize = 8;
/// How long the first half of a body has to arrive before the connection closes.
const BEFORE_THE_CUT: Duration = Duration::from_millis(5);

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Whole,
    /// Over so long.
    Slow(Duration),
    /// Half of it.
    Cut,
}

/// A body being sent. The request is in flight until it is dropped.
#[derive(Debug)]
pub(super) struct Reply {
    pieces: VecDeque<Bytes>,
    pause: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    is_cut: bool,
    _in_flight: Option<InFlight>,
}

/// The HTTP response of an answer.
pub(super) fn response(
    answer: Answer,
    manner: Manner,
    in_flight: Option<InFlight>,
) -> Response<Reply> {
    let body = Bytes::from(answer.body);
    let length = body.len();
    let (pieces, pause) = match manner {
        Manner::Whole => (VecDeque::from([body]), Duration::ZERO),
        Manner::Slow(time) => (drops(&body, DROPS), time / DROPS as u32),
        Manner::Cut => (drops(&body, 2), BEFORE_THE_CUT),
    };
    let is_cut = manner == Manner::Cut;
    let mut response = Response::new(Reply {
        pieces,
        pause,
        timer: None,
        is_cut,
        _in_flight: in_flight,
    });
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status)
        .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.kind));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(wait) = answer
        .retry_after
        .and_then(|wait| HeaderValue::from_str(&wait).ok())
    {
        headers.insert(RETRY_AFTER, wait);
    }
    response
}

fn drops(body: &Bytes, count: usize) -> VecDeque<Bytes> {
    let size = body.len().div_ceil(count).max(1);
    (0..body.len())
        .step_by(size)
        .map(|start| body.slice(start..body.len().min(start + size)))
        .collect()
}

impl Body for Reply {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        if self.is_cut && self.pieces.len() < 2 {
            return Poll::Ready(Some(Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "cut by the fault plan",
            ))));
        }
        let Some(piece) = self.pieces.pop_front() else {
            return Poll::Ready(None);
        };
        if !self.pause.is_zero() {
            self.timer = Some(Box::pin(tokio::time::sleep(self.pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.is_cut
    }
}
