//! `action build` and `action inspect`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::progress::Progress;
use super::{Failure, show};
use crate::catalog::build::{self, Built};
use crate::catalog::{ActionVersion, BadComponent, Catalog, verify};
use crate::sandbox::{Limits, Sandbox};

#[derive(Subcommand)]
pub(super) enum ActionCommand {
    /// Compiles action modules to components
    Build(BuildArgs),
    /// Tells what a component is and what it asks for
    Inspect(InspectArgs),
}

/// Where components and compiled code are kept.
#[derive(Args, Clone)]
pub(super) struct Folders {
    /// Folder of the built components
    #[arg(long, value_name = "FOLDER", env = "QBO_HOST_ACTIONS", default_value = "target/actions")]
    pub(super) actions: PathBuf,
    /// Folder of compiled code; only this user may write to it
    #[arg(long, value_name = "FOLDER", env = "QBO_HOST_CODE_CACHE", default_value = "target/code-cache")]
    pub(super) code_cache: PathBuf,
}

#[derive(Args)]
pub(super) struct BuildArgs {
    /// Folders of action modules; all of action-modules/ when none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    folders: Folders,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct InspectArgs {
    /// A component
    file: PathBuf,
    #[command(flatten)]
    folders: Folders,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

impl ActionCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Build(build) => build.json,
            Self::Inspect(inspect) => inspect.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Build(build) => build.run(),
            Self::Inspect(inspect) => inspect.run().await,
        }
    }
}

impl BuildArgs {
    fn run(self) -> Result<ExitCode, Failure> {
        let built = build_modules(self.paths, &self.folders.actions)?;
        if self.json {
            println!("{}", serde_json::json!({ "built": built }));
        } else {
            for Built { name, component } in &built {
                println!("{name}  {}", component.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Builds the modules at `paths`, or all of the checkout's.
pub(super) fn build_modules(paths: Vec<PathBuf>, actions: &Path) -> Result<Vec<Built>, Failure> {
    let told = |error: build::BuildError| {
        let hint = error.hint();
        Failure::new(error.into(), hint)
    };
    let paths = if paths.is_empty() {
        let here = std::env::current_dir().context("the current folder is gone").map_err(|e| Failure::new(e, ""))?;
        let Some(checkout) = build::checkout(&here) else {
            let error = anyhow::anyhow!("there is no action-modules folder here or above");
            return Err(Failure::usage(error, "run this in a checkout, or name the folder of an action module"));
        };
        build::modules(&checkout).map_err(told)?
    } else {
        paths
    };
    let actions = std::path::absolute(actions).context("no such folder").map_err(|e| Failure::new(e, ""))?;
    let progress = Progress::begin("making sure of wasm32-wasip2");
    build::ensure_target(&|line| progress.say(line)).map_err(told)?;
    progress.done();
    let mut built = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let progress = Progress::begin(&format!("building {name}"));
        built.push(build::build(path, &actions, &|line| progress.say(line)).map_err(told)?);
        progress.done();
    }
    Ok(built)
}

/// A sandbox, and a catalog on it.
pub(super) fn open_catalog(folders: &Folders) -> Result<(Arc<Sandbox>, Catalog), Failure> {
    let sandbox = Sandbox::start().map_err(|error| {
        Failure::new(error.into(), "the instance pool reserves address space; raise `ulimit -v` if it is limited")
    })?;
    let sandbox = Arc::new(sandbox);
    let catalog = Catalog::open(Arc::clone(&sandbox), folders.code_cache.clone()).map_err(bad_component)?;
    Ok((sandbox, catalog))
}

/// Loads the component in `file`.
pub(super) async fn load(catalog: &Catalog, file: &Path) -> Result<ActionVersion, Failure> {
    let wasm = read(file)?;
    let loaded = catalog.load(&wasm, Limits::default()).await;
    loaded.map_err(bad_component).map_err(|mut failure| {
        failure.error = failure.error.context(format!("{} is not an action", file.display()));
        failure
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).with_context(|| format!("{} can't be read", file.display())).map_err(|error| {
        Failure::usage(error, "name a .wasm file, as `qbo-host action build` makes them")
    })
}

fn bad_component(error: BadComponent) -> Failure {
    let (hint, code) = (error.hint(), error.code());
    Failure::new(error.into(), hint).with_code(code)
}

impl InspectArgs {
    async fn run(self) -> Result<ExitCode, Failure> {
        let (_sandbox, catalog) = open_catalog(&self.folders)?;
        let version = load(&catalog, &self.file).await?;
        let wasm = read(&self.file)?;
        let component = verify(&wasm).map_err(BadComponent::from).map_err(bad_component)?;
        if self.json {
            println!("{}", show::component_json(&version, &component, wasm.len()));
        } else {
            print!("{}", show::component(&version, &component, wasm.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
