//! The settings as they are in effect, written as a file that would set them, with where each came
//! from. Secrets aren't settings; what is told of them is whether their variable is set.

use std::fmt::{Display, Write as _};

use super::{ActionSettings, ConnectionSettings, Environment, Setting, Settings};

/// Comments begin here, where the line before them is short enough.
const COMMENTS_AT: usize = 56;

/// Writes lines.
struct Lines<'a> {
    text: String,
    environment: &'a Environment,
}

impl Settings {
    /// All of them, as TOML with comments.
    pub fn shown(&self, environment: &Environment) -> String {
        let mut lines = Lines { text: String::new(), environment };
        lines.quoted("listen", &self.listen);
        lines.path("store", &self.store);
        lines.path("code_cache", &self.code_cache);
        lines.variable("token_env", &self.token_env);
        lines.plain("grace_seconds", &self.grace_seconds);
        lines.plain("look_back_hours", &self.look_back_hours);
        lines.plain("runs_at_once", &self.runs_at_once);
        for (name, action) in &self.actions {
            let _ = writeln!(lines.text, "\n[actions.{name}]");
            lines.action(action);
        }
        for (name, connection) in &self.connections {
            let _ = writeln!(lines.text, "\n[connections.{name}]");
            lines.connection(connection);
        }
        lines.text
    }
}

impl Lines<'_> {
    fn action(&mut self, action: &ActionSettings) {
        self.path("component", &action.component);
        let denied: Vec<_> = action.deny.value.iter().map(|capability| quote(&capability.to_string())).collect();
        self.line("deny", &format!("[{}]", denied.join(", ")), &action.deny.origin.to_string());
    }

    fn connection(&mut self, connection: &ConnectionSettings) {
        self.quoted("portal", &connection.portal);
        self.quoted("company", &connection.company);
        let zone = connection.zone.value.iana_name().unwrap_or("UTC");
        self.line("zone", &quote(zone), &connection.zone.origin.to_string());
        self.quoted("quickbooks", &connection.quickbooks);
        self.quoted("hubspot", &connection.hubspot);
        if let Some(token_url) = &connection.token_url {
            self.quoted("token_url", token_url);
        }
        if let Some(pages_url) = &connection.pages_url {
            self.quoted("pages_url", pages_url);
        }
        self.plain("requests_per_second", &connection.requests_per_second);
        self.plain("requests_per_minute", &connection.requests_per_minute);
        self.plain("answer_timeout_seconds", &connection.answer_timeout_seconds);
        self.plain("throttled_pause_seconds", &connection.throttled_pause_seconds);
        self.variable("client_id_env", &connection.client_id_env);
        self.variable("client_secret_env", &connection.client_secret_env);
        self.variable("refresh_token_env", &connection.refresh_token_env);
        self.variable("hubspot_token_env", &connection.hubspot_token_env);
    }

    fn plain(&mut self, key: &str, setting: &Setting<u64>) {
        self.line(key, &setting.value.to_string(), &setting.origin.to_string());
    }

    fn quoted(&mut self, key: &str, setting: &Setting<impl Display>) {
        self.line(key, &quote(&setting.value.to_string()), &setting.origin.to_string());
    }

    fn path(&mut self, key: &str, setting: &Setting<std::path::PathBuf>) {
        self.line(key, &quote(&setting.value.display().to_string()), &setting.origin.to_string());
    }

    fn variable(&mut self, key: &str, setting: &Setting<String>) {
        let is_set = self.environment.get(&setting.value).is_some_and(|value| !value.is_empty());
        let state = if is_set { "it is set" } else { "it is not set" };
        self.line(key, &quote(&setting.value), &format!("{}; {state}", setting.origin));
    }

    fn line(&mut self, key: &str, value: &str, comment: &str) {
        let line = format!("{key} = {value}");
        let _ = writeln!(self.text, "{line:<COMMENTS_AT$} # {comment}");
    }
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
