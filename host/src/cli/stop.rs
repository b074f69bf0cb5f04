//! The request to stop: Ctrl-C, or what a service manager sends.

use std::io;

use super::Failure;

/// Counts from the moment of listening on, so that no request is lost while something is still being
/// started or told.
pub(super) struct StopRequest(Signals);

impl StopRequest {
    pub(super) fn listen() -> Result<Self, Failure> {
        let signals = Signals::listen();
        signals.map(Self).map_err(|error| Failure::new(error.into(), "the system handles no more signals; free some"))
    }

    pub(super) async fn received(&mut self) {
        self.0.received().await;
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn received(&mut self) {
        self.0.recv().await;
    }
}
