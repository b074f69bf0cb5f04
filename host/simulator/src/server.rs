//! A simulated service at a real address, usually on loopback.
//!
//! It moves bytes between sockets and a handler and knows no service. A handler that answers
//! [`AnswerLost`] makes the connection close without a byte of an answer.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A running server. Dropping it leaves it running; [`Server::stop`] ends it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens on `address` (port 0 picks a free one) and answers with `handle`. Must be called
    /// inside a tokio runtime.
    pub fn start<Handle, Answering>(address: SocketAddr, handle: Handle) -> io::Result<Self>
    where
        Handle: Fn(Request<Bytes>) -> Answering + Clone + Send + 'static,
        Answering: Future<Output = Result<Response<Bytes>, AnswerLost>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, handle));
        Ok(Self { address, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening and drops open connections. Work that a fault moved into a task of its own
    /// still ends, as it would behind a real gateway.
    pub async fn stop(self) {
        self.accepting.abort();
        // The join error of an aborted task says only that it was aborted.
        let _aborted = self.accepting.await;
    }
}

async fn accept<Handle, Answering>(listener: TcpListener, handle: Handle)
where
    Handle: Fn(Request<Bytes>) -> Answering + Clone + Send + 'static,
    Answering: Future<Output = Result<Response<Bytes>, AnswerLost>> + Send + 'static,
{
    // Dropping the set with this task drops every connection.
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, handle.clone()));
            }
            // A peer that left between the handshake and `accept`, or no free descriptor: the
            // listener itself is still good.
            Err(_) => tokio::task::yield_now().await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve<Handle, Answering>(stream: TcpStream, handle: Handle)
where
    Handle: Fn(Request<Bytes>) -> Answering + Clone + Send + 'static,
    Answering: Future<Output = Result<Response<Bytes>, AnswerLost>> + Send + 'static,
{
    // Without it, a small answer waits for the client's delayed acknowledgement.
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let handle = handle.clone();
        async move {
            let (head, body) = request.into_parts();
            // A body that breaks off is a request that nobody waits for any more.
            let body = body.collect().await.map_err(|_| AnswerLost)?.to_bytes();
            handle(Request::from_parts(head, body)).await.map(|answer| answer.map(Full::new))
        }
    });
    // The error is the peer's leaving or the `AnswerLost` that the handler chose.
    let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The connection died before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection closed without an answer")]
pub struct AnswerLost;
