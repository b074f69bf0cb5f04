//! `action`: builds, inspects and checks components, and shows the choices of their inputs.

mod check;
mod options;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::answer::answer;
use super::folders::{ActionsFolder, CodeFolder, current, shown};
use super::progress::Progress;
use super::{Failure, show};
use crate::catalog::build::{self, Built};
use crate::catalog::{ActionVersion, BadComponent, Catalog};
use crate::sandbox::{Limits, Polled, Sandbox};

#[derive(Subcommand)]
pub(super) enum ActionCommand {
    /// Compiles action modules to components
    #[command(after_help = "\
Examples:
  qbo-host action build
  qbo-host action build action-modules/create-invoice")]
    Build(BuildArgs),
    /// Tells what a component is and what it asks for
    #[command(after_help = "\
Examples:
  qbo-host action inspect target/actions/create-invoice.wasm
  qbo-host action inspect target/actions/create-invoice.wasm --json")]
    Inspect(InspectArgs),
    /// Holds an action to its cases, and to whatever may befall their runs
    #[command(after_help = "\
Examples:
  qbo-host action check action-modules/create-invoice
  qbo-host action check . --case the-billing-contact-comes-first
  qbo-host action check . --junit target/junit.xml

Exit codes: 0 everything holds, 1 something does not or the module does not build, 2 used wrongly.")]
    Check(check::CheckArgs),
    /// Shows the choices of an input, as a service has them
    #[command(after_help = "\
Examples:
  qbo-host action options create-invoice payment_terms
  qbo-host action options create-invoice customer --search cool")]
    Options(options::OptionsArgs),
}

#[derive(Args)]
pub(super) struct BuildArgs {
    /// Folders of action modules; all of action-modules/ when none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    actions: ActionsFolder,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct InspectArgs {
    /// A component
    file: PathBuf,
    #[command(flatten)]
    code: CodeFolder,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

impl ActionCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Build(build) => build.json,
            Self::Inspect(inspect) => inspect.json,
            Self::Check(check) => check.json,
            Self::Options(options) => options.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Build(build) => build.run(),
            Self::Inspect(inspect) => inspect.run().await,
            Self::Check(check) => check.run().await,
            Self::Options(options) => options.run().await,
        }
    }
}

impl BuildArgs {
    fn run(self) -> Result<ExitCode, Failure> {
        let built = build_modules(self.paths, &self.actions)?;
        if self.json {
            answer(serde_json::json!({ "built": built }));
            return Ok(ExitCode::SUCCESS);
        }
        for Built { name, component } in &built {
            answer(format_args!("{name}  {}", shown(component)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Builds the modules at `paths`, or all of the checkout's.
pub(super) fn build_modules(paths: Vec<PathBuf>, actions: &ActionsFolder) -> Result<Vec<Built>, Failure> {
    let told = |error: build::BuildError| {
        let hint = error.hint();
        Failure::new(error.into(), hint).with_code("not_built")
    };
    let paths = if paths.is_empty() {
        let Some(checkout) = build::checkout(&current()?) else {
            let error = anyhow::anyhow!("there is no action-modules folder here or above");
            let hint = "run this in a checkout, or name the folder of an action module";
            return Err(Failure::usage(error, hint).with_code("no_checkout"));
        };
        build::modules(&checkout).map_err(told)?
    } else {
        paths
    };
    let actions = actions.path()?;
    let progress = Progress::begin("checking that the compiler has wasm32-wasip2");
    build::ensure_target(&|line| progress.say(line)).map_err(told)?;
    progress.done();
    let mut built = Vec::new();
    for path in &paths {
        let progress = Progress::begin(&format!("building {}", module_name(path)));
        built.push(build::build(path, &actions, &|line| progress.say(line)).map_err(told)?);
        progress.done();
    }
    Ok(built)
}

/// A module is called by its folder, also where that is given as `.`.
fn module_name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole.file_name().unwrap_or(whole.as_os_str()).to_string_lossy().into_owned()
}

/// A sandbox, and a catalog on it.
pub(super) fn open_catalog(code: &CodeFolder) -> Result<(Arc<Sandbox>, Catalog), Failure> {
    open_catalog_in(code.path()?, None)
}

/// The same, with compiled code in `folder`. A host that keeps running marks whose code is running.
pub(super) fn open_catalog_in(folder: PathBuf, polled: Option<Polled>) -> Result<(Arc<Sandbox>, Catalog), Failure> {
    let sandbox = Sandbox::start().map_err(|error| {
        Failure::new(error.into(), "the instance pool reserves address space; raise `ulimit -v` if it is limited")
    })?;
    let sandbox = Arc::new(match polled {
        Some(polled) => sandbox.marking(polled),
        None => sandbox,
    });
    let catalog = Catalog::open(Arc::clone(&sandbox), folder).map_err(bad_component)?;
    Ok((sandbox, catalog))
}

/// Loads the component in `file`; gives its bytes too.
pub(super) async fn load(catalog: &Catalog, file: &Path) -> Result<(ActionVersion, Vec<u8>), Failure> {
    let wasm = read(file)?;
    match catalog.load(&wasm, Limits::default()).await {
        Ok(version) => Ok((version, wasm)),
        Err(error @ BadComponent::NoCache { .. }) => Err(bad_component(error)),
        Err(error) => {
            let mut failure = bad_component(error);
            failure.error = failure.error.context(format!("{} is not an action", shown(file)));
            Err(failure)
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).with_context(|| format!("{} can't be read", shown(file))).map_err(|error| {
        let hint = "name a .wasm file that you may read, as `qbo-host action build` makes them";
        Failure::usage(error, hint).with_code("unreadable_file")
    })
}

fn bad_component(error: BadComponent) -> Failure {
    let (hint, code) = (error.hint(), error.code());
    Failure::new(error.into(), hint).with_code(code)
}

impl InspectArgs {
    async fn run(self) -> Result<ExitCode, Failure> {
        let (_sandbox, catalog) = open_catalog(&self.code)?;
        let (version, wasm) = load(&catalog, &self.file).await?;
        if self.json {
            answer(show::component_json(&version, wasm.len()));
        } else {
            answer(show::component(&version, wasm.len()).trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}
