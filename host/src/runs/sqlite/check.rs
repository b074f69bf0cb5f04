//! Whether a file is whole: to SQLite, and to what every commit of this host keeps true.

use std::path::Path;

use rusqlite::Connection;

use super::file::{self, NoStore};

/// Something in a store that can't be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which fact is broken: one word.
    pub fact: &'static str,
    /// Where.
    pub place: String,
}

/// A fact, and the places where it is broken.
const FACTS: [(&str, &str); 11] = [
    (
        "counts",
        "SELECT companies.name FROM companies LEFT JOIN (
            SELECT company, sum(phase = 0) AS queued, sum(phase = 1) AS running,
                sum(phase = 2 AND status IS 'held') AS held, sum(phase = 2 AND status IS NOT 'held') AS ended
            FROM runs GROUP BY company) AS are ON are.company = companies.id
        WHERE (companies.queued, companies.running, companies.held, companies.ended)
            IS NOT (ifnull(are.queued, 0), ifnull(are.running, 0), ifnull(are.held, 0), ifnull(are.ended, 0))",
    ),
    (
        "call_positions",
        "SELECT hex(runs.id) FROM runs LEFT JOIN (
            SELECT run, count(*) AS rows, max(position) + 1 AS places FROM calls GROUP BY run) AS are
            ON are.run = runs.number
        WHERE (runs.calls, runs.calls) IS NOT (ifnull(are.rows, 0), ifnull(are.places, 0))",
    ),
    (
        "two_answers",
        "SELECT calls.id FROM calls JOIN answers ON answers.call = calls.id
        WHERE calls.answer IS NOT NULL OR calls.fault IS NOT NULL",
    ),
    (
        "run_without_enrollment",
        "SELECT hex(id) FROM runs WHERE number NOT IN (SELECT run FROM enrollments)
            OR (phase = 2 AND (status IS NULL OR number NOT IN (SELECT run FROM records)))",
    ),
    (
        "document_of_its_sale",
        "SELECT documents.id FROM documents LEFT JOIN runs ON runs.number = documents.id >> 20
        WHERE runs.number IS NULL OR runs.sale IS NOT documents.sale",
    ),
    (
        "sale_holder",
        "SELECT sales.key FROM sales LEFT JOIN runs ON runs.number = sales.taken_by
            LEFT JOIN sales AS own ON own.id = runs.sale
        WHERE sales.taken_by IS NOT NULL AND ifnull(own.root, own.id) IS NOT sales.id",
    ),
    (
        "sale_family",
        "SELECT sales.key FROM sales LEFT JOIN sales AS root ON root.id = sales.root
        WHERE sales.root IS NOT NULL
            AND (root.id IS NULL OR root.root IS NOT NULL OR sales.taken_by IS NOT NULL OR sales.times > 0)",
    ),
    (
        "sale_kind",
        "SELECT hex(runs.id) FROM runs JOIN enrollments ON enrollments.run = runs.number
        WHERE (runs.sale IS NULL) IS NOT (enrollments.sale_kind IS NULL)",
    ),
    (
        "waits_for_ended",
        "SELECT hex(runs.id) FROM runs JOIN runs AS other ON other.number = runs.waits_for
        WHERE runs.phase = 0 AND other.phase = 2",
    ),
    (
        "never_looked_at",
        "SELECT name FROM companies WHERE ready = 0 AND next IS NULL
            AND EXISTS (SELECT 1 FROM runs WHERE company = companies.id AND phase = 0 AND waits_for IS NULL)",
    ),
    ("timeline", "SELECT DISTINCT id >> 20 FROM timeline WHERE id >> 20 NOT IN (SELECT number FROM runs)"),
];

/// Everything that can't be so in a store, or in a backup of one.
pub(super) fn check(store: &Path) -> Result<Vec<Finding>, NoStore> {
    if !store.exists() {
        return Err(NoStore::unusable(store, "it is not there"));
    }
    file::inspect(store)?;
    let connection = file::connect_to_read(store)?;
    let broken = integrity(&connection)?;
    if !broken.is_empty() {
        // Nothing else that is read of it can be relied on.
        return Ok(broken.into_iter().map(|place| Finding { fact: "integrity", place }).collect());
    }
    let mut findings = Vec::new();
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        findings.push(Finding { fact: "reference", place: format!("{table} {}", id.unwrap_or_default()) });
    }
    for (fact, places) in FACTS {
        let mut statement = connection.prepare(places)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place = match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                text => text.as_str().map_err(rusqlite::Error::from)?.to_owned(),
            };
            findings.push(Finding { fact, place });
        }
    }
    Ok(findings)
}

/// What SQLite finds broken.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
