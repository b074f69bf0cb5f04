//! A service that runs elsewhere, as the commands ask it.

use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Method, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Failure;
use super::connect::{base_url, setting};
use super::progress::Progress;
use crate::clock::Clock;
use crate::quickbooks::Transport;

/// An answer that takes longer is told to a person who waits.
const QUIET: Duration = Duration::from_secs(2);

/// A backup of a large store takes minutes; everything else takes less than one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);

/// A page of runs with long sentences stays far below.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Where `serve` listens unless it is told otherwise.
const SERVICE: &str = "http://127.0.0.1:8500";

/// Which service is asked.
#[derive(Args, Clone)]
pub(super) struct ServiceArgs {
    /// Base URL of the service [default: http://127.0.0.1:8500]. Its token is read from
    /// QBO_HOST_TOKEN
    #[arg(long, value_name = "URL", env = "QBO_HOST_SERVICE", hide_env_values = true)]
    pub(super) service: Option<String>,
}

/// A service.
pub(super) struct Remote {
    root: String,
    token: String,
    transport: Transport,
}

impl ServiceArgs {
    pub(super) fn remote(&self) -> Result<Remote, Failure> {
        let root = self.service.as_deref().unwrap_or(SERVICE);
        base_url(root)?;
        let Some(token) = setting("QBO_HOST_TOKEN")? else {
            let error = anyhow::anyhow!("the service asks for a token, and QBO_HOST_TOKEN is not set");
            let hint = "set QBO_HOST_TOKEN to the token that the service was started with";
            return Err(Failure::usage(error, hint).with_code("secret_missing"));
        };
        let transport = Transport::http(ANSWER_TIMEOUT, ANSWER_BYTES_MAX)
            .map_err(|error| Failure::new(error.into(), "check the machine's TLS certificates"))?;
        Ok(Remote { root: root.trim_end_matches('/').to_owned(), token, transport })
    }
}

impl Remote {
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::GET, path, None, Bytes::new()).await
    }

    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failure> {
        self.ask(Method::POST, path, None, Bytes::from(body.to_string())).await
    }

    /// Changes what stands, if it is still at the version `replaces`.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        replaces: Option<u64>,
        body: &Value,
    ) -> Result<T, Failure> {
        self.ask(method, path, replaces, Bytes::from(body.to_string())).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        replaces: Option<u64>,
        body: Bytes,
    ) -> Result<T, Failure> {
        let mut request = Request::builder();
        if let Some(version) = replaces {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let request = request
            .method(method)
            .uri(format!("{}{path}", self.root))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| Failure::usage(error.into(), "the token in QBO_HOST_TOKEN holds what no header can"))?;
        let answer = told(&format!("waiting for {}", self.root), self.transport.send(request)).await;
        let answer = answer.map_err(|no_answer| {
            let error = anyhow::Error::new(no_answer).context(format!("the service at {} does not answer", self.root));
            Failure::new(error, "start it with `qbo-host serve`, or name another with --service")
                .with_code("service_unavailable")
        })?;
        if answer.status().is_success() {
            return serde_json::from_slice(answer.body()).map_err(|error| {
                let error = anyhow::Error::new(error).context("the service's answer can't be read");
                Failure::new(error, "use a command of the service's own version")
            });
        }
        Err(refused(answer.status(), answer.body()))
    }
}

/// What the service says of its refusal, as this command's own.
fn refused(status: http::StatusCode, body: &[u8]) -> Failure {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |member: &str| problem.get(member).and_then(Value::as_str).map(str::to_owned);
    let Some(code) = text("code") else {
        let error = anyhow::anyhow!("the service answers {status}");
        return Failure::new(error, "look whether --service is the service's own URL").with_code("service_unavailable");
    };
    let error = anyhow::Error::msg(text("detail").unwrap_or_else(|| status.to_string()));
    let hint = text("remedy").unwrap_or_else(|| "host/README.md explains the code".into());
    // What the caller asked for wrongly is a wrong use of the command too.
    let failure = if matches!(status.as_u16(), 400 | 404 | 405 | 413 | 422) {
        Failure::usage(error, hint)
    } else {
        Failure::new(error, hint)
    };
    failure.with_code(code)
}

/// Does the work, and says so when it takes long.
pub(super) async fn told<T>(what: &str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    match Clock::machine().timeout(QUIET, &mut work).await {
        Some(done) => done,
        None => {
            let progress = Progress::begin(what);
            let done = work.await;
            progress.done();
            done
        }
    }
}
