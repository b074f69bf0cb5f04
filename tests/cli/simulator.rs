//! `simulator`: that it serves, and that it stops when it is asked to.

use std::net::TcpListener;
use std::time::Duration;

use super::binary::{Running, finish, qbo_host};

/// The simulators as a process of their own, on free ports.
pub(super) struct Simulators {
    pub(super) quickbooks: String,
    pub(super) hubspot: String,
    running: Running,
}

impl Simulators {
    pub(super) fn start() -> Self {
        let mut running =
            Running::start(qbo_host(&["simulator", "--quickbooks", "127.0.0.1:0", "--hubspot", "127.0.0.1:0"]));
        let quickbooks = running.text_after("QuickBooks  ");
        let hubspot = running.text_after("HubSpot     ");
        Self { quickbooks, hubspot, running }
    }
}

#[test]
fn either_signal_stops_it_at_once_and_frees_its_ports() {
    for signal in ["TERM", "INT"] {
        let Simulators { quickbooks, hubspot, running } = Simulators::start();
        let (status, took) = running.stop(signal);
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(took < Duration::from_secs(5), "{signal}: it took {took:?} to stop");
        for url in [quickbooks, hubspot] {
            let address = url.trim_start_matches("http://");
            assert!(TcpListener::bind(address).is_ok(), "{address} is still taken");
        }
    }
}

#[test]
fn it_listens_on_this_machine_only() {
    let everywhere = finish(qbo_host(&["simulator", "--quickbooks", "0.0.0.0:0"]));
    assert_eq!(everywhere.code, Some(2));
    assert_eq!(everywhere.stdout, "");
}
