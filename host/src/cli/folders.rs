//! Folders that commands keep things in. Unless they are named they belong to the checkout that the
//! command is run in, whatever folder of it is the current one.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::Failure;
use crate::catalog::build;

/// Where built components are.
#[derive(Args, Clone)]
pub(super) struct ActionsFolder {
    /// Folder of the built components [default: target/actions of the checkout]
    #[arg(long, value_name = "FOLDER", env = "QBO_HOST_ACTIONS", hide_env_values = true)]
    actions: Option<PathBuf>,
}

/// Where compiled code is.
#[derive(Args, Clone)]
pub(super) struct CodeFolder {
    /// Folder of compiled code; only this user may write to it [default: target/code-cache of the
    /// checkout]
    #[arg(long, value_name = "FOLDER", env = "QBO_HOST_CODE_CACHE", hide_env_values = true)]
    code_cache: Option<PathBuf>,
}

impl ActionsFolder {
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        named_or(self.actions.as_deref(), "target/actions")
    }

    /// Whether actions are found there by their name alone.
    pub(super) fn is_usual(&self) -> bool {
        self.actions.is_none()
    }
}

impl CodeFolder {
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        named_or(self.code_cache.as_deref(), "target/code-cache")
    }
}

fn named_or(named: Option<&Path>, usual: &str) -> Result<PathBuf, Failure> {
    let here = current()?;
    match named {
        Some(named) => Ok(here.join(named)),
        None => Ok(build::checkout(&here).unwrap_or(here).join(usual)),
    }
}

/// The current folder.
pub(super) fn current() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .context("the current folder can't be told")
        .map_err(|error| Failure::new(error, "change to a folder that exists"))
}

/// A path as it is shortest from here.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
