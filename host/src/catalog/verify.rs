//! What can be told of a component without compiling or running it: whether it is one, which
//! contract it was built for, and that it asks for nothing but the contract and an inert WASI.

use wasmparser::{CanonicalFunction, ComponentExternalKind, Encoding, Parser, Payload};

/// Bytes of a component. Python's runtime makes 18 MB.
const COMPONENT_BYTES_MAX: usize = 64 << 20;

/// The contract's package, and the newest minor of it that this host serves.
const PACKAGE: &str = "qbo:actions/";
const MAJOR: u64 = 1;
const MINOR: u64 = 0;

/// WASI interfaces that the deterministic world stands behind.
const WASI: [&str; 5] = ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:cli/", "wasi:filesystem/"];

/// What a component's bytes tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The contract version it was built for, such as `1.0.0`.
    pub contract: String,
    /// Names of its imports.
    pub imports: Vec<String>,
    /// Names of its exports.
    pub exports: Vec<String>,
}

/// Checks a component's bytes.
pub fn verify(wasm: &[u8]) -> Result<Component, Unfit> {
    if wasm.len() > COMPONENT_BYTES_MAX {
        return Err(Unfit::TooLarge { bytes: wasm.len() });
    }
    if !wasm.starts_with(b"\0asm") {
        return Err(Unfit::NotWasm);
    }
    let found = read(wasm)?;
    let Some(handler) = found.exports.iter().find(|name| name.starts_with("qbo:actions/handler@")) else {
        return Err(Unfit::OtherWorld { exports: found.exports });
    };
    let contract = handler.rsplit('@').next().unwrap_or_default().to_owned();
    check_contract(&contract)?;
    for import in &found.imports {
        check_import(import)?;
    }
    Ok(Component { contract, imports: found.imports, exports: found.exports })
}

struct Found {
    imports: Vec<String>,
    exports: Vec<String>,
}

/// Walks the outermost component for its imports and exports, and everything within for what no
/// action needs.
fn read(wasm: &[u8]) -> Result<Found, Unfit> {
    let mut found = Found { imports: Vec::new(), exports: Vec::new() };
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(Unfit::CoreModule),
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    found.imports.push(import.map_err(damaged)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    let export = export.map_err(damaged)?;
                    if export.kind == ComponentExternalKind::Instance {
                        found.exports.push(export.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    // Handles of the guest's own live on the host's heap, without a limit to set.
                    if let CanonicalFunction::ResourceNew { .. } = function.map_err(damaged)? {
                        return Err(Unfit::OwnResources);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn damaged(error: wasmparser::BinaryReaderError) -> Unfit {
    Unfit::Damaged { what: error.message().to_owned(), at: error.offset() as u64 }
}

fn check_contract(version: &str) -> Result<(), Unfit> {
    let mut numbers = version.split('.').map(|part| part.parse::<u64>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(MAJOR), Some(minor)) if (0..=MINOR).contains(&minor) => Ok(()),
        (Some(_) | None, _) => Err(Unfit::OtherVersion { version: version.into() }),
    }
}

fn check_import(import: &str) -> Result<(), Unfit> {
    let version = import.rsplit('@').next().unwrap_or_default();
    if import.starts_with(PACKAGE) {
        return check_contract(version);
    }
    let inert = WASI.iter().any(|interface| import.starts_with(interface)) && version.starts_with("0.2.");
    if inert { Ok(()) } else { Err(Unfit::ForbiddenImport { import: import.into() }) }
}

/// Why bytes are not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No WebAssembly at all.
    #[error("the file is not WebAssembly")]
    NotWasm,
    /// WebAssembly, but a core module.
    #[error("the file is a core module, not a component")]
    CoreModule,
    /// Cut off or altered.
    #[error("the component can't be read at byte {at}: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
        /// Where.
        at: u64,
    },
    /// Too many bytes.
    #[error("the component has {bytes} bytes, at most {COMPONENT_BYTES_MAX} are taken")]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// A component of something else.
    #[error("the component exports no qbo:actions/handler; it exports {}", none_or(exports))]
    OtherWorld {
        /// What it exports.
        exports: Vec<String>,
    },
    /// Another contract version.
    #[error("the component was built for contract {version}, this host serves 1.0")]
    OtherVersion {
        /// Which.
        version: String,
    },
    /// Something that no action may have.
    #[error("the component imports {import}, which no action gets")]
    ForbiddenImport {
        /// Its name.
        import: String,
    },
    /// Resource types of its own.
    #[error("the component makes resource handles of its own, which the host can't limit")]
    OwnResources,
}

impl Unfit {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotWasm => "not_wasm",
            Self::CoreModule => "core_module",
            Self::Damaged { .. } => "damaged_component",
            Self::TooLarge { .. } => "component_too_large",
            Self::OtherWorld { .. } => "other_world",
            Self::OtherVersion { .. } => "other_contract_version",
            Self::ForbiddenImport { .. } => "forbidden_import",
            Self::OwnResources => "own_resources",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NotWasm | Self::Damaged { .. } => "build it with `qbo-host action build`".into(),
            Self::CoreModule => {
                "compile for wasm32-wasip2, which makes components; `qbo-host action build` does".into()
            }
            Self::TooLarge { .. } => "leave out what the action does not need, and strip debug information".into(),
            Self::OtherWorld { .. } => "build it for the world `action` of actions-wit/wit".into(),
            Self::OtherVersion { .. } => "build it against this host's actions-wit, or update the host".into(),
            Self::ForbiddenImport { import } if import.starts_with("wasi:sockets") || import.starts_with("wasi:http") => {
                "an action has no network; it reaches QuickBooks through the company it is given".into()
            }
            Self::ForbiddenImport { .. } => {
                "an action gets qbo:actions@1.0 and wasi:{io,clocks,random,cli,filesystem}@0.2; remove what asks for more".into()
            }
            Self::OwnResources => "export no resource types".into(),
        }
    }
}

fn none_or(names: &[String]) -> String {
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}
