//! Compiled code by digest, so that a component is compiled once for a machine and a version of
//! the compiler.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use super::BadComponent;
use crate::ids::Digest;

/// A folder that only this user may write to.
#[derive(Debug)]
pub struct CodeCache {
    folder: PathBuf,
}

impl CodeCache {
    /// Makes the folder if it is missing, and refuses one that others may write to.
    pub fn open(folder: PathBuf) -> Result<Self, BadComponent> {
        match private_folder(&folder) {
            Ok(()) => Ok(Self { folder }),
            Err(cause) => Err(BadComponent::NoCache { folder, cause }),
        }
    }

    /// The compiled component, if it was compiled here by this engine's compiler. Code that can't
    /// be read counts as missing: it is compiled anew.
    pub fn get(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(engine, digest);
        if !path.exists() {
            return None;
        }
        let component = deserialize(engine, &path);
        component.inspect_err(|error| tracing::warn!("compiled code of {digest} is unreadable: {error:#}")).ok()
    }

    /// Compiles a component and keeps the code, if its instances fit the pool.
    pub fn compile(&self, engine: &Engine, digest: &Digest, wasm: &[u8]) -> Result<Component, BadComponent> {
        let code =
            engine.precompile_component(wasm).map_err(|error| BadComponent::Uncompilable(format!("{error:#}")))?;
        let path = self.path(engine, digest);
        if let Err(cause) = write_whole(&self.folder, &path, &code) {
            return Err(BadComponent::NoCache { folder: self.folder.clone(), cause });
        }
        match deserialize(engine, &path) {
            Ok(component) => Ok(component),
            Err(error) => {
                // Kept, it would only be found unfit again.
                fs::remove_file(&path).ok();
                Err(BadComponent::Oversized(format!("{error:#}")))
            }
        }
    }

    fn path(&self, engine: &Engine, digest: &Digest) -> PathBuf {
        let mut compiler = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut compiler);
        self.folder.join(format!("{}-{:016x}.cwasm", digest.hex(), compiler.finish()))
    }
}

/// The only place that takes compiled code from a file.
fn deserialize(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize_file` trusts the file to be this compiler's output. The folder is
    // writable for this user alone (checked at open), files appear in it only by `compile`'s
    // rename of a complete file, they are never changed afterwards, and the name binds them to
    // the component's digest and to the compiler's version and settings.
    #[expect(unsafe_code, reason = "the file is our own compiler's output; see above")]
    unsafe {
        Component::deserialize_file(engine, path)
    }
}

/// A reader sees a whole file or none, also after a power cut.
fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let metadata = fs::metadata(folder)?;
    if metadata.permissions().mode() & 0o022 != 0 {
        return Err(io::Error::other("other users may write to it"));
    }
    // What this process makes belongs to its user.
    if tempfile::tempfile_in(folder)?.metadata()?.uid() != metadata.uid() {
        return Err(io::Error::other("it belongs to another user"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
