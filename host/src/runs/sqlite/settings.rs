//! The settings of connections: one document each, with a count of its changes.

use rusqlite::{Row, params};

use super::tables::Tables;
use super::time::timestamp;
use super::writer::Work;
use crate::runs::settings_store::{KeptSettings, Replaced};

const GET: &str = "SELECT version, changed_at, document FROM settings WHERE portal = ?1 AND company = ?2";
const PUT: &str = "INSERT INTO settings (portal, company, version, changed_at, document) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (portal, company) DO UPDATE SET version = ?3, changed_at = ?4, document = ?5";

pub(super) fn get(tables: &Tables<'_>, portal: &str, company: &str) -> rusqlite::Result<Option<KeptSettings>> {
    tables.first(GET, [portal, company], kept)
}

pub(super) fn put(
    work: &Work<'_>,
    (portal, company): (&str, &str),
    replaces: u64,
    document: &str,
) -> rusqlite::Result<Replaced> {
    let stands = get(work, portal, company)?;
    let version = stands.as_ref().map_or(0, |stands| stands.version);
    match stands {
        Some(stands) if version == replaces + 1 && stands.document == document => return Ok(Replaced::Yes(stands)),
        _ if version != replaces => return Ok(Replaced::No { version }),
        Some(_) | None => {}
    }
    let number = i64::try_from(replaces + 1).unwrap_or(i64::MAX);
    work.execute(PUT, params![portal, company, number, work.now, document])?;
    let document = document.to_owned();
    Ok(Replaced::Yes(KeptSettings { version: replaces + 1, changed_at: timestamp(work.now), document }))
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptSettings> {
    Ok(KeptSettings {
        version: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        changed_at: timestamp(row.get(1)?),
        document: row.get(2)?,
    })
}
