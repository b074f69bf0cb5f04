//! Wrong use of the command line, told like every other error, also as JSON.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Failure;
use super::answer::answer;

/// Tells what clap has to say: help and version as they are, the rest as an error.
pub(super) fn tell(refused: &clap::Error) -> ExitCode {
    match refused.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            answer(refused.render().to_string().trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", refused.render());
            ExitCode::from(2)
        }
        // Open outside clap; whatever is added there is a wrong use too.
        _ => failure(refused).tell(std::env::args_os().any(|argument| argument == "--json")),
    }
}

fn failure(refused: &clap::Error) -> Failure {
    let rendered = refused.render().to_string();
    let first = rendered.split("\n\n").next().unwrap_or_default();
    let message = first.trim_start_matches("error: ").split_whitespace().collect::<Vec<_>>().join(" ");
    Failure::usage(anyhow::Error::msg(message), hint(refused))
}

/// What was probably meant, or else how the command is used.
fn hint(refused: &clap::Error) -> String {
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let meant = meant.into_iter().find_map(|kind| match refused.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(several) => several.first().cloned(),
        _ => None,
    });
    if let Some(meant) = meant {
        return format!("did you mean {meant}? `--help` tells more");
    }
    match refused.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => {
            let usage = usage.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            format!("{}; `--help` tells more", usage.trim_start_matches("Usage: "))
        }
        _ => "`--help` tells how it is used".into(),
    }
}
