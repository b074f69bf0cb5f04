//! The real binary: built once, started with nothing of this process's settings, listened to line by
//! line.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::checkout;
use serde_json::Value;

/// A child that is silent for so long hangs. Another test may be building a component meanwhile.
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// The binary of the profile and the target folder that these tests were built in.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(build)
}

fn build() -> PathBuf {
    // The tests are `<target>/<profile>/deps/all-…`.
    let tests = std::env::current_exe().expect("a running program has a path");
    let profile = tests.ancestors().nth(2).expect("a folder of the profile");
    let target = profile.parent().expect("a target folder");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(checkout()).args(["build", "--bins", "--package", "qbo-host", "--message-format", "json"]);
    cargo.arg("--target-dir").arg(target);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(built.status.success(), "the binary does not build");
    let messages = String::from_utf8(built.stdout).expect("cargo tells JSON");
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut binaries = messages.filter(|message| message["target"]["name"] == "qbo-host");
    let executable = binaries.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.expect("cargo names the binary")
}

/// The binary with arguments, in the checkout.
pub fn qbo_host(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(checkout()).args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("QBO_HOST_") {
            command.env_remove(name);
        }
    }
    command
}

/// A command that came to its end.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// What it answered.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Finished {
    let output = command.output().expect("the binary starts");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("the answer is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("errors are UTF-8"),
    }
}

impl Finished {
    /// The one JSON object that it answered with.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its error as JSON has the code and a hint, and the exit code is `exit`.
    pub fn assert_error(&self, exit: i32, code: &str) {
        assert_eq!(self.code, Some(exit), "{self:?}");
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "{error}");
        for member in ["message", "hint"] {
            assert!(error[member].as_str().is_some_and(|text| !text.is_empty()), "{error} has no {member}");
        }
    }
}

/// A command that goes on until it is told to stop.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        // Read elsewhere, so that waiting for a line can have an end.
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The next line that holds `part`.
    pub fn line_with(&mut self, part: &str) -> String {
        loop {
            match self.lines.recv_timeout(SILENCE_MAX) {
                Ok(line) if line.contains(part) => return line,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => panic!("no line with '{part}' came"),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended before '{part}': {}", self.said()),
            }
        }
    }

    /// The text after `label` in the next line that holds it.
    pub fn text_after(&mut self, label: &str) -> String {
        let line = self.line_with(label);
        line.split_once(label).map(|(_, text)| text.trim().to_owned()).unwrap_or_default()
    }

    /// Its number among the machine's processes.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, as a terminal or a service manager does.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("bash").args(["-c", &format!("kill -{signal} {}", self.child.id())]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal can't be sent");
    }

    /// Sends a signal, and gives how it ended and when.
    pub fn stop(self, signal: &str) -> (ExitStatus, Duration) {
        self.signal(signal);
        self.end()
    }

    /// Waits for its end, and gives how it ended and when.
    pub fn end(mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        while self.lines.recv_timeout(SILENCE_MAX).is_ok() {}
        (self.child.wait().expect("a child ends"), began.elapsed())
    }

    fn said(&mut self) -> String {
        let mut said = String::new();
        let read = self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said));
        assert!(read.is_some_and(|read| read.is_ok()), "its errors can't be read");
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
