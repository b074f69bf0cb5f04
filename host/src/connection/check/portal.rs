//! The portal: whether its token is accepted, and has the scopes for what actions read and what is
//! written back.

use std::collections::BTreeSet;

use super::{Approved, Finding};
use crate::connection::{Connection, Settings};
use crate::enrollment::ObjectKind;
use crate::hubspot::Trial;

const ABOUT: &str = "portal";

pub(super) async fn check(connection: &Connection, settings: &Settings, actions: &[Approved<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let reads = reads(actions);
    for kind in &reads {
        match connection.hubspot.may_read(kind).await {
            Trial::Allowed => {}
            // It says the same to every other question.
            Trial::SignedOut => return vec![signed_out()],
            other => found.extend(refused(other, &format!("reading a {kind}"), &scope(kind, "read"))),
        }
    }
    let (writes, properties) = writes(settings, actions);
    for kind in writes {
        let trial = connection.hubspot.may_write(&kind).await;
        found.extend(refused(trial, &format!("writing a {kind}"), &scope(&kind, "write")));
    }
    for (kind, property) in properties {
        let pointer = "/write_back/properties";
        match connection.hubspot.has_property(&kind, &property).await {
            Trial::Missing => {
                let message = format!("a {kind} of this portal has no property {property}");
                let remedy = "make it in HubSpot, or take it out of write_back.properties";
                found.push(Finding::error("property_missing", pointer, message, remedy));
            }
            other => {
                found.extend(refused(other, &format!("looking at the property {property}"), &scope(&kind, "read")));
            }
        }
    }
    if found.is_empty() {
        let kinds: Vec<_> = reads.iter().map(String::as_str).collect();
        found.push(Finding::fine(ABOUT, format!("the portal lets actions read {}", kinds.join(", "))));
    }
    found
}

/// Every kind of object that an action reads.
fn reads(actions: &[Approved<'_>]) -> BTreeSet<String> {
    let reads = actions.iter().flat_map(|(definition, _)| &definition.reads);
    reads
        .flat_map(|reads| {
            let associated = reads.associated.iter().map(|associated| associated.kind.clone());
            associated.chain([reads.object.as_str().to_owned()])
        })
        .collect()
}

/// The kinds of object that are written, and the properties that have to be there.
fn writes(settings: &Settings, actions: &[Approved<'_>]) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
    let write_back = &settings.write_back;
    let mut kinds = BTreeSet::new();
    if write_back.note {
        kinds.insert("note".to_owned());
    }
    if write_back.invoice {
        kinds.insert("invoice".to_owned());
    }
    let enrolled = actions.iter().flat_map(|(definition, _)| &definition.object_types);
    // Of a payment it is the deal that takes them.
    let takers: BTreeSet<&str> = enrolled
        .map(|kind| match kind {
            ObjectKind::Deal | ObjectKind::Payment => "deal",
            ObjectKind::Quote => "quote",
        })
        .collect();
    let properties: BTreeSet<_> = takers
        .iter()
        .flat_map(|kind| write_back.properties.values().map(|property| ((*kind).to_owned(), property.clone())))
        .collect();
    kinds.extend(properties.iter().map(|(kind, _)| kind.clone()));
    (kinds, properties)
}

fn signed_out() -> Finding {
    let message = "HubSpot does not accept the access token of this portal";
    Finding::error("hubspot_refused", ABOUT, message, "connect the portal again, and set the new token")
}

/// The scope for reading or writing a kind of object, as far as HubSpot documents one.
fn scope(kind: &str, deed: &str) -> String {
    let objects = match kind {
        "deal" | "quote" | "contact" | "line_item" | "invoice" => format!("{kind}s"),
        "company" => "companies".to_owned(),
        "payment" => "commercepayments".to_owned(),
        // A note has none of its own: it hangs on a contact.
        "note" => "contacts".to_owned(),
        _ => return "the scope for it".to_owned(),
    };
    format!("the scope crm.objects.{objects}.{deed}")
}

fn refused(trial: Trial, what: &str, scope: &str) -> Option<Finding> {
    match trial {
        Trial::Allowed => None,
        Trial::SignedOut => Some(signed_out()),
        Trial::ScopeMissing => {
            let message = format!("HubSpot does not allow {what}: the access token lacks {scope}");
            let remedy = format!("give the app {scope}, and connect the portal again");
            Some(Finding::error("hubspot_scope_missing", ABOUT, message, remedy))
        }
        Trial::Missing => {
            let message = format!("HubSpot knows nothing of what {what} needs");
            Some(Finding::warning("hubspot_unknown", ABOUT, message, "look whether the portal has this kind of object"))
        }
        Trial::Unavailable(why) => {
            let message = format!("HubSpot was not reached for {what}: {why}");
            Some(Finding::error("hubspot_unavailable", ABOUT, message, "check again in a while"))
        }
    }
}
