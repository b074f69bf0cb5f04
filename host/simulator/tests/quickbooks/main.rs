//! What the simulated QuickBooks does, one fact a test.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod accounts;
mod automated_tax;
mod balance;
mod batch;
mod changes;
mod client;
mod credit_memos;
mod documents;
mod estimates;
mod exchange_rates;
mod faults;
mod generic;
mod idempotency;
mod invoices;
mod leniency;
mod lists;
mod names;
mod numbers;
mod oauth;
mod payments;
mod preferences;
mod purchases;
mod query;
mod receipts;
mod reports;
mod seeds;
mod settled;
mod tax;
mod webhooks;
mod wire;
