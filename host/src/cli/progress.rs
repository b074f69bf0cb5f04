//! Progress of long work, on standard error: a line that moves on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Tells how a piece of work goes on.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Says what begins.
    pub(super) fn begin(what: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            eprintln!("{what} …");
            return Self { bar: None };
        }
        let bar = ProgressBar::new_spinner().with_prefix(what.to_owned());
        // The line never breaks: only a line of its own can be drawn over.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} ({elapsed}) {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar: Some(bar) }
    }

    /// Shows the latest line of what the work says.
    pub(super) fn say(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(line.to_owned());
        } else if line.starts_with("wasm-target:") {
            eprintln!("{line}");
        }
    }

    /// The work is done; the line goes away.
    pub(super) fn done(self) {}
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
