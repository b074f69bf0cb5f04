//! The service on HTTP: every route on this page, each of which asks [`Service`] and tells its answer.
//!
//! Owns shapes of requests and answers, the token, and what an error looks like. Must not know a
//! store, a component or QuickBooks.

mod actions;
mod body;
mod connections;
mod problem;
mod runs;
mod store;
mod token;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::runs::Service;
use problem::Problem;
pub use token::Token;

/// The largest body of a request. A start with sixty inputs of a kilobyte each just fits.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A caller that has not sent its body by then gets none of its work done.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Connections that are still open so long after the end are dropped.
const CLOSING: Duration = Duration::from_secs(3);

/// What every route works with.
struct Host {
    service: Arc<Service>,
    token: Token,
    clock: Clock,
}

fn routes(host: Arc<Host>) -> Router {
    let with_token = Router::new()
        .route("/v1/runs", get(runs::list).post(runs::start))
        .route("/v1/runs/{run}", get(runs::show))
        .route("/v1/runs/{run}/resume", post(runs::resume))
        .route("/v1/runs/{run}/restart", post(runs::restart))
        .route("/v1/runs/{run}/cancel", post(runs::cancel))
        .route("/v1/actions", get(actions::list))
        .route("/v1/actions/{action}/inputs/{input}/options", get(actions::options))
        .route("/v1/portals/{portal}/accounts", get(connections::accounts))
        .route("/v1/connections", get(connections::list))
        .route(
            "/v1/connections/{portal}/{company}/settings",
            get(connections::settings).put(connections::put_settings).patch(connections::patch_settings),
        )
        .route("/v1/connections/{portal}/{company}/check", post(connections::check))
        .route("/v1/store/backup", post(store::backup))
        .route_layer(from_fn_with_state(Arc::clone(&host), check_token));
    with_token
        .route("/health", get(store::health))
        .route("/ready", get(store::ready))
        .fallback(async || Problem::NoRoute)
        .method_not_allowed_fallback(async || Problem::WrongMethod)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(host)
}

async fn check_token(State(host): State<Arc<Host>>, request: Request, next: Next) -> Result<Response, Problem> {
    if host.token.is_in(request.headers()) { Ok(next.run(request).await) } else { Err(Problem::Unauthorized) }
}

/// A socket that listens; nothing is answered yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on `address`; port 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, NoServer> {
        let failed = |cause| NoServer { address, cause };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, and a little longer whoever has asked by then.
    pub async fn serve(self, service: Arc<Service>, token: Token, clock: Clock, stop: impl Future<Output = ()> + Send) {
        let routes = routes(Arc::new(Host { service, token, clock: clock.clone() }));
        // Without it, a small answer waits for the caller's delayed acknowledgement.
        let listener = self.listener.tap_io(|stream| {
            let _best_effort = stream.set_nodelay(true);
        });
        let (stopped, told) = tokio::sync::oneshot::channel::<()>();
        let serving = axum::serve(listener, routes).with_graceful_shutdown(async {
            let _stopped = told.await;
        });
        let serving = std::pin::pin!(serving.into_future());
        match futures::future::select(serving, std::pin::pin!(stop)).await {
            futures::future::Either::Left((_ended, _)) => {}
            futures::future::Either::Right(((), serving)) => {
                drop(stopped);
                if clock.timeout(CLOSING, serving).await.is_none() {
                    tracing::warn!("some callers kept their connection open; it is closed now");
                }
            }
        }
    }
}

/// The service can't listen.
#[derive(Debug, thiserror::Error)]
#[error("the service can't listen on {address}")]
pub struct NoServer {
    address: SocketAddr,
    #[source]
    cause: io::Error,
}
