//! How a request leaves the process: the one seam. In the product it is HTTP; the in-process
//! benchmarks and the seeded simulation put the simulator's own handler here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;

/// Sends one request and gives its whole answer.
#[derive(Clone)]
pub struct Transport(Arc<dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, Answered> + Send + Sync>);

/// An answer, whatever it says, or none.
pub type Answered = Result<http::Response<Bytes>, NoAnswer>;

impl Transport {
    /// A transport that does whatever `send` does.
    pub fn new(send: impl Fn(http::Request<Bytes>) -> BoxFuture<'static, Answered> + Send + Sync + 'static) -> Self {
        Self(Arc::new(send))
    }

    /// HTTP and HTTPS. An answer must be complete within `timeout` and hold at most
    /// `answer_bytes_max`.
    pub fn http(timeout: Duration, answer_bytes_max: usize) -> Result<Self, NoTransport> {
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(NoTransport)?;
        Ok(Self::new(move |request| {
            let client = client.clone();
            Box::pin(async move { send(&client, request, answer_bytes_max).await })
        }))
    }

    /// Sends `request`.
    pub async fn send(&self, request: http::Request<Bytes>) -> Answered {
        (self.0)(request).await
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

async fn send(client: &reqwest::Client, request: http::Request<Bytes>, bytes_max: usize) -> Answered {
    let request = reqwest::Request::try_from(request).map_err(|error| NoAnswer::lost(&error))?;
    let mut answer = client.execute(request).await.map_err(|error| NoAnswer::lost(&error))?;
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| NoAnswer::lost(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(NoAnswer::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = http::Response::new(body.freeze());
    *response.status_mut() = answer.status();
    std::mem::swap(response.headers_mut(), answer.headers_mut());
    Ok(response)
}

/// No answer came: whether the request was carried out is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Refused, reset, timed out or cut off.
    #[error("{0}")]
    Lost(String),
    /// More bytes than an answer may have.
    #[error("the answer is larger than it may be")]
    TooLarge,
}

impl NoAnswer {
    /// The innermost cause says most ("connection refused"); the URL stays out of it.
    fn lost(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Lost("no answer within the time limit".into());
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Self::Lost(cause.to_string())
    }
}

/// The HTTP client can't be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client can't be made")]
pub struct NoTransport(#[source] reqwest::Error);
