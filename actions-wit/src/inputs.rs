//! Reading the inputs of a step as what they mean.

use crate::{Date, Enrollment, Problem, codes};

/// The value of a field whose answer is taken from the enrolled object.
const FROM_OBJECT: &str = "from-object";

impl Enrollment {
    /// A concrete choice; `None` if the field is unset or says “from the enrolled object”.
    pub fn chosen(&self, name: &str) -> Option<&str> {
        self.input(name).filter(|&value| value != FROM_OBJECT)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(given) = self.input(name) else {
            return Ok(None);
        };
        match words.iter().find(|(word, _)| *word == given) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(not_understood(name, given)),
        }
    }

    /// `yes` or `no`.
    pub fn yes_or_no(&self, name: &str) -> Result<Option<bool>, Problem> {
        let words = [("yes", true), ("no", false), ("true", true), ("false", false)];
        self.choice(name, &words)
    }

    /// A day, `YYYY-MM-DD`.
    pub fn input_date(&self, name: &str) -> Result<Option<Date>, Problem> {
        match self.input(name) {
            None => Ok(None),
            Some(given) => match Date::parse_hubspot(given) {
                Some(date) => Ok(Some(date)),
                None => Err(not_understood(name, given)),
            },
        }
    }

    /// An input that the settings call for.
    pub fn require_input(&self, name: &str) -> Result<&str, Problem> {
        self.chosen(name).ok_or_else(|| {
            Problem::new(codes::INPUT_MISSING, format!("The input {name} is needed, and it is set nowhere."))
                .about(name.to_owned())
                .remedy("Set it in the step of the workflow or as a default of the connection.")
        })
    }
}

fn not_understood(name: &str, given: &str) -> Problem {
    Problem::new(
        codes::INPUT_NOT_UNDERSTOOD,
        format!("The input {name} holds “{given}”, which this action does not know."),
    )
    .about(name.to_owned())
    .remedy("Choose one of the offered values in the step or in the connection's defaults.")
}
