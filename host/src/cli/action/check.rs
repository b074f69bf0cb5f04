//! `action check`: builds a module, plays its cases and sweeps them, and tells what came of it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::{bad_component, build_modules, load, open_catalog};
use crate::catalog::{ActionVersion, Catalog};
use crate::cli::answer::answer;
use crate::cli::folders::{ActionsFolder, CodeFolder, shown};
use crate::cli::progress::Progress;
use crate::cli::{Failure, show};
use crate::conformance::{Case, CheckedCase, Conformance, Seen, SuiteReport, junit, sweep_all};
use crate::sandbox::{Limits, Sandbox};

/// The folder of a module's cases.
const CASES: &str = "cases";

#[derive(Args)]
pub(in crate::cli) struct CheckArgs {
    /// Folder of an action module, with its cases in cases/
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Plays this case only
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// Plays the cases as they are stated, and disturbs nothing
    #[arg(long)]
    no_sweeps: bool,
    /// Cases at once [default: one for each core]
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<NonZeroUsize>,
    /// Writes the result as JUnit's XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    actions: ActionsFolder,
    #[command(flatten)]
    code: CodeFolder,
    /// Prints one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

impl CheckArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let cases = cases(&self.folder, self.case.as_deref())?;
        let built = build_modules(vec![self.folder.clone()], &self.actions)?;
        let component = built.first().map(|built| built.component.as_path()).unwrap_or(&self.folder);
        let (mut report, version) = self.check(&cases, component).await?;
        if self.case.is_some() {
            // One case shows little of what a definition says.
            report.capabilities_unused.clear();
            report.codes_unmet.clear();
        }
        if let Some(file) = &self.junit {
            write(file, &junit(&report))?;
        }
        if self.json {
            let mut told = serde_json::json!(report);
            told["passed"] = report.passed().into();
            told["digest"] = serde_json::json!(version.digest);
            answer(told);
        } else {
            answer(show::suite(&report).trim_end());
        }
        Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn check(&self, cases: &[Case], component: &Path) -> Result<(SuiteReport, Arc<ActionVersion>), Failure> {
        let jobs = self.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let (sandbox, catalog) = open_catalog(&self.code)?;
        let (version, wasm) = load(&catalog, component).await?;
        let version = Arc::new(version);
        let conformance = Conformance::new(sandbox)
            .map_err(|error| Failure::new(error.into(), "look at the machine's TLS and socket settings"))?;
        let counted = Counted::begin("playing", cases.len());
        let played = conformance.check_all(&version, cases, jobs, &|case| counted.done(case)).await;
        let (mut checked, seen): (Vec<CheckedCase>, Vec<Seen>) =
            cases.iter().zip(played).map(|(case, played)| CheckedCase::new(case, played)).unzip();
        if !self.no_sweeps {
            self.sweep(cases, &mut checked, &wasm, jobs).await?;
        }
        Ok((SuiteReport::new(&version.definition, checked, &seen), version))
    }

    /// Sweeps the cases that hold: the others have no course to disturb.
    async fn sweep(
        &self,
        cases: &[Case],
        checked: &mut [CheckedCase],
        wasm: &[u8],
        jobs: usize,
    ) -> Result<(), Failure> {
        // An engine of its own, whose plays depend on no other thread.
        let sandbox = Sandbox::without_ticks().map_err(|error| {
            Failure::new(error.into(), "the instance pool reserves address space; raise `ulimit -v` if it is limited")
        })?;
        let sandbox = Arc::new(sandbox);
        let catalog = Catalog::open(Arc::clone(&sandbox), self.code.path()?).map_err(bad_component)?;
        let version = Arc::new(catalog.load(wasm, Limits::default()).await.map_err(bad_component)?);
        let mut holding: Vec<_> = checked.iter_mut().zip(cases).filter(|(checked, _)| checked.holds()).collect();
        let swept: Vec<Case> = holding.iter().map(|(_, case)| (*case).clone()).collect();
        let counted = Counted::begin("sweeping", swept.len());
        let swept =
            tokio::task::block_in_place(|| sweep_all(&sandbox, &version, &swept, jobs, &|case| counted.done(case)));
        for ((checked, _), swept) in holding.iter_mut().zip(swept) {
            checked.swept(swept);
        }
        Ok(())
    }
}

/// The cases of the module in `folder`, or the one that is named.
fn cases(folder: &Path, named: Option<&str>) -> Result<Vec<Case>, Failure> {
    let cases_folder = folder.join(CASES);
    let has_any =
        std::fs::read_dir(&cases_folder).is_ok_and(|entries| entries.flatten().any(|entry| entry.path().is_dir()));
    if folder.join("Cargo.toml").is_file() && !has_any {
        let error = anyhow!("{} holds no case", shown(&cases_folder));
        let hint = "make a folder there for each fact, with a case.json in it, as tests/README.md describes";
        return Err(Failure::usage(error, hint).with_code("no_cases"));
    }
    if !has_any {
        // Not a module; what builds it says so best.
        return Ok(Vec::new());
    }
    let read = match named {
        None => Case::read_all(&cases_folder),
        Some(name) if !cases_folder.join(name).is_dir() => {
            let error = anyhow!("{} has no case '{name}'", shown(folder));
            return Err(Failure::usage(error, "name a folder of its cases").with_code("unknown_case"));
        }
        Some(name) => Case::read(&cases_folder.join(name)).map(|case| vec![case]),
    };
    read.map_err(|error| {
        Failure::new(error.into(), "mend what is named; tests/README.md describes case.json").with_code("bad_case")
    })
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).with_context(|| format!("{} can't be written", shown(file))).map_err(|error| {
        Failure::usage(error, "name a file in a folder that is there and that you may write to")
            .with_code("unwritable_file")
    })
}

/// Progress in cases.
struct Counted {
    progress: Progress,
    done: AtomicUsize,
    of: usize,
}

impl Counted {
    fn begin(what: &str, of: usize) -> Self {
        Self { progress: Progress::begin(&format!("{what} {of} cases")), done: AtomicUsize::new(0), of }
    }

    fn done(&self, case: &Case) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.say(&format!("{done} of {}: {}", self.of, case.name));
    }
}
