//! What is set, before anybody knows what it means: keys, values, and where each stands. The
//! environment wins over the file.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::{BadSettings, Origin, Setting};

/// What every variable of the host begins with.
const PREFIX: &str = "QBO_HOST_";

/// Between the parts of a key in a variable's name.
const BETWEEN: &str = "__";

/// The settings of the service itself.
const OWN: [&str; 9] = [
    "listen",
    "store",
    "code_cache",
    "token_env",
    "grace_seconds",
    "look_back_hours",
    "runs_at_once",
    "actions",
    "connections",
];

/// The settings of an action.
const OF_ACTION: [&str; 2] = ["component", "deny"];

/// The settings of a connection.
const OF_CONNECTION: [&str; 15] = [
    "portal",
    "company",
    "zone",
    "quickbooks",
    "hubspot",
    "token_url",
    "pages_url",
    "requests_per_second",
    "requests_per_minute",
    "answer_timeout_seconds",
    "throttled_pause_seconds",
    "client_id_env",
    "client_secret_env",
    "refresh_token_env",
    "hubspot_token_env",
];

/// Variables and what they hold. An empty one is as good as none.
pub type Environment = BTreeMap<String, String>;

type Key = Vec<String>;

/// Values by their keys, which are taken out one by one.
pub(super) struct Entries {
    values: BTreeMap<Key, (Raw, Origin)>,
    /// Names of actions and connections, also of those without a value, and where each came first.
    names: BTreeMap<(String, String), Origin>,
    folder: PathBuf,
}

enum Raw {
    Text(String),
    List(Vec<String>),
    /// A table, a boolean and the like: nothing takes it.
    Other,
}

/// A value that may be set.
pub(super) struct Found<T>(Option<Setting<T>>);

impl<T> Found<T> {
    pub(super) fn or(self, default: T) -> Setting<T> {
        self.0.unwrap_or(Setting { value: default, origin: Origin::Default })
    }

    pub(super) fn set(self) -> Option<Setting<T>> {
        self.0
    }
}

