//! The Rust author's SDK of the contract `qbo:actions`: one trait to implement, a QuickBooks
//! company to call, decimal money, and the business rules that all sales share.
//!
//! It owns the typed face of the contract. It must not know the host, and it decides nothing
//! that the host decides: no retries, no request ids, no clock.

mod action;
#[doc(hidden)]
pub mod bindings;
pub mod codes;
mod company;
mod date;
pub mod definition;
mod enrollment;
mod fault;
mod inputs;
pub mod keys;
pub mod log;
pub mod money;
pub mod payment;
mod problem;
mod properties;
pub mod quickbooks;
pub mod sale;

pub use action::{Action, Handler};
pub use company::{Calls, Company, Untyped};
pub use date::Date;
pub use enrollment::{Associated, CrmObject, Document, Enrollment};
pub use fault::Fault;
pub use problem::{Outcome, Problem, Problems, Refusal, RefusalKind};

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
