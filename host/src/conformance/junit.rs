//! What came of an action as JUnit's XML, which systems for continuous integration read: one test for
//! each case as stated, and one for its sweep. Words a document, and judges nothing.

use std::fmt::Write as _;
use std::time::Duration;

use super::suite::{CheckedCase, SuiteReport};

/// The document.
pub fn junit(report: &SuiteReport) -> String {
    let mut tests = Vec::new();
    for case in &report.cases {
        tests.push(stated(case));
        tests.extend(swept(case));
    }
    let failures = tests.iter().filter(|test| test.failure.is_some()).count();
    let took: Duration = tests.iter().map(|test| test.took).sum();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" time=\"{}\"", tests.len(), seconds(took));
    let name = escaped(&format!("{} {}", report.action, report.version));
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites {counts}>\n  <testsuite name=\"{name}\" {counts}>");
    for test in &tests {
        test.write(&mut text, &report.action);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// One test.
struct Test {
    name: String,
    took: Duration,
    /// In short, and in full.
    failure: Option<(String, String)>,
}

impl Test {
    fn write(&self, text: &mut String, class: &str) {
        let (class, name, time) = (escaped(class), escaped(&self.name), seconds(self.took));
        let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{time}\"");
        match &self.failure {
            None => text.push_str("/>\n"),
            Some((short, full)) => {
                let (short, full) = (escaped(short), escaped(full));
                let _ = writeln!(text, ">\n      <failure message=\"{short}\">{full}</failure>\n    </testcase>");
            }
        }
    }
}

fn stated(case: &CheckedCase) -> Test {
    let lines: Vec<_> = case.error.iter().cloned().chain(case.mismatches.iter().map(ToString::to_string)).collect();
    Test { name: case.case.clone(), took: case.took, failure: failure(&lines) }
}

fn swept(case: &CheckedCase) -> Option<Test> {
    let swept = case.swept.as_ref()?;
    let lines: Vec<_> = swept.failures.iter().map(ToString::to_string).collect();
    Some(Test { name: format!("{} (swept)", case.case), took: swept.took, failure: failure(&lines) })
}

fn failure(lines: &[String]) -> Option<(String, String)> {
    Some((lines.first()?.clone(), lines.join("\n")))
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// Text as XML takes it. What an action says may hold anything, and a character that XML 1.0 does not
/// have makes the whole document unreadable.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            character if character.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{Mismatch, Step};

    fn case(name: &str, found: &[&str]) -> CheckedCase {
        let mismatch = |found: &&str| Mismatch {
            step: Step::Event,
            of: "outputs.note".into(),
            expected: "nothing".into(),
            found: (*found).to_owned(),
        };
        CheckedCase {
            case: name.into(),
            rules: vec![1],
            error: None,
            mismatches: found.iter().map(mismatch).collect(),
            usage: None,
            took: Duration::from_millis(1_250),
            swept: None,
        }
    }

    #[test]
    fn what_an_action_says_cannot_break_the_document() {
        let report = SuiteReport {
            action: "a".into(),
            version: "1.0.0".into(),
            cases: vec![case("right", &[]), case("wrong", &["</failure>\"&\u{1b}[31m\u{0}]]>\n"])],
            limits: Vec::new(),
            capabilities_unused: Vec::new(),
            codes_unmet: Vec::new(),
            host_codes: Vec::new(),
            unmarked: Vec::new(),
        };
        let text = junit(&report);
        assert!(text.contains("<testsuite name=\"a 1.0.0\" tests=\"2\" failures=\"1\" time=\"2.500\">"), "{text}");
        assert_eq!(text.matches("</failure>").count(), 1);
        assert_eq!(text.matches("<testcase ").count(), 2);
        assert!(text.contains("&lt;/failure&gt;&quot;&amp;"));
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()));
    }
}