impl Entries {
    pub(super) fn read(text: &str, folder: &Path, environment: &Environment) -> Result<Self, BadSettings> {
        let line_of = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        let table = DeTable::parse(text).map_err(|error| BadSettings::NotToml {
            line: line_of(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut entries = Self { values: BTreeMap::new(), names: BTreeMap::new(), folder: folder.to_owned() };
        entries.add_table(&[], table.get_ref(), &line_of);
        for (variable, value) in environment.iter().filter(|(_, value)| !value.is_empty()) {
            entries.add_variable(variable, value);
        }
        Ok(entries)
    }

    fn add_table(&mut self, above: &[String], table: &DeTable<'_>, line_of: &impl Fn(usize) -> usize) {
        for (name, value) in table {
            let mut key = above.to_vec();
            key.push(name.get_ref().to_string());
            let origin = Origin::File { line: line_of(name.span().start) };
            match value.get_ref() {
                DeValue::Table(below) if key.len() < 3 && is_group(&key[0]) => {
                    self.add_name(&key, &origin);
                    self.add_table(&key, below, line_of);
                }
                value => {
                    self.values.insert(key, (Raw::of(value), origin));
                }
            }
        }
    }

    /// `QBO_HOST_LISTEN` is `listen`, and `QBO_HOST_CONNECTIONS__MAIN__PORTAL` is `portal` of the
    /// connection `main`. Other variables are not settings of the service.
    fn add_variable(&mut self, variable: &str, value: &str) {
        let Some(path) = variable.strip_prefix(PREFIX) else { return };
        let mut key: Key = path.split(BETWEEN).map(str::to_ascii_lowercase).collect();
        match key.as_mut_slice() {
            [own] if OWN.contains(&own.as_str()) && !is_group(own) => {}
            [group, name, _] if is_group(group) => *name = name.replace('_', "-"),
            _ => return,
        }
        let origin = Origin::Environment { variable: variable.to_owned() };
        self.add_name(&key, &origin);
        self.values.insert(key, (Raw::Text(value.to_owned()), origin));
    }

    fn add_name(&mut self, key: &[String], origin: &Origin) {
        if let [group, name, ..] = key {
            self.names.entry((group.clone(), name.clone())).or_insert_with(|| origin.clone());
        }
    }

    /// Takes every member of a group.
    pub(super) fn each<T>(
        &mut self,
        group: &str,
        take: impl Fn(&mut Self, &str) -> Result<T, BadSettings>,
    ) -> Result<BTreeMap<String, T>, BadSettings> {
        let of_group = self.names.iter().filter(|((of, _), _)| of == group);
        let names: Vec<_> = of_group.map(|((_, name), origin)| (name.clone(), origin.clone())).collect();
        let taken = names.into_iter().map(|(name, origin)| {
            check_name(group, &name, origin)?;
            take(self, &name).map(|taken| (name, taken))
        });
        taken.collect()
    }

    fn take<T>(
        &mut self,
        key: &Key,
        takes: &str,
        parse: impl FnOnce(Raw) -> Option<T>,
    ) -> Result<Option<Setting<T>>, BadSettings> {
        let Some((raw, origin)) = self.values.remove(key) else { return Ok(None) };
        match parse(raw) {
            Some(value) => Ok(Some(Setting { value, origin })),
            None => Err(BadSettings::Unfit { key: key.join("."), origin, takes: takes.to_owned() }),
        }
    }

    pub(super) fn value<T: FromStr>(&mut self, key: Key, takes: &str) -> Result<Found<T>, BadSettings> {
        self.take(&key, takes, |raw| raw.text()?.parse().ok()).map(Found)
    }

    pub(super) fn required<T>(&self, found: Option<Setting<T>>, key: Key) -> Result<Setting<T>, BadSettings> {
        found.ok_or_else(|| BadSettings::Missing { variable: variable_of(&key), key: key.join(".") })
    }

    pub(super) fn text(&mut self, key: Key, takes: &str) -> Result<Setting<String>, BadSettings> {
        let found = self.take(&key, takes, |raw| raw.text().filter(|text| !text.is_empty()))?;
        self.required(found, key)
    }

    pub(super) fn digits(&mut self, key: Key) -> Result<Setting<String>, BadSettings> {
        let is_id = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let found = self.take(&key, "an id, which is made of digits", |raw| raw.text().filter(is_id))?;
        self.required(found, key)
    }

    pub(super) fn zone(&mut self, key: Key) -> Result<Setting<TimeZone>, BadSettings> {
        let takes = "an IANA time zone, such as America/New_York";
        let found = self.take(&key, takes, |raw| TimeZone::get(&raw.text()?).ok())?;
        self.required(found, key)
    }

    pub(super) fn number(
        &mut self,
        key: Key,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> Result<Setting<u64>, BadSettings> {
        let takes = format!("a whole number from {} to {}", range.start(), range.end());
        let found = self.take(&key, &takes, |raw| raw.text()?.parse().ok().filter(|number| range.contains(number)))?;
        Ok(found.unwrap_or(Setting { value: default, origin: Origin::Default }))
    }

    /// The name of a variable, which is no secret.
    pub(super) fn variable(&mut self, key: Key, default: &str) -> Result<Setting<String>, BadSettings> {
        let is_name = |text: &String| {
            let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            !text.is_empty() && text.bytes().all(plain)
        };
        let found = self.take(&key, "the name of a variable, in capitals", |raw| raw.text().filter(is_name))?;
        Ok(found.unwrap_or_else(|| Setting { value: default.to_owned(), origin: Origin::Default }))
    }

    /// A path; in the file it begins at the file's folder.
    pub(super) fn path(&mut self, key: Key) -> Result<Option<Setting<PathBuf>>, BadSettings> {
        let takes = "a path";
        let found = self.take(&key, takes, |raw| raw.text().filter(|text| !text.is_empty()).map(PathBuf::from))?;
        let whole = |Setting { value, origin }| match origin {
            Origin::Default | Origin::File { .. } => Setting { value: self.folder.join(value), origin },
            Origin::Environment { .. } => Setting { value: std::path::absolute(&value).unwrap_or(value), origin },
        };
        Ok(found.map(whole))
    }

    pub(super) fn default_path(&self, name: &str) -> Setting<PathBuf> {
        Setting { value: self.folder.join(name), origin: Origin::Default }
    }

    /// A list; in a variable it has commas.
    pub(super) fn list<T: FromStr>(&mut self, key: Key, takes: &str) -> Result<Setting<Vec<T>>, BadSettings> {
        let parse = |raw: Raw| match raw {
            Raw::List(items) => items.iter().map(|item| item.parse().ok()).collect(),
            Raw::Text(text) => text.split(',').map(|item| item.trim().parse().ok()).collect(),
            Raw::Other => None,
        };
        let found = self.take(&key, takes, parse)?;
        Ok(found.unwrap_or(Setting { value: Vec::new(), origin: Origin::Default }))
    }

    /// Whatever was not taken is no setting.
    pub(super) fn check_empty(self) -> Result<(), BadSettings> {
        let Some((key, (_, origin))) = self.values.into_iter().next() else { return Ok(()) };
        let known = match key.as_slice() {
            [group, _, ..] if group == "actions" => OF_ACTION.to_vec(),
            [group, _, ..] if group == "connections" => OF_CONNECTION.to_vec(),
            _ => OWN.to_vec(),
        };
        Err(BadSettings::Unknown { key: key.join("."), origin, known })
    }
}

impl Raw {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Self::Text(number.as_str().to_owned()),
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().map_or(Self::Other, Self::List)
            }
            _ => Self::Other,
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Other => None,
        }
    }
}

/// A variable knows neither capitals nor signs, and has two underscores between its parts: other
/// names would have variables that are another's too.
fn check_name(group: &str, name: &str, origin: Origin) -> Result<(), BadSettings> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if name.split('-').all(|word| !word.is_empty() && word.bytes().all(plain)) {
        return Ok(());
    }
    let takes = "named by small letters and digits, with single hyphens between, such as acme-east".to_owned();
    Err(BadSettings::Unfit { key: format!("{group}.{}", name.escape_debug()), origin, takes })
}

fn is_group(name: &str) -> bool {
    name == "actions" || name == "connections"
}

/// The variable that sets `key`.
pub(super) fn variable_of(key: &[String]) -> String {
    let parts: Vec<_> = key.iter().map(|part| part.replace('-', "_").to_ascii_uppercase()).collect();
    format!("{PREFIX}{}", parts.join(BETWEEN))
}
