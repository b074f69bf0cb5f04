//! The tables, and how a file of an older host becomes one of this host. Steps are only ever added:
//! a file tells in `user_version` how many it has been through.

use rusqlite::Connection;

use super::file::NoStore;

/// Marks a file as a store of this host: "QBOr" in ASCII.
pub(super) const APPLICATION_ID: u32 = 0x5142_4f72;

/// How many bits of a row's id name its place within its run. Rows of one run lie beside each other,
/// without an index of their own.
pub(super) const PLACE_BITS: u32 = 20;

/// Each step leads from the version that is its index to the next one.
const STEPS: [&str; 3] = [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// The version that this host writes.
pub(super) fn version() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// Brings a file to this host's version: every step that it lacks, each in a transaction. Says
/// whether it was new.
pub(super) fn migrate(connection: &mut Connection) -> Result<bool, NoStore> {
    let at: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if at > version() {
        return Err(NoStore::Newer { file: at, ours: version() });
    }
    for (step, after) in STEPS.iter().zip(1..).skip(at as usize) {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", after)?;
        transaction.commit()?;
    }
    Ok(at == 0)
}

/// The id of the row at `place` of a run.
pub(super) fn row_at(run: i64, place: i64) -> i64 {
    (run << PLACE_BITS) | place.min((1 << PLACE_BITS) - 1)
}

/// The ids of all rows of a run.
pub(super) fn rows_of(run: i64) -> [i64; 2] {
    [row_at(run, 0), row_at(run + 1, 0)]
}

#[cfg(test)]
mod tests;
