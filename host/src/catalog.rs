//! Action versions: a component at a digest, checked before anything of it runs, compiled once and
//! kept as compiled code.

pub mod build;
mod code_cache;
mod installed;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;

use crate::action::{BadDefinition, Choices, Condition, Definition, Violation};
use crate::effects::statement::Statement;
use crate::ids::Digest;
use crate::sandbox::{Ending, Limits, Loaded, Sandbox};
pub use code_cache::CodeCache;
pub use installed::{Installed, Version};
pub use verify::{Component, Unfit, verify};

/// A component that was checked, compiled, linked and asked for its definition.
pub struct ActionVersion {
    /// Its definition, as it told it once.
    pub definition: Definition,
    /// The same, as text.
    pub definition_text: String,
    /// What it is.
    pub digest: Digest,
    /// What its bytes tell about it.
    pub component: Component,
    /// Ready to run.
    pub loaded: Loaded,
}

/// Loads action versions.
pub struct Catalog {
    sandbox: Arc<Sandbox>,
    code: CodeCache,
}

impl Catalog {
    /// A catalog whose compiled code is kept in `folder`.
    pub fn open(sandbox: Arc<Sandbox>, folder: PathBuf) -> Result<Self, BadComponent> {
        Ok(Self { sandbox, code: CodeCache::open(folder)? })
    }

    /// Checks, compiles and links a component, and asks it for its definition.
    pub async fn load(&self, wasm: &[u8], limits: Limits) -> Result<ActionVersion, BadComponent> {
        let digest = Digest::of(wasm);
        // Also when the code is there: it may have been compiled by a host that allowed more.
        let component = verify(wasm)?;
        let code = match self.code.get(self.sandbox.engine(), &digest) {
            Some(code) => code,
            None => self.code.compile(self.sandbox.engine(), &digest, wasm)?,
        };
        let loaded = self.sandbox.link(&code, limits).map_err(|error| BadComponent::Unlinkable(error.to_string()))?;
        let definition_text =
            self.sandbox.definition(&loaded).await.map_err(|ending| BadComponent::NoDefinition(said(&ending)))?;
        let definition = Definition::parse(&definition_text)?;
        check_conditions(&definition)?;
        Ok(ActionVersion { definition, definition_text, digest, component, loaded })
    }
}

/// A condition that can't be queried would only be met by whoever opens the form.
fn check_conditions(definition: &Definition) -> Result<(), BadDefinition> {
    let violation = |(index, condition): (usize, &Condition)| {
        let unread = Statement::parse(&format!("SELECT * FROM Entity WHERE {}", condition.text())).err()?;
        Some(Violation {
            path: format!("/inputs/{index}/options/where"),
            rule: "condition_not_read".into(),
            message: unread.to_string(),
            hint: "Write a condition of the query language, as in actions-wit/README.md.".into(),
        })
    };
    let conditions = definition.inputs.iter().enumerate().filter_map(|(index, input)| match &input.choices {
        Some(Choices::FromQuickBooks(options)) => Some((index, options.condition.as_ref()?)),
        Some(Choices::Listed(_)) | None => None,
    });
    let violations: Vec<_> = conditions.filter_map(violation).collect();
    if violations.is_empty() { Ok(()) } else { Err(BadDefinition::Invalid { violations }) }
}

fn said(ending: &Ending) -> String {
    match ending {
        Ending::Exhausted(exhausted) => exhausted.sentence().into(),
        Ending::Trapped(trap) => trap.lines().next().unwrap_or_default().into(),
        Ending::TimedOut => "it took too long".into(),
        Ending::NoInstance(why) => why.clone(),
        Ending::Stopped(_) | Ending::Outcome(_) | Ending::Refusal(_) => "it did not answer".into(),
    }
}

/// A component that can't be an action here.
#[derive(Debug, thiserror::Error)]
pub enum BadComponent {
    /// Refused before it was compiled.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The compiler refused it.
    #[error("the component does not compile: {0}")]
    Uncompilable(String),
    /// One instance of it would take more than the pool has for one.
    #[error("the component is larger than an instance may be: {0}")]
    Oversized(String),
    /// It does not fit the contract's types.
    #[error("the component does not fit the contract: {0}")]
    Unlinkable(String),
    /// It trapped, or ran into a limit, when asked.
    #[error("the component gives no definition: {0}")]
    NoDefinition(String),
    /// Its definition breaks the schema.
    #[error("the definition is not valid")]
    BadDefinition(#[from] BadDefinition),
    /// The folder for compiled code can't be used.
    #[error("compiled code can't be kept in {}", folder.display())]
    NoCache {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

impl BadComponent {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unfit(unfit) => unfit.code(),
            Self::Uncompilable(_) => "does_not_compile",
            Self::Oversized(_) => "instance_too_large",
            Self::Unlinkable(_) => "does_not_link",
            Self::NoDefinition(_) => "no_definition",
            Self::BadDefinition(_) => "bad_definition",
            Self::NoCache { .. } => "no_code_cache",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unfit(unfit) => unfit.hint(),
            Self::Uncompilable(_) => "build it again with a released toolchain".into(),
            Self::Oversized(_) => {
                "begin with less memory and smaller tables, and link fewer modules into the component".into()
            }
            Self::Unlinkable(_) => {
                "build it against the WIT of this host (actions-wit/wit), whose types must match exactly".into()
            }
            Self::NoDefinition(_) => "`definition` must return the document at once, without any call".into(),
            Self::BadDefinition(_) => {
                "mend each place named above; the schema is actions-wit/definition.schema.json".into()
            }
            Self::NoCache { .. } => "give a folder that only this user may write to with --code-cache".into(),
        }
    }
}
