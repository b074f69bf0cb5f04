//! How a notification reads, in both forms, and how it is signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Change, ChangeVerb, WebhookForm};
use crate::quickbooks::pacific;

/// The body that tells these changes; `first` numbers them.
pub(super) fn written(form: WebhookForm, changes: &[Change], first: u64) -> String {
    match form {
        WebhookForm::CloudEvents => {
            let events = changes.iter().zip(first..).map(|(change, number)| event(change, number));
            Value::Array(events.collect()).to_string()
        }
        WebhookForm::Legacy => json!({ "eventNotifications": by_company(changes) }).to_string(),
    }
}

/// The signature of a body as it goes over the wire, byte for byte.
pub(super) fn signature(verifier_token: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(verifier_token.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn event(change: &Change, number: u64) -> Value {
    let entity = change.entity.name().to_ascii_lowercase();
    json!({
        "specversion": "1.0",
        "id": format!("00000000-0000-4000-8000-{number:012x}"),
        "source": "intuit.simulator",
        "type": format!("qbo.{entity}.{}.v1", past_tense(change.verb)),
        "datacontenttype": "application/json",
        "time": change.at.to_string(),
        "intuitentityid": change.id,
        "intuitaccountid": change.realm,
        "data": {},
    })
}

/// Companies in the order of their first change.
fn by_company(changes: &[Change]) -> Vec<Value> {
    let mut companies: Vec<&str> = Vec::new();
    for change in changes {
        if !companies.contains(&change.realm.as_str()) {
            companies.push(&change.realm);
        }
    }
    let company = |realm: &str| {
        let own = changes.iter().filter(|change| change.realm == realm);
        let entities: Vec<Value> = own.map(entity).collect();
        json!({ "realmId": realm, "dataChangeEvent": { "entities": entities } })
    };
    companies.into_iter().map(company).collect()
}

fn entity(change: &Change) -> Value {
    json!({
        "name": change.entity.name(),
        "id": change.id,
        "operation": operation(change.verb),
        "lastUpdated": change.at.to_zoned(pacific()).strftime("%Y-%m-%dT%H:%M:%S%z").to_string(),
    })
}

fn past_tense(verb: ChangeVerb) -> &'static str {
    match verb {
        ChangeVerb::Created => "created",
        ChangeVerb::Updated => "updated",
        ChangeVerb::Deleted => "deleted",
        ChangeVerb::Voided => "voided",
        ChangeVerb::Emailed => "emailed",
    }
}

fn operation(verb: ChangeVerb) -> &'static str {
    match verb {
        ChangeVerb::Created => "Create",
        ChangeVerb::Updated => "Update",
        ChangeVerb::Deleted => "Delete",
        ChangeVerb::Voided => "Void",
        ChangeVerb::Emailed => "Emailed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_the_second_test_vector_of_rfc_4231_says() {
        let mac = STANDARD.decode(signature("Jefe", b"what do ya want for nothing?")).unwrap();
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
