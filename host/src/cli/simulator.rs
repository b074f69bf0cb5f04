//! `simulator`: a QuickBooks company and a HubSpot portal on this machine.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::server::Server;

use super::Failure;
use super::answer::answer;
use super::connect::{HUBSPOT_PORT, QUICKBOOKS_PORT};
use super::stop::StopRequest;

/// Where the two simulators listen.
#[derive(Args)]
pub(super) struct Addresses {
    /// Where the simulated QuickBooks listens [default: 127.0.0.1:8501]
    #[arg(long, value_name = "ADDRESS", env = "QBO_HOST_SIMULATOR_QUICKBOOKS", hide_env_values = true)]
    quickbooks: Option<SocketAddr>,
    /// Where the simulated HubSpot listens [default: 127.0.0.1:8502]
    #[arg(long, value_name = "ADDRESS", env = "QBO_HOST_SIMULATOR_HUBSPOT", hide_env_values = true)]
    hubspot: Option<SocketAddr>,
}

/// The two simulators, filled with their sample companies and deals.
#[derive(Args)]
#[command(after_help = "\
Examples:
  qbo-host simulator
  qbo-host simulator --quickbooks 127.0.0.1:9001 --hubspot 127.0.0.1:9002")]
pub(super) struct Simulators {
    #[command(flatten)]
    addresses: Addresses,
}

/// Both, running.
pub(super) struct Running {
    books: QuickBooks,
    portal: HubSpot,
    quickbooks: Server,
    hubspot: Server,
}

impl Addresses {
    /// Starts both where they were told, or on the ports that `run start` expects.
    pub(super) fn start(&self) -> Result<Running, Failure> {
        start(self.quickbooks.unwrap_or(local(QUICKBOOKS_PORT)), self.hubspot.unwrap_or(local(HUBSPOT_PORT)))
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn start(quickbooks: SocketAddr, hubspot: SocketAddr) -> Result<Running, Failure> {
    for address in [quickbooks, hubspot] {
        if !address.ip().is_loopback() {
            let error = anyhow::anyhow!("{address} is not an address of this machine alone");
            let hint = "the simulators' secrets are known to everybody; use 127.0.0.1";
            return Err(Failure::usage(error, hint).with_code("address_not_local"));
        }
    }
    let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
    let on_quickbooks = books.serve(quickbooks);
    let on_hubspot = portal.serve(hubspot);
    let named = |what: &str, address: SocketAddr| format!("the simulated {what} can't listen on {address}");
    let quickbooks = on_quickbooks.with_context(|| named("QuickBooks", quickbooks));
    let hubspot = on_hubspot.with_context(|| named("HubSpot", hubspot));
    let taken = |error| {
        let hint = "stop what listens there (another simulator, perhaps), or name other addresses with \
                    --quickbooks and --hubspot";
        Failure::new(error, hint).with_code("address_taken")
    };
    Ok(Running { books, portal, quickbooks: quickbooks.map_err(taken)?, hubspot: hubspot.map_err(taken)? })
}

impl Running {
    /// Both, on free ports.
    pub(super) fn anywhere() -> Result<Self, Failure> {
        start(local(0), local(0))
    }

    /// The simulated companies.
    pub(super) fn books(&self) -> &QuickBooks {
        &self.books
    }

    /// The simulated portal.
    pub(super) fn portal(&self) -> &HubSpot {
        &self.portal
    }

    pub(super) fn quickbooks_url(&self) -> String {
        format!("http://{}", self.quickbooks.address())
    }

    pub(super) fn hubspot_url(&self) -> String {
        format!("http://{}", self.hubspot.address())
    }

    /// How `run start` is told where they are; empty where it looks anyway.
    pub(super) fn options(&self) -> String {
        let (quickbooks, hubspot) = (self.quickbooks.address(), self.hubspot.address());
        if (quickbooks, hubspot) == (local(QUICKBOOKS_PORT), local(HUBSPOT_PORT)) {
            return String::new();
        }
        format!(" --quickbooks http://{quickbooks} --hubspot http://{hubspot}")
    }

    pub(super) async fn stop(self) {
        self.quickbooks.stop().await;
        self.hubspot.stop().await;
    }
}

impl Simulators {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let mut stop = StopRequest::listen()?;
        let running = self.addresses.start()?;
        answer(format_args!("QuickBooks  {}", running.quickbooks_url()));
        answer(format_args!("HubSpot     {}", running.hubspot_url()));
        answer("Both hold their data until this command ends. Stop it with Ctrl-C.\nIn another terminal:");
        answer(format_args!("  qbo-host run start --action create-invoice --object deal:1001{}", running.options()));
        stop.received().await;
        running.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
