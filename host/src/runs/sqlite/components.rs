//! Components by digest, kept as long as a run needs them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::params;

use super::tables::Tables;
use super::writer::Work;
use crate::ids::Digest;

const PUT: &str = "INSERT OR IGNORE INTO components (digest, wasm) VALUES (?1, ?2)";
const GET: &str = "SELECT wasm FROM components WHERE digest = ?1";
const KEPT: &str = "SELECT digest FROM components";
const FORGET: &str = "DELETE FROM components WHERE digest = ?1";
/// Each part has an index of its own, of the runs that have not ended well.
const NEEDED: &str = "SELECT digest FROM runs INDEXED BY runs_due WHERE phase = 0 AND waits_for IS NULL
    UNION SELECT digest FROM runs INDEXED BY runs_waiting WHERE waits_for IS NOT NULL
    UNION SELECT digest FROM runs INDEXED BY runs_running WHERE phase = 1
    UNION SELECT digest FROM runs INDEXED BY runs_held WHERE phase = 2 AND status = 'held'";

pub(super) fn put(work: &Work<'_>, digest: Digest, wasm: &[u8]) -> rusqlite::Result<()> {
    work.execute(PUT, params![digest.bytes(), wasm])?;
    Ok(())
}

pub(super) fn get(tables: &Tables<'_>, digest: Digest) -> rusqlite::Result<Option<Arc<[u8]>>> {
    tables.first(GET, [digest.bytes()], |row| Ok(Arc::from(row.get_ref(0)?.as_blob()?)))
}

/// Those that runs need which have not succeeded or been refused.
pub(super) fn needed(tables: &Tables<'_>) -> rusqlite::Result<BTreeSet<Digest>> {
    digests(tables, NEEDED)
}

/// Forgets those that are neither needed nor among `active`.
pub(super) fn forget(work: &Work<'_>, active: &BTreeSet<Digest>) -> rusqlite::Result<()> {
    let needed = needed(work)?;
    for digest in digests(work, KEPT)?.difference(&needed).filter(|digest| !active.contains(digest)) {
        work.execute(FORGET, [digest.bytes()])?;
    }
    Ok(())
}

fn digests(tables: &Tables<'_>, sql: &str) -> rusqlite::Result<BTreeSet<Digest>> {
    let found = tables.all(sql, [], |row| row.get(0).map(|digest: [u8; 32]| Digest::from(digest)))?;
    Ok(found.into_iter().collect())
}
