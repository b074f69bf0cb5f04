//! The commands. One file per noun; each goes through the façades of the library. What went wrong is
//! told as `error: … / caused by: … / hint: …`, with exit code 1, or 2 for a wrong use.

mod action;
mod advice;
mod answer;
mod connect;
mod connection;
mod demo;
mod folders;
mod inputs;
mod progress;
mod run;
mod serve;
mod service;
mod show;
mod simulator;
mod stop;
mod store;
mod usage;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use answer::answer;

/// Runs QuickBooks actions: sandboxed WebAssembly components, each of which makes one right document
/// from one HubSpot object, or says why not.
#[derive(Parser)]
#[command(name = "qbo-host", bin_name = "qbo-host", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  qbo-host demo
  qbo-host simulator
  qbo-host run start --action create-invoice --object deal:1001 --preview
  qbo-host serve --config service.toml

Exit codes: 0 done, 1 failed or a person has to look, 2 used wrongly.
QBO_HOST_LOG sets what is logged to standard error, such as info or qbo_host=debug.";

#[derive(Subcommand)]
enum Command {
    /// Shows the whole product on simulators: deals become invoices, two are refused
    Demo(demo::Demo),
    /// Runs the QuickBooks and HubSpot simulators
    Simulator(simulator::Simulators),
    /// Builds and inspects actions
    #[command(subcommand)]
    Action(action::ActionCommand),
    /// Starts runs, and leads them to their end
    #[command(subcommand)]
    Run(Box<run::RunCommand>),
    /// Runs the service: actions, connections and every run, until it is told to stop
    Serve(serve::Serve),
    /// Shows, sets and checks what holds for the connections of a service
    #[command(subcommand)]
    Connection(connection::ConnectionCommand),
    /// Looks after the store of a service
    #[command(subcommand)]
    Store(store::StoreCommand),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refused) => return usage::tell(&refused),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("QBO_HOST_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let json = cli.command.json();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(error.into(), "free some threads or memory").tell(json),
    };
    match runtime.block_on(cli.command.run()) {
        Ok(code) => code,
        Err(failure) => failure.tell(json),
    }
}

impl Command {
    fn json(&self) -> bool {
        match self {
            Self::Demo(demo) => demo.json,
            Self::Simulator(_) => false,
            Self::Action(action) => action.json(),
            Self::Run(run) => run.json(),
            Self::Serve(serve) => serve.json,
            Self::Connection(connection) => connection.json(),
            Self::Store(store) => store.json(),
        }
    }

    async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Demo(demo) => demo.run().await,
            Self::Simulator(simulators) => simulators.run().await,
            Self::Action(action) => action.run().await,
            Self::Run(run) => run.run().await,
            Self::Serve(serve) => serve.run().await,
            Self::Connection(connection) => connection.run().await,
            Self::Store(store) => store.run().await,
        }
    }
}

/// A command that could not do its work.
struct Failure {
    error: anyhow::Error,
    hint: String,
    code: Cow<'static, str>,
    exit: u8,
}

impl Failure {
    /// Something failed: exit code 1.
    fn new(error: anyhow::Error, hint: impl Into<String>) -> Self {
        Self { error, hint: hint.into(), code: "failed".into(), exit: 1 }
    }

    /// The command was used wrongly: exit code 2.
    fn usage(error: anyhow::Error, hint: impl Into<String>) -> Self {
        Self { error, hint: hint.into(), code: "usage".into(), exit: 2 }
    }

    fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = code.into();
        self
    }

    fn tell(&self, json: bool) -> ExitCode {
        let causes: Vec<String> = self.error.chain().skip(1).map(ToString::to_string).collect();
        if json {
            let error = serde_json::json!({
                "code": self.code, "message": self.error.to_string(), "causes": causes, "hint": self.hint,
            });
            answer(serde_json::json!({ "error": error }));
        } else {
            eprintln!("error: {}", self.error);
            for cause in causes {
                eprintln!("caused by: {cause}");
            }
            eprintln!("hint: {}", self.hint);
        }
        ExitCode::from(self.exit)
    }
}
