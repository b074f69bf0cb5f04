//! Statements on one connection: compiled once, and read row by row.

use rusqlite::{CachedStatement, Connection, Params, Row};

/// A connection, to read from or within a transaction.
#[derive(Clone, Copy)]
pub(super) struct Tables<'c>(pub(super) &'c Connection);

impl Tables<'_> {
    fn statement(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.0.prepare_cached(sql)
    }

    /// Carries out a statement; gives the number of rows that it changed.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(values)
    }

    /// The id of the row that was added last.
    pub(super) fn inserted(&self) -> i64 {
        self.0.last_insert_rowid()
    }

    /// The file grows to so many pages.
    pub(super) fn limit(&self, pages: i64) -> rusqlite::Result<()> {
        // SQLite tells the limit that holds now.
        self.0.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
    }

    /// The first row, if there is one.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(values)?;
        rows.next()?.map(read).transpose()
    }

    /// Every row.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.statement(sql)?.query_map(values, read)?.collect()
    }
}
