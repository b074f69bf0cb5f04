//! `run`: starts one action for one object, by this command or by a service, and leads the runs of a
//! service to their end.

mod decide;
mod list;
mod remote;
mod start;

use std::process::ExitCode;

use clap::Subcommand;

use super::Failure;

#[derive(Subcommand)]
pub(super) enum RunCommand {
    /// Runs an action for one object and tells how it ended
    #[command(after_help = "\
Examples:
  qbo-host run start --action create-invoice --object deal:1001 --preview
  qbo-host run start --action create-invoice --object deal:1001 --event monday
  qbo-host run start --action create-invoice --object deal:1003 \\
      --input create_product=yes --input income_account=79
  qbo-host run start --action create-invoice --object deal:1001 --service http://127.0.0.1:8500

`qbo-host action inspect` tells the inputs of an action. With --service the run is the service's:
its actions, connections and approvals hold, and the run goes on when this command ends.")]
    Start(Box<start::StartArgs>),
    /// Lists the runs of a service, newest first
    #[command(after_help = "\
Examples:
  qbo-host run list
  qbo-host run list --status held --company 4620816365000000001")]
    List(list::ListArgs),
    /// Shows one run of a service: how it stands, its calls, and everything that happened to it
    #[command(after_help = "\
Examples:
  qbo-host run show 0123456789abcdef0123456789abcdef")]
    Show(list::ShowArgs),
    /// Lets a held run go on from its last accepted write
    #[command(after_help = "\
Examples:
  qbo-host run resume 0123456789abcdef0123456789abcdef
  qbo-host run resume 0123456789abcdef0123456789abcdef --version 1.0.1")]
    Resume(decide::ResumeArgs),
    /// Lets a run begin anew, when nothing that it made stands in QuickBooks
    #[command(after_help = "\
Examples:
  qbo-host run restart 0123456789abcdef0123456789abcdef")]
    Restart(decide::RunArgs),
    /// Ends a run that has not ended, once what it sent is answered
    #[command(after_help = "\
Examples:
  qbo-host run cancel 0123456789abcdef0123456789abcdef")]
    Cancel(decide::RunArgs),
}

impl RunCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Start(start) => start.json,
            Self::List(list) => list.json,
            Self::Show(show) => show.json,
            Self::Resume(resume) => resume.run.json,
            Self::Restart(run) | Self::Cancel(run) => run.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Start(start) => start.run().await,
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Resume(resume) => resume.run().await,
            Self::Restart(run) => run.restart().await,
            Self::Cancel(run) => run.cancel().await,
        }
    }
}
