//! The simulated QuickBooks alone, on a free port, until it is stopped: for clients in other languages.

use std::error::Error;
use std::future;
use std::io::{Write, stdout};
use std::net::SocketAddr;

use qbo_simulator::quickbooks::QuickBooks;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = QuickBooks::seeded().serve(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    // A pipe is written when its buffer is full, and whoever started this waits for the address.
    writeln!(stdout(), "http://{}", server.address())?;
    stdout().flush()?;
    future::pending().await
}
