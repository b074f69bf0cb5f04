//! Connections of one company: what is the company's is the same in each of them, since one client
//! with one pace serves them all.

use std::collections::BTreeMap;

use super::{BadSettings, ConnectionSettings, Setting};

/// Refuses two connections between the same two, and two of one company that differ about it.
pub(super) fn check(connections: &BTreeMap<String, ConnectionSettings>) -> Result<(), BadSettings> {
    for (second, connection) in connections {
        let before = connections.iter().take_while(|(first, _)| *first != second);
        for (first, other) in before.filter(|(_, other)| other.company.value == connection.company.value) {
            let (first, second) = (first.clone(), second.clone());
            if other.portal.value == connection.portal.value {
                return Err(BadSettings::Twice { first, second });
            }
            if let Some(key) = differing(other, connection) {
                return Err(BadSettings::Differ { first, second, key });
            }
        }
    }
    Ok(())
}

/// The first of the company's settings in which two connections differ.
fn differing(one: &ConnectionSettings, other: &ConnectionSettings) -> Option<&'static str> {
    // Named one by one: a new setting is the company's or the portal's, and somebody must say which.
    let ConnectionSettings {
        portal: _,
        company: _,
        zone,
        quickbooks,
        hubspot: _,
        token_url,
        pages_url,
        requests_per_second,
        requests_per_minute,
        answer_timeout_seconds,
        throttled_pause_seconds,
        client_id_env,
        client_secret_env,
        refresh_token_env,
        hubspot_token_env: _,
    } = one;
    let same_url = |one: &Option<Setting<String>>, other: &Option<Setting<String>>| {
        one.as_ref().map(|url| &url.value) == other.as_ref().map(|url| &url.value)
    };
    let same = [
        ("zone", zone.value == other.zone.value),
        ("quickbooks", quickbooks.value == other.quickbooks.value),
        ("token_url", same_url(token_url, &other.token_url)),
        ("pages_url", same_url(pages_url, &other.pages_url)),
        ("requests_per_second", requests_per_second.value == other.requests_per_second.value),
        ("requests_per_minute", requests_per_minute.value == other.requests_per_minute.value),
        ("answer_timeout_seconds", answer_timeout_seconds.value == other.answer_timeout_seconds.value),
        ("throttled_pause_seconds", throttled_pause_seconds.value == other.throttled_pause_seconds.value),
        ("client_id_env", client_id_env.value == other.client_id_env.value),
        ("client_secret_env", client_secret_env.value == other.client_secret_env.value),
        ("refresh_token_env", refresh_token_env.value == other.refresh_token_env.value),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Environment, Settings};

    fn connection(name: &str, portal: &str, company: &str, more: &str) -> String {
        format!(
            "[connections.{name}]\nportal = \"{portal}\"\ncompany = \"{company}\"\nhubspot = \"http://127.0.0.1:2\"\n\
             zone = \"America/New_York\"\nquickbooks = \"http://127.0.0.1:1\"\n{more}\n"
        )
    }

    fn refusal(text: &str) -> Option<(&'static str, String)> {
        let refused = Settings::parse(text, Path::new("/etc/qbo"), &Environment::new()).err()?;
        Some((refused.code(), refused.to_string()))
    }

    #[test]
    fn two_connections_between_the_same_two_are_refused() {
        let twice = connection("east", "7", "8", "") + &connection("west", "7", "8", "");
        let (code, named) = refusal(&twice).expect("a refusal");
        assert!(code == "bad_setting" && named.contains("east") && named.contains("west"), "{named}");
        let several = connection("a", "7", "8", "") + &connection("b", "7", "9", "") + &connection("c", "6", "8", "");
        assert_eq!(refusal(&several), None);
    }

    #[test]
    fn connections_of_one_company_agree_about_it() {
        for more in [
            "token_url = \"http://127.0.0.1:3\"",
            "pages_url = \"http://127.0.0.1:3\"",
            "requests_per_second = 3",
            "requests_per_minute = 3",
            "answer_timeout_seconds = 3",
            "throttled_pause_seconds = 3",
            "client_id_env = \"ANOTHER\"",
            "client_secret_env = \"ANOTHER\"",
            "refresh_token_env = \"ANOTHER\"",
        ] {
            let (key, _) = more.split_once(' ').expect("a setting");
            let differ = connection("east", "6", "8", "") + &connection("west", "7", "8", more);
            let (code, named) = refusal(&differ).unwrap_or_else(|| panic!("{more} is taken"));
            assert_eq!(code, "bad_setting", "{more}");
            assert!(["east", "west", key].iter().all(|part| named.contains(part)), "{more}: {named}");
            let agree = connection("east", "6", "8", more) + &connection("west", "7", "8", more);
            assert_eq!(refusal(&agree), None, "{more}");
        }
        for (key, here, there) in [("zone", "New_York", "Chicago"), ("quickbooks", ":1", ":3")] {
            let west = connection("west", "7", "8", "").replace(here, there);
            let (_, named) = refusal(&(connection("east", "6", "8", "") + &west)).expect("a refusal");
            assert!(named.contains(key), "{named}");
        }
    }

    #[test]
    fn what_is_the_portals_may_differ() {
        let token = "hubspot_token_env = \"ANOTHER\"";
        let west = connection("west", "7", "8", token).replace("127.0.0.1:2", "127.0.0.1:3");
        assert_eq!(refusal(&(connection("east", "6", "8", "") + &west)), None);
    }
}
