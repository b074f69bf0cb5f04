//! Finds the fault in a body: service JSON (`Fault`), gateway JSON (`fault`) or XML. Tolerates
//! whatever is missing, and keeps no more than a bounded part.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{BODY_BYTES_MAX, FaultError};

/// A fault as it was found.
#[derive(Debug, Default)]
pub(super) struct Fault {
    /// QuickBooks' `type`, such as `ValidationFault` or `AUTHENTICATION`.
    pub(super) kind: String,
    pub(super) errors: Vec<FaultError>,
    /// The body if it was JSON and short enough, else empty.
    pub(super) text: String,
}

/// The body of an answer that says yes.
pub(super) fn success(body: &[u8]) -> Result<&str, NoSuccess> {
    let text = std::str::from_utf8(body).map_err(|_| NoSuccess::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('{') {
        return Err(NoSuccess::NotAnObject);
    }
    let envelope: Envelope = serde_json::from_str(text)
        .map_err(|error| NoSuccess::NotJson { line: error.line(), column: error.column() })?;
    match (envelope.fault, envelope.gateway_fault) {
        (None, None) => Ok(text),
        _ => Err(NoSuccess::Fault),
    }
}

/// Only what tells yes from no; the rest is passed over without being built.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Fault")]
    fault: Option<IgnoredAny>,
    #[serde(rename = "fault")]
    gateway_fault: Option<IgnoredAny>,
}

/// The fault in a body, if it holds one.
pub(super) fn fault(body: &[u8]) -> Option<Fault> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') { xml_fault(text) } else { json_fault(text) }
}

/// Whether the body is a web page, or nothing where a page was announced.
pub(super) fn is_page(content_type: Option<&str>, body: &[u8]) -> bool {
    let announced = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    match body.trim_ascii_start().first() {
        Some(b'<') => true,
        Some(b'{' | b'[') => false,
        Some(_) | None => announced,
    }
}

/// The first `bytes_max` bytes of `text`, or a little less to keep characters whole.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn json_fault(text: &str) -> Option<Fault> {
    let document: Value = serde_json::from_str(text).ok()?;
    let fault = member(&document, "Fault", "fault")?;
    let errors = match member(fault, "Error", "error") {
        Some(Value::Array(errors)) => errors.iter().map(json_error).collect(),
        Some(error @ Value::Object(_)) => vec![json_error(error)],
        _ => Vec::new(),
    };
    Some(Fault {
        kind: text_of(fault, "type", "Type"),
        errors: bounded(errors),
        text: if text.len() <= BODY_BYTES_MAX { text.to_owned() } else { String::new() },
    })
}

fn json_error(error: &Value) -> FaultError {
    FaultError {
        code: plain_code(&text_of(error, "code", "Code")),
        message: text_of(error, "Message", "message"),
        detail: text_of(error, "Detail", "detail"),
        element: text_of(error, "element", "Element"),
    }
}

fn member<'value>(value: &'value Value, name: &str, other: &str) -> Option<&'value Value> {
    [name, other].into_iter().filter_map(|name| value.get(name)).find(|value| !value.is_null())
}

fn text_of(value: &Value, name: &str, other: &str) -> String {
    match member(value, name, other) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// QuickBooks' gateway also writes codes with leading zeros (`errorCode=003200`).
fn plain_code(code: &str) -> String {
    let code = code.trim();
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        code.trim_start_matches('0').to_owned()
    } else {
        code.to_owned()
    }
}

/// Reads `<Fault type="…"><Error code="…" element="…"><Message>…</Message><Detail>…`, and nothing
/// else of XML: no part of it reaches an action but these texts.
fn xml_fault(text: &str) -> Option<Fault> {
    let fault = &text[text.find("<Fault")?..];
    let mut errors = Vec::new();
    let mut rest = fault;
    while let Some(start) = rest.find("<Error") {
        let error = &rest[start..];
        let end = error.find("</Error>").unwrap_or(error.len());
        errors.push(xml_error(&error[..end]));
        rest = &error[end..];
    }
    Some(Fault { kind: xml_attribute(fault, "type"), errors: bounded(errors), text: String::new() })
}

fn xml_error(error: &str) -> FaultError {
    FaultError {
        code: plain_code(&xml_attribute(error, "code")),
        message: xml_text(error, "<Message>", "</Message>"),
        detail: xml_text(error, "<Detail>", "</Detail>"),
        element: xml_attribute(error, "element"),
    }
}

/// An attribute of the first tag in `text`.
fn xml_attribute(text: &str, name: &str) -> String {
    let tag = &text[..text.find('>').unwrap_or(text.len())];
    let value = tag.split_once(&format!(" {name}=\"")).map(|(_, value)| value);
    value.and_then(|value| value.split_once('"')).map_or_else(String::new, |(value, _)| unescaped(value).into_owned())
}

fn xml_text(text: &str, open: &str, close: &str) -> String {
    let inner = text.split_once(open).and_then(|(_, rest)| rest.split_once(close));
    inner.map_or_else(String::new, |(inner, _)| unescaped(inner.trim()).into_owned())
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    // The ampersand goes last, so that `&amp;lt;` stays `&lt;`.
    let characters = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Cow::Owned(characters.iter().fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character)))
}

/// Keeps as many errors as fit into [`BODY_BYTES_MAX`], each text cut to a quarter of that.
fn bounded(errors: Vec<FaultError>) -> Vec<FaultError> {
    let mut left = BODY_BYTES_MAX;
    let cut_each = |text: String| cut(&text, BODY_BYTES_MAX / 4).to_owned();
    let fits = |error: &FaultError| {
        let bytes = error.code.len() + error.message.len() + error.detail.len() + error.element.len();
        left = left.checked_sub(bytes)?;
        Some(())
    };
    errors
        .into_iter()
        .map(|error| FaultError {
            code: cut_each(error.code),
            message: cut_each(error.message),
            detail: cut_each(error.detail),
            element: cut_each(error.element),
        })
        .scan(fits, |fits, error| fits(&error).map(|()| error))
        .collect()
}

/// Why a body under a success status is no success.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoSuccess {
    Fault,
    NotText,
    NotAnObject,
    NotJson { line: usize, column: usize },
}
