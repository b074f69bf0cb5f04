//! The service as its callers meet it: the real binary with the real `create-invoice`, on real HTTP,
//! against both simulators.

mod backups;
mod bad_requests;
mod callbacks;
mod checks;
mod commands;
mod components;
mod connections;
mod decisions;
mod lifecycle;
mod options;
mod serving;
mod settings;
mod starts;
mod written_back;
