//! QuickBooks' query language, as far as an action may write it.
//!
//! Owns the grammar, the quoting of values and the size of a page. A statement holds `?` where a
//! string belongs; what is sent is never the action's own text but a text written anew from what
//! the grammar recognised, so neither a value nor a statement can smuggle in a condition.
//!
//! Must not know: grants, rates, histories, which entities exist or which properties can be
//! queried. QuickBooks answers the last two itself, with fault 4001.

mod grammar;
mod scanner;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::ops::Range;

/// The longest statement, in bytes, before its values are filled in. A list of 300 placeholders
/// with every filterable property named beside it needs less than a quarter of this.
pub const STATEMENT_BYTES_MAX: usize = 8 * 1024;

/// The longest value, in bytes. QuickBooks' longest text that can be queried has 500 characters,
/// which UTF-8 writes in at most 2,000 bytes.
pub const VALUE_BYTES_MAX: usize = 4 * 1024;

/// The longest text that is sent, in bytes. 150 item names (the list that the SDK asks for at
/// once) of 100 characters with four bytes each take 61 kB. Without this, 4,000 placeholders
/// could grow a statement to 16 MiB.
pub const BOUND_BYTES_MAX: usize = 64 * 1024;

/// What the end of every statement may add: ` MAXRESULTS ` and the longest number of rows.
const PAGE_BYTES: usize = 22;

/// A statement that the grammar understood, with `?` for every string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The canonical text as far as it is known before the values are: placeholders are left
    /// out, and so is `MAXRESULTS`.
    text: String,
    /// Where in `text` the values go, ascending.
    holes: Vec<usize>,
    entity: Range<usize>,
    rows: Option<u32>,
}

impl Statement {
    /// Reads a statement by the documented grammar.
    ///
    /// ```text
    /// statement = SELECT ( * | COUNT(*) | field {, field} ) FROM entity
    ///             [ WHERE condition {AND condition} ]
    ///             [ ORDERBY field [ASC|DESC] {, field [ASC|DESC]} ]
    ///             [ STARTPOSITION n ] [ MAXRESULTS n ]            in either order
    /// condition = field ( = | < | > | <= | >= ) literal
    ///           | field LIKE ?
    ///           | field IN ( literal {, literal} )
    /// literal   = ? | number | true | false
    /// ```
    ///
    /// Keywords are read in any case, and `ORDER BY` as `ORDERBY`.
    ///
    /// # Errors
    ///
    /// Refuses string literals, and whatever else the grammar does not hold.
    pub fn parse(text: &str) -> Result<Statement, BadStatement> {
        if text.len() > STATEMENT_BYTES_MAX {
            return Err(BadStatement::StatementTooLong { bytes: text.len() });
        }
        grammar::statement(text)
    }

    /// The entity that is queried, in the case in which the action wrote it: letters only.
    pub fn entity(&self) -> &str {
        &self.text[self.entity.clone()]
    }

    /// How many values [`Statement::bind`] needs.
    pub fn placeholders(&self) -> usize {
        self.holes.len()
    }

    /// Writes the text that is sent: one value for each `?` in order, and a page of at most
    /// `rows_max` rows, which is also the page of a statement that names none.
    ///
    /// # Errors
    ///
    /// Refuses a wrong number of values, a value that is too long or holds a control character,
    /// and a page that is too large. A page is not cut to size: an action that asked for 1,000
    /// rows and got 200 would take them for all there are.
    pub fn bind(&self, values: &[String], rows_max: u32) -> Result<String, BadStatement> {
        if values.len() != self.holes.len() {
            return Err(BadStatement::ValueCount { placeholders: self.holes.len(), values: values.len() });
        }
        let rows = self.rows.unwrap_or(rows_max);
        if rows > rows_max {
            return Err(BadStatement::RowsOverLimit { rows, rows_max });
        }

        let mut bound = String::with_capacity(self.bytes_expected(values));
        let mut written = 0;
        for (index, (value, &hole)) in values.iter().zip(&self.holes).enumerate() {
            bound.push_str(&self.text[written..hole]);
            written = hole;
            quote(value, index + 1, &mut bound)?;
            if bound.len() > BOUND_BYTES_MAX {
                return Err(BadStatement::BoundTooLong);
            }
        }
        bound.push_str(&self.text[written..]);
        // Writing to a `String` can't fail.
        let _ = write!(bound, " MAXRESULTS {rows}");
        if bound.len() > BOUND_BYTES_MAX {
            return Err(BadStatement::BoundTooLong);
        }
        Ok(bound)
    }

    /// The length of the bound text when nothing needs escaping, so that it is allocated once.
    fn bytes_expected(&self, values: &[String]) -> usize {
        let quoted: usize = values.iter().map(|value| value.len() + 2).sum();
        (self.text.len() + quoted + PAGE_BYTES).min(BOUND_BYTES_MAX)
    }
}

/// Appends `value` as a string literal. `number` is its place among the values, from 1.
fn quote(value: &str, number: usize, bound: &mut String) -> Result<(), BadStatement> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(BadStatement::ValueTooLong { value: number, bytes: value.len() });
    }
    bound.push('\'');
    let bytes = value.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' | b'\\' => {
                bound.push_str(&value[copied..at]);
                bound.push('\\');
                copied = at;
            }
            0x00..=0x1f | 0x7f => return Err(BadStatement::ControlCharacter { value: number, at }),
            // U+0080 to U+009F, the control characters beyond ASCII.
            0xc2 if matches!(bytes.get(at + 1), Some(0x80..=0x9f)) => {
                return Err(BadStatement::ControlCharacter { value: number, at });
            }
            _ => {}
        }
    }
    bound.push_str(&value[copied..]);
    bound.push('\'');
    Ok(())
}

/// Why a statement is not sent. All of it is the action's doing: the fault `bad-query`.
///
/// Positions are bytes from 0; values are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStatement {
    /// Strings come as values; a literal could be the place where text was pasted in.
    #[error("string literal at byte {at}: write `?` there and pass the text as a value")]
    StringLiteral { at: usize },
    #[error("expected {expected} at byte {at}, found {found}")]
    Unparsed { at: usize, found: String, expected: &'static str },
    #[error("the statement has {placeholders} placeholders but was given {values} values")]
    ValueCount { placeholders: usize, values: usize },
    #[error("value {value} has a control character at byte {at}")]
    ControlCharacter { value: usize, at: usize },
    #[error("the statement has {bytes} bytes, more than {STATEMENT_BYTES_MAX}")]
    StatementTooLong { bytes: usize },
    #[error("value {value} has {bytes} bytes, more than {VALUE_BYTES_MAX}")]
    ValueTooLong { value: usize, bytes: usize },
    #[error("the statement with its values has more than {BOUND_BYTES_MAX} bytes")]
    BoundTooLong,
    /// QuickBooks counts rows from 1 and refuses 0 with fault 4001.
    #[error("STARTPOSITION at byte {at} is 0, but the first row is 1")]
    PositionBelowOne { at: usize },
    #[error("MAXRESULTS at byte {at} is 0, which asks for nothing")]
    RowsBelowOne { at: usize },
    #[error("MAXRESULTS is {rows}, more than the {rows_max} rows of a page")]
    RowsOverLimit { rows: u32, rows_max: u32 },
}
