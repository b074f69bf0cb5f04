//! How a run of an action ends: the outcome, the refusal, and the problems both speak of.
//! Knows nothing of where a problem comes from.

use std::borrow::Cow;

/// Something a person should know, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable and lower case; declared under `errors` in the definition.
    pub code: &'static str,
    /// One sentence for a bookkeeper.
    pub message: Cow<'static, str>,
    /// What it concerns, such as `line item 301 "Seat"`. May be empty.
    pub about: Cow<'static, str>,
    /// What to do about it, one sentence. May be empty.
    pub remedy: Cow<'static, str>,
}

impl Problem {
    /// A problem with its sentence; what it concerns and its remedy follow by method.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), about: Cow::Borrowed(""), remedy: Cow::Borrowed("") }
    }

    /// Names the object or line concerned.
    #[must_use]
    pub fn about(mut self, about: impl Into<Cow<'static, str>>) -> Self {
        self.about = about.into();
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

/// What a refusal asks of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// A person must mend something.
    Fix,
    /// There is nothing to do: a normal event.
    Skip,
    /// Not yet: the host tries again later with fresh reads.
    Wait,
}

impl RefusalKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Skip => "skip",
            Self::Wait => "wait",
        }
    }
}

/// The decision not to make a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it asks for.
    pub kind: RefusalKind,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// Nothing to do.
    pub fn skip(problem: Problem) -> Self {
        Self { kind: RefusalKind::Skip, problems: vec![problem] }
    }

    /// A person must mend this one thing. For several, collect them in [`Problems`].
    pub fn fix(problem: Problem) -> Self {
        Self { kind: RefusalKind::Fix, problems: vec![problem] }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::fix(problem)
    }
}

/// Collects everything that speaks against a write, so that a person mends it in one go.
#[derive(Debug, Default)]
pub struct Problems {
    to_fix: Vec<Problem>,
    to_wait_for: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Problems {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A person must mend this.
    pub fn add(&mut self, problem: Problem) {
        self.to_fix.push(problem);
    }

    /// This will mend itself in time.
    pub fn wait(&mut self, problem: Problem) {
        self.to_wait_for.push(problem);
    }

    /// Worth a look, but no reason to stop.
    pub fn warn(&mut self, problem: Problem) {
        self.warnings.push(problem);
    }

    /// Keeps the value of a check, or its problem.
    pub fn note<T>(&mut self, checked: Result<T, Problem>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(problem) => {
                self.add(problem);
                None
            }
        }
    }

    /// The warnings, if nothing speaks against writing; else the refusal.
    ///
    /// What a person must mend comes before what mends itself: waiting would not help then.
    pub fn settle(self) -> Result<Vec<Problem>, Refusal> {
        if !self.to_fix.is_empty() {
            return Err(Refusal { kind: RefusalKind::Fix, problems: self.to_fix });
        }
        if !self.to_wait_for.is_empty() {
            return Err(Refusal { kind: RefusalKind::Wait, problems: self.to_wait_for });
        }
        Ok(self.warnings)
    }

    /// What the checks gave and their warnings, or the refusal.
    ///
    /// # Panics
    ///
    /// If a check gave nothing and left no problem: a bug of the action.
    pub fn settle_with<T>(self, checked: Option<T>) -> Result<(T, Vec<Problem>), Refusal> {
        let warnings = self.settle()?;
        let value = checked.expect("a check that gives nothing leaves a problem");
        Ok((value, warnings))
    }
}

/// The action did what it was asked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) warnings: Vec<Problem>,
}

impl Outcome {
    /// An outcome with the warnings that the checks left.
    pub fn new(warnings: Vec<Problem>) -> Self {
        Self { outputs: Vec::new(), warnings }
    }

    /// Fills an output field of the definition; an empty value leaves it out.
    #[must_use]
    pub fn output(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.outputs.push((name.to_owned(), value));
        }
        self
    }

    /// Adds one more warning.
    #[must_use]
    pub fn warning(mut self, problem: Option<Problem>) -> Self {
        self.warnings.extend(problem);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_refused_at_once() {
        let mut problems = Problems::new();
        problems.add(Problem::new("first", ""));
        problems.add(Problem::new("second", ""));
        let refusal = problems.settle().unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Fix);
        let codes: Vec<_> = refusal.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["first", "second"]);
    }

    #[test]
    fn what_a_person_must_mend_hides_what_mends_itself() {
        let mut problems = Problems::new();
        problems.wait(Problem::new("not_yet", ""));
        problems.add(Problem::new("wrong", ""));
        let refusal = problems.settle().unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Fix);
        assert_eq!(refusal.problems.len(), 1);
    }

    #[test]
    fn warnings_alone_do_not_refuse() {
        let mut problems = Problems::new();
        problems.warn(Problem::new("odd", ""));
        assert_eq!(problems.settle().unwrap().len(), 1);
    }
}
