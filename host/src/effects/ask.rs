//! A question that no run asks, but a person who fills in a form or looks after a connection. It passes
//! the same grammar, grants, cache and pace as the query of an action, in the places that are kept for
//! people, and is recorded nowhere.

use super::ROWS_MAX;
use super::statement::{BadStatement, Statement};
use crate::action::Verb;
use crate::grant::Grants;
use crate::quickbooks::{Client, Sent, Wait};
use crate::runs::history::{Call, Fault};

/// Asks QuickBooks for what an action may ask for; gives the `QueryResponse`.
pub async fn ask(client: &Client, grants: &Grants, text: &str, values: &[String]) -> Result<String, NotAnswered> {
    let statement = Statement::parse(text)?;
    if !grants.allow(statement.entity(), Verb::Query) {
        let capability = format!("{}:{}", statement.entity().to_ascii_lowercase(), Verb::Query);
        return Err(NotAnswered::Denied { capability });
    }
    send(client, &statement, values).await
}

/// Asks QuickBooks for what the host itself wants to know, whatever actions may.
pub async fn ask_ungranted(client: &Client, text: &str, values: &[String]) -> Result<String, NotAnswered> {
    send(client, &Statement::parse(text)?, values).await
}

async fn send(client: &Client, statement: &Statement, values: &[String]) -> Result<String, NotAnswered> {
    let (entity, text) = (statement.entity().to_owned(), statement.bind(values, ROWS_MAX)?);
    let call = Call { verb: Verb::Query, entity, key: None, text };
    let reply = match client.cached(&call) {
        Some(reply) => reply,
        None => {
            let permit = client.admit_person().await?;
            match client.send(&call, None, permit).await {
                Sent::Replied { reply, .. } => reply,
                Sent::Unknown(wait) => return Err(NotAnswered::Wait(wait)),
            }
        }
    };
    reply.map_err(NotAnswered::Refused)
}

/// Why a question has no answer.
#[derive(Debug)]
pub enum NotAnswered {
    /// The action may not ask.
    Denied {
        /// What it lacks.
        capability: String,
    },
    /// It is no question.
    BadStatement(BadStatement),
    /// QuickBooks says no.
    Refused(Fault),
    /// Not now.
    Wait(Wait),
}

impl From<BadStatement> for NotAnswered {
    fn from(bad: BadStatement) -> Self {
        Self::BadStatement(bad)
    }
}

impl From<Wait> for NotAnswered {
    fn from(wait: Wait) -> Self {
        Self::Wait(wait)
    }
}
