//! Standard output: what a command answers with. Nothing else writes there.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

/// Writes one answer and a line's end.
pub(super) fn answer(text: impl Display) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    // Whoever reads may stop early, as `head` does; the command itself goes on to its end.
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("error: the answer can't be written");
        eprintln!("caused by: {error}");
        eprintln!("hint: make room where standard output goes");
    }
}
