//! Compiles action modules, each on its own, to components. Makes sure of the compiler's target
//! first, by the same script that CI uses.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// The script, part of the program so that an author needs no checkout of ours.
const WASM_TARGET: &str = include_str!("../../../.ci/wasm-target");

/// What a component is compiled with, whatever the author's own manifest says. The stack: rustc's
/// default of 1 MiB lies first in memory and pushes data and heap out of the part that stays
/// resident between runs, so that each run pays page faults.
const SETTINGS: [&str; 6] = [
    r#"profile.release.opt-level="s""#,
    "profile.release.lto=true",
    "profile.release.codegen-units=1",
    r#"profile.release.panic="abort""#,
    "profile.release.strip=true",
    r#"target.wasm32-wasip2.rustflags=["-C","link-arg=-zstack-size=131072"]"#,
];

/// A compiled action module.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Built {
    /// The crate's name.
    pub name: String,
    /// Its component.
    pub component: PathBuf,
}

/// The folder with `action-modules` at or above `from`: the root of a checkout.
pub fn checkout(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join("action-modules").is_dir()).map(Path::to_owned)
}

/// The action modules of a checkout, by name.
pub fn modules(checkout: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let folder = checkout.join("action-modules");
    let entries = std::fs::read_dir(&folder).map_err(|cause| BuildError::NoModule { path: folder.clone(), cause })?;
    let mut modules: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("Cargo.toml").is_file()).collect();
    modules.sort();
    Ok(modules)
}

/// Makes sure that the compiler has its target. Does nothing when it has.
pub fn ensure_target(progress: &dyn Fn(&str)) -> Result<(), BuildError> {
    let mut script = Command::new("bash");
    script.arg("-s").stdin(Stdio::piped()).stdout(Stdio::null());
    let said = run(script, Some(WASM_TARGET), progress)?;
    said.map_err(|said| BuildError::NoTarget(said.join("\n")))
}

/// Compiles the module at `path` into `target_folder`, and gives its component.
pub fn build(path: &Path, target_folder: &Path, progress: &dyn Fn(&str)) -> Result<Built, BuildError> {
    let manifest = path.join("Cargo.toml");
    std::fs::metadata(&manifest).map_err(|cause| BuildError::NoModule { path: path.into(), cause })?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--target", "wasm32-wasip2", "--message-format", "json-render-diagnostics"]);
    cargo.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(target_folder);
    for setting in SETTINGS {
        cargo.args(["--config", setting]);
    }
    // Flags of a cargo that runs this program are meant for another target.
    for inherited in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
        cargo.env_remove(inherited);
    }
    for (name, value) in fallback_compiler() {
        cargo.env(name, value);
    }
    cargo.stdout(Stdio::piped());
    let mut artifacts = Artifacts::default();
    let said = run_reading(cargo, None, progress, &mut |line| artifacts.read(line))?;
    said.map_err(|said| BuildError::Failed { path: path.into(), said: said.join("\n") })?;
    let (name, compiled) = artifacts.component.ok_or_else(|| BuildError::NoComponent(path.into()))?;
    let component = target_folder.join(format!("{name}.wasm"));
    let kept = std::fs::read(&compiled).and_then(|wasm| keep(&component, &wasm));
    kept.map_err(|cause| BuildError::NoModule { path: compiled, cause })?;
    Ok(Built { name, component })
}

/// Replaces the file in one step, and only if it differs: others may be reading it.
fn keep(path: &Path, wasm: &[u8]) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|kept| kept == wasm) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(wasm)?;
    file.persist(path)?;
    Ok(())
}

/// Cargo's settings where only Debian's own compiler has the target; the script writes them.
fn fallback_compiler() -> Vec<(String, String)> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let settings = cache.and_then(|cache| std::fs::read_to_string(cache.join("qbo-host/wasm-target.env")).ok());
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    settings.unwrap_or_default().lines().filter_map(pair).collect()
}

/// What cargo says it made.
#[derive(Default)]
struct Artifacts {
    component: Option<(String, PathBuf)>,
}

impl Artifacts {
    fn read(&mut self, line: &str) {
        #[derive(Deserialize)]
        struct Message {
            target: Target,
            filenames: Vec<PathBuf>,
            package_id: String,
            manifest_path: PathBuf,
        }
        #[derive(Deserialize)]
        struct Target {
            crate_types: Vec<String>,
        }
        let Ok(message) = serde_json::from_str::<Message>(line) else { return };
        if !message.target.crate_types.iter().any(|kind| kind == "cdylib") || message.package_id.is_empty() {
            return;
        }
        let wasm = message.filenames.into_iter().find(|file| file.extension().is_some_and(|kind| kind == "wasm"));
        let module = message.manifest_path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into());
        if let (Some(wasm), Some(module)) = (wasm, module) {
            self.component = Some((module, wasm));
        }
    }
}

fn run(
    command: Command,
    input: Option<&'static str>,
    progress: &dyn Fn(&str),
) -> Result<Result<(), Vec<String>>, BuildError> {
    run_reading(command, input, progress, &mut |_| {})
}

/// Runs a command, passing each line of its standard error on as progress. The inner error holds
/// the last lines of a command that failed.
fn run_reading(
    mut command: Command,
    input: Option<&'static str>,
    progress: &dyn Fn(&str),
    read: &mut dyn FnMut(&str),
) -> Result<Result<(), Vec<String>>, BuildError> {
    /// Lines of a failed command that are shown.
    const LINES_MAX: usize = 40;
    let program = command.get_program().to_string_lossy().into_owned();
    let no_program = |cause| BuildError::NoProgram { program: program.clone(), cause };
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(no_program)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(text.as_bytes()).map_err(no_program)?;
    }
    let stdout = child.stdout.take();
    // Both pipes are read at once, or a full one would stop the child.
    let reader = std::thread::spawn(move || {
        stdout
            .map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let mut said = std::collections::VecDeque::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            progress(line.trim());
            said.push_back(line);
            if said.len() > LINES_MAX {
                said.pop_front();
            }
        }
    }
    let status = child.wait().map_err(no_program)?;
    for line in reader.join().unwrap_or_default() {
        read(&line);
    }
    Ok(if status.success() { Ok(()) } else { Err(said.into()) })
}

/// An action module can't be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Not a crate.
    #[error("{} is not an action module", path.display())]
    NoModule {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// A program is missing.
    #[error("{program} can't be run")]
    NoProgram {
        /// Which.
        program: String,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// The compiler has no wasm32-wasip2.
    #[error("the compiler can't make components\n{0}")]
    NoTarget(String),
    /// The compiler said no.
    #[error("{} does not compile\n{said}", path.display())]
    Failed {
        /// The module.
        path: PathBuf,
        /// The compiler's last lines.
        said: String,
    },
    /// It compiled, but not to a component.
    #[error("{} makes no component", .0.display())]
    NoComponent(PathBuf),
}

impl BuildError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoModule { .. } => "give the folder of a crate, such as action-modules/create-invoice",
            Self::NoProgram { .. } => "install Rust with rustup, and bash",
            Self::NoTarget(_) => "run `rustup target add wasm32-wasip2` on a connected machine",
            Self::Failed { .. } => "mend what the compiler names",
            Self::NoComponent(_) => "its Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib]",
        }
    }
}
