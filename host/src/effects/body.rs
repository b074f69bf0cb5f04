//! What a call may look like before anybody is asked. A name or a body that QuickBooks would read
//! as another operation than the one that was granted never leaves the host.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::action::Verb;
use crate::runs::history::{Call, Fault};

/// Paths below a company that are not entities: `create` on `Batch` would be any write at all.
const NOT_ENTITIES: [&str; 6] = ["batch", "cdc", "query", "reports", "taxservice", "upload"];

/// What a company keeps in lists. Everything else stands in the books: an entity that isn't known
/// here counts as a transaction, which costs a look too many and never one too few.
const LISTS: [&str; 19] = [
    "account",
    "attachable",
    "class",
    "companycurrency",
    "companyinfo",
    "customer",
    "customertype",
    "department",
    "employee",
    "exchangerate",
    "item",
    "journalcode",
    "paymentmethod",
    "preferences",
    "taxagency",
    "taxcode",
    "taxrate",
    "term",
    "vendor",
];

/// Whether an entity stands in the books.
pub fn is_transaction(entity: &str) -> bool {
    !LISTS.iter().any(|list| list.eq_ignore_ascii_case(entity))
}

/// An entity name is letters only, so it can't change the path or the query of the request.
pub(super) fn check_name(entity: &str) -> Result<(), Fault> {
    let letters = !entity.is_empty() && entity.len() <= 40 && entity.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !letters || NOT_ENTITIES.iter().any(|name| name.eq_ignore_ascii_case(entity)) {
        return Err(Fault::own("bad-name", format!("'{}' is not a QuickBooks entity", entity.escape_debug())));
    }
    Ok(())
}

/// A key has a length that a store keeps and a person reads.
pub(super) fn check_key(key: &str) -> Result<(), Fault> {
    if key.is_empty() || key.len() > 200 {
        return Err(Fault::own("bad-body", "a write's key has 1 to 200 bytes"));
    }
    Ok(())
}

/// Checks the text of a call against its verb.
pub(super) fn check(call: &Call) -> Result<(), Fault> {
    match call.verb {
        Verb::Query => Ok(()),
        Verb::Read => check_id(&call.text),
        Verb::Create => match members(&call.text)?.id {
            // With an Id the same request would be an update, which was not granted.
            Some(id) if !id.is_empty() => Err(Fault::own("bad-body", "a create's body holds no Id")),
            Some(_) | None => Ok(()),
        },
        Verb::Update | Verb::Send | Verb::Void | Verb::Delete => match members(&call.text)?.id {
            Some(id) => check_id(&id),
            None => Err(Fault::own("bad-body", format!("the body of {} holds the Id it is about", call.verb))),
        },
    }
}

fn check_id(id: &str) -> Result<(), Fault> {
    let plain = !id.is_empty() && id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { Ok(()) } else { Err(Fault::own("bad-name", format!("'{}' is not an id", id.escape_debug()))) }
}

fn members(text: &str) -> Result<Members, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::own("bad-body", format!("the body is not usable: {error}")))
}

/// The members of a body that decide which operation it is.
struct Members {
    id: Option<String>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Body;

        impl<'de> Visitor<'de> for Body {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut id = None;
                while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    if !name.eq_ignore_ascii_case("id") {
                        map.next_value::<IgnoredAny>()?;
                    } else if id.replace(map.next_value::<Option<String>>()?.unwrap_or_default()).is_some() {
                        // Readers differ in which of two they believe.
                        return Err(serde::de::Error::custom("two members are called Id"));
                    }
                }
                Ok(Members { id })
            }
        }
        deserializer.deserialize_map(Body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(verb: Verb, text: &str) -> Call {
        Call { verb, entity: "Invoice".into(), key: Some("invoice".into()), text: text.into() }
    }

    #[test]
    fn a_create_that_would_be_an_update_is_refused() {
        for body in [
            r#"{"Id":"5","SyncToken":"0"}"#,
            r#"{"id":"5"}"#,
            r#"{"Id":"","Id":"5"}"#,
            r#"{"Id":"5","ID":""}"#,
            r#"{"\u0049d":"5"}"#,
        ] {
            assert_eq!(check(&call(Verb::Create, body)).unwrap_err().code, "bad-body", "{body}");
        }
    }

    #[test]
    fn only_a_json_object_is_a_body() {
        for body in ["", "[]", "7", "{", "{} {}", "null"] {
            assert_eq!(check(&call(Verb::Create, body)).unwrap_err().code, "bad-body", "{body}");
        }
        assert!(check(&call(Verb::Create, r#"{"Line":[]}"#)).is_ok());
    }

    #[test]
    fn a_name_cannot_change_the_path() {
        for name in ["", "invoice/5", "invoice?operation=delete", "Batch", "batch", "upload", "in voice", "invoice%2f"]
        {
            assert_eq!(check_name(name).unwrap_err().code, "bad-name", "{name}");
        }
        assert!(check_name("CreditMemo").is_ok());
        assert_eq!(check(&call(Verb::Read, "5/../../6")).unwrap_err().code, "bad-name");
        assert_eq!(check(&call(Verb::Void, r#"{"Id":"5?x=1"}"#)).unwrap_err().code, "bad-name");
    }
}
