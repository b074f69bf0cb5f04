//! The file of a store: whose it is, that only one process has it, and that only its user reads it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::schema;

/// Only the user of the host: enrollments and answers are a company's books.
pub(super) const PRIVATE: u32 = 0o600;

/// The right to a file, for as long as it lives. Another process that opens the same store meanwhile
/// would drive the same runs.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(store: &Path) -> Result<Self, NoStore> {
        let file = private(OpenOptions::new().write(true), &beside(store, "lock"))
            .map_err(|cause| NoStore::unusable(store, &cause.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(NoStore::InUse(store.into())),
            Err(TryLockError::Error(cause)) => Err(NoStore::unusable(store, &cause.to_string())),
        }
    }
}

/// The file that accompanies a store under `ending`.
pub(super) fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-");
    name.push(ending);
    name.into()
}

/// Opens a file, which is made if it isn't there, that only this user may read.
pub(super) fn private(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    let file = options.create(true).truncate(false).mode(PRIVATE).open(path)?;
    if file.metadata()?.permissions().mode() & 0o777 != PRIVATE {
        file.set_permissions(std::fs::Permissions::from_mode(PRIVATE))?;
    }
    Ok(file)
}

/// Looks at a file without changing it: SQLite itself would recover or rewrite parts of it.
pub(super) fn inspect(path: &Path) -> Result<(), NoStore> {
    let mut head = [0; 100];
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(NoStore::unusable(path, &cause.to_string())),
    };
    let length = file.metadata().map_err(|cause| NoStore::unusable(path, &cause.to_string()))?.len();
    if length == 0 {
        return Ok(());
    }
    let number = |head: &[u8; 100], at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let read = file.read_exact(&mut head);
    // A store whose first transaction is still in the log has no mark in its file yet.
    let fresh = number(&head, 68) == 0 && number(&head, 60) == 0 && beside(path, "wal").exists();
    if read.is_err() || &head[..16] != b"SQLite format 3\0" || (number(&head, 68) != schema::APPLICATION_ID && !fresh) {
        return Err(NoStore::NotOurs(path.into()));
    }
    let file_version = number(&head, 60);
    if file_version > schema::version() {
        return Err(NoStore::Newer { file: file_version, ours: schema::version() });
    }
    // SQLite's page size 65,536 is written as 1.
    let page = match u64::from(u16::from_be_bytes([head[16], head[17]])) {
        1 => 65_536,
        page => page,
    };
    let logged = std::fs::metadata(beside(path, "wal")).is_ok_and(|log| log.len() > 0);
    if !logged && length < u64::from(number(&head, 28)) * page {
        return Err(NoStore::Damaged { file: path.into(), what: "it is shorter than it was".into() });
    }
    Ok(())
}

/// A connection that reads and writes, with every commit on the disk before it is told.
pub(super) fn connect(path: &Path) -> Result<Connection, NoStore> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // `check` looks at references; here each would be looked up at every write.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// A connection that only reads, beside the one that writes.
pub(super) fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE,
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// A reader may be closing the log at the moment when it is to be opened.
const BUSY: Duration = Duration::from_secs(5);

/// Most answers and records are larger than one of these, most rows that change are much smaller.
pub(super) const PAGE_BYTES: u32 = 4096;

/// The log is written back to the file when it has this many pages, 32 MiB: pages that changed many
/// times are then written back once, and a start after a crash reads the log in well under a second.
const LOG_PAGES: u32 = 8192;

/// Memory for pages, in KiB: the inner pages of every index of a million runs.
const CACHE_KIB: i64 = 32 * 1024;

/// More than there are statements, so that none is compiled twice.
const STATEMENTS_MAX: usize = 128;

/// Why there is no store to work with.
#[derive(Debug, thiserror::Error)]
pub enum NoStore {
    /// A process has it open.
    #[error("{} is in use by another host", .0.display())]
    InUse(PathBuf),
    /// A newer host wrote it. It was not changed.
    #[error("the store has version {file}, and this host reads up to {ours}")]
    Newer {
        /// The file's version.
        file: u32,
        /// This host's.
        ours: u32,
    },
    /// Something else is in the file. It was not changed.
    #[error("{} is not a store of this host", .0.display())]
    NotOurs(PathBuf),
    /// The file is broken.
    #[error("{} is damaged: {what}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// In which way.
        what: String,
    },
    /// The system refuses the file or its folder.
    #[error("{} can't be used: {why}", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Something is there already where a file was to be written.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// SQLite refuses.
    #[error("the store can't be opened")]
    Sqlite(#[from] rusqlite::Error),
}

impl NoStore {
    pub(super) fn unusable(file: &Path, why: &str) -> Self {
        Self::Unusable { file: file.into(), why: why.into() }
    }

    /// What SQLite said about `path`, by what can be done about it.
    pub(super) fn about(self, path: &Path) -> Self {
        let Self::Sqlite(error) = self else { return self };
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotOurs(path.into()),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { file: path.into(), what: error.to_string() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse(path.into()),
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::CannotOpen
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure,
            ) => Self::unusable(path, &error.to_string()),
            Some(_) | None => Self::Sqlite(error),
        }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse(_) => "store_in_use",
            Self::Newer { .. } => "store_newer",
            Self::NotOurs(_) => "store_not_ours",
            Self::Damaged { .. } => "store_damaged",
            Self::Unusable { .. } => "store_unusable",
            Self::Exists(_) => "store_exists",
            Self::Sqlite(_) => "store_broken",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InUse(_) => "stop the other host first; one file belongs to one process",
            Self::Newer { .. } => "start the host that wrote it, or a newer one; a store never goes back",
            Self::NotOurs(_) => "name a file of this host, or one that is not there yet",
            Self::Damaged { .. } => "restore the last backup with `qbo-host store restore`",
            Self::Unusable { .. } => "look at the disk's room, and that this user may write the file and its folder",
            Self::Exists(_) => "name a file that is not there yet",
            Self::Sqlite(_) => "run `qbo-host store check`, and restore the last backup if it finds anything",
        }
    }
}
