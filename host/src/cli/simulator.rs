//! `simulator`: a QuickBooks company and a HubSpot portal on this machine.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::server::Server;

use super::Failure;
use super::connect::{HUBSPOT_PORT, QUICKBOOKS_PORT};

/// The two simulators, filled with their sample companies and deals.
#[derive(Args)]
pub(super) struct Simulators {
    /// Where QuickBooks listens
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from(([127, 0, 0, 1], QUICKBOOKS_PORT)))]
    quickbooks: SocketAddr,
    /// Where HubSpot listens
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from(([127, 0, 0, 1], HUBSPOT_PORT)))]
    hubspot: SocketAddr,
}

/// Both, running.
pub(super) struct Running {
    pub(super) quickbooks: Server,
    pub(super) hubspot: Server,
}

impl Simulators {
    /// On the ports that `run start` expects.
    pub(super) fn usual() -> Self {
        let port = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self { quickbooks: port(QUICKBOOKS_PORT), hubspot: port(HUBSPOT_PORT) }
    }

    /// On free ports.
    pub(super) fn anywhere() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { quickbooks: any, hubspot: any }
    }

    pub(super) fn start(&self) -> Result<Running, Failure> {
        for address in [self.quickbooks, self.hubspot] {
            if !address.ip().is_loopback() {
                let error = anyhow::anyhow!("{address} is not an address of this machine alone");
                return Err(Failure::usage(error, "the simulators hold no secrets and ask for none; use 127.0.0.1"));
            }
        }
        let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
        let listening = |address: SocketAddr| format!("no simulator can listen on {address}");
        let hint = "stop whatever listens there, or name another address with --quickbooks and --hubspot";
        let quickbooks = Server::start(self.quickbooks, move |request| {
            let books = books.clone();
            async move { books.handle(request).await }
        });
        let quickbooks = quickbooks.with_context(|| listening(self.quickbooks)).map_err(|e| Failure::new(e, hint))?;
        let hubspot = Server::start(self.hubspot, move |request| {
            let portal = portal.clone();
            async move { portal.handle(request).await }
        });
        let hubspot = hubspot.with_context(|| listening(self.hubspot)).map_err(|e| Failure::new(e, hint))?;
        Ok(Running { quickbooks, hubspot })
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let running = self.start()?;
        println!("QuickBooks  http://{}", running.quickbooks.address());
        println!("HubSpot     http://{}", running.hubspot.address());
        println!("Both hold their sample data until this command ends. Stop it with Ctrl-C.");
        stopped().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Waits for Ctrl-C, or for the request to end that a service manager sends.
pub(super) async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Without a handler the signal ends the process, which is what was asked for.
    let _ = tokio::signal::ctrl_c().await;
}
