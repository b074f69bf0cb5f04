//! What the simulated QuickBooks does, one fact a test.

#[path = "quickbooks/client.rs"]
mod client;
#[path = "quickbooks/estimates.rs"]
mod estimates;
#[path = "quickbooks/faults.rs"]
mod faults;
#[path = "quickbooks/idempotency.rs"]
mod idempotency;
#[path = "quickbooks/invoices.rs"]
mod invoices;
#[path = "quickbooks/lists.rs"]
mod lists;
#[path = "quickbooks/names.rs"]
mod names;
#[path = "quickbooks/numbers.rs"]
mod numbers;
#[path = "quickbooks/oauth.rs"]
mod oauth;
#[path = "quickbooks/query.rs"]
mod query;
#[path = "quickbooks/seeds.rs"]
mod seeds;
#[path = "quickbooks/tax.rs"]
mod tax;
#[path = "quickbooks/wire.rs"]
mod wire;
