//! The condition under which rows of QuickBooks are choices of an input.
//!
//! A definition may write strings in it, since it is fixed when the action is installed. They are
//! told apart from the rest here: in a query they are values like any other, so that no text of a
//! definition reaches QuickBooks unquoted. Must not know the grammar of the rest.

use serde::Deserialize;

/// A condition with `?` for each string.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition {
    text: String,
    places: Vec<Place>,
}

/// What stands for one `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The value of the next input that the choices depend on.
    Input,
    /// A string of the definition's own.
    String(String),
}

impl Condition {
    /// Reads a condition. A string stands between single quotes and can hold none.
    ///
    /// # Errors
    ///
    /// Refuses a string that does not end.
    pub fn parse(condition: &str) -> Result<Self, NotClosed> {
        let (mut text, mut places) = (String::with_capacity(condition.len()), Vec::new());
        for (index, part) in condition.split('\'').enumerate() {
            if index % 2 == 1 {
                text.push('?');
                places.push(Place::String(part.to_owned()));
            } else {
                text.push_str(part);
                places.extend(part.matches('?').map(|_| Place::Input));
            }
        }
        if condition.matches('\'').count() % 2 == 1 { Err(NotClosed) } else { Ok(Self { text, places }) }
    }

    /// The condition with `?` for every value.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many values of inputs it needs.
    pub fn inputs(&self) -> usize {
        self.places.iter().filter(|place| **place == Place::Input).count()
    }

    /// A value for each `?` of [`Condition::text`]: those of `inputs` in their order, and the strings
    /// of the definition between them.
    pub fn values<'v>(&'v self, inputs: impl IntoIterator<Item = &'v str>) -> Vec<String> {
        let mut inputs = inputs.into_iter();
        let value = |place: &'v Place| match place {
            Place::Input => inputs.next().unwrap_or_default().to_owned(),
            Place::String(string) => string.clone(),
        };
        self.places.iter().map(value).collect()
    }
}

impl TryFrom<String> for Condition {
    type Error = NotClosed;

    fn try_from(condition: String) -> Result<Self, NotClosed> {
        Self::parse(&condition)
    }
}

/// A string that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a string of the condition is not closed")]
pub struct NotClosed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_inputs_become_values_in_their_order() {
        let condition = Condition::parse("Type IN ('Bank', 'Why?') AND ParentRef = ? AND Name < 'M'").unwrap();
        assert_eq!(condition.text(), "Type IN (?, ?) AND ParentRef = ? AND Name < ?");
        assert_eq!(condition.inputs(), 1);
        assert_eq!(condition.values(["7"]), ["Bank", "Why?", "7", "M"]);
    }

    #[test]
    fn a_string_that_does_not_end_is_refused() {
        assert_eq!(Condition::parse("Name = 'x"), Err(NotClosed));
    }
}
