//! The choices of an input: those that its definition lists, or rows of QuickBooks that its options
//! declare; searched, sorted and in pages.
//!
//! Owns what a page holds and why it is empty. Asks QuickBooks through the door alone, for no more than
//! the action may. Must not know an action, an entity's meaning, nor who shows the page.

mod cursor;
mod rows;
mod standing;
mod why;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::action::{Choice, Choices, Definition, Input, InputType, Options, takes};
use crate::grant::Grants;
use crate::quickbooks::Client;
pub use standing::{Standing, standing};
pub use why::Why;

/// Choices of one page. More than a person looks through; HubSpot names no limit.
const PAGE: usize = 100;

/// Which choices are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this input.
    pub input: String,
    /// Whose label holds this, in any case.
    pub search: Option<String>,
    /// After the page before: what that one gave as `after`.
    pub after: Option<String>,
    /// Values of the inputs that these choices depend on.
    pub depends_on: BTreeMap<String, String>,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Page {
    /// The choices, by their label.
    pub options: Vec<Offered>,
    /// What leads to the next page, if there is one.
    pub after: Option<String>,
    /// Why there are none.
    pub why: Option<Why>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Offered {
    /// What people read.
    pub label: String,
    /// What the action gets.
    pub value: String,
}

impl From<&Choice> for Offered {
    fn from(choice: &Choice) -> Self {
        Self { label: choice.label.clone(), value: choice.value.clone() }
    }
}

/// The choices that are wanted, of an action that may ask for what `grants` say.
///
/// A list that can't be had is an empty page that says why: whoever fills in a form reads that.
pub async fn page(
    definition: &Definition,
    grants: &Grants,
    client: &Client,
    wanted: &Wanted,
) -> Result<Page, NoChoices> {
    let input = input(definition, &wanted.input)?;
    let start = wanted.after.as_deref().map_or(Ok(0), |after| cursor::position(after).ok_or(NoChoices::BadCursor))?;
    let search = Search::new(wanted.search.as_deref());
    match &input.choices {
        Some(Choices::Listed(choices)) => {
            let offered = choices.iter().map(Offered::from).filter(|offered| search.finds(&offered.label)).collect();
            Ok(cut(offered, start).or_empty(|| why::nothing(&search, "choice")))
        }
        Some(Choices::FromQuickBooks(options)) => {
            let asked = Asked { definition, grants, client, options, search: &search, start };
            Ok(from_quickbooks(&asked, &wanted.depends_on).await)
        }
        None if input.kind == InputType::YesNo => {
            let offered = [("Yes", "yes"), ("No", "no")];
            let offered = offered.map(|(label, value)| Offered { label: label.into(), value: value.into() });
            let found = offered.into_iter().filter(|offered| search.finds(&offered.label)).collect();
            Ok(cut(found, start).or_empty(|| why::nothing(&search, "choice")))
        }
        None => Err(NoChoices::NotAChoice { input: input.name.clone(), takes: takes(input) }),
    }
}

fn input<'d>(definition: &'d Definition, name: &str) -> Result<&'d Input, NoChoices> {
    definition.inputs.iter().find(|input| input.name == name).ok_or_else(|| NoChoices::UnknownInput {
        action: definition.id.clone(),
        input: name.to_owned(),
        known: definition.inputs.iter().map(|input| input.name.clone()).collect(),
    })
}

/// Rows that are asked for.
struct Asked<'a> {
    definition: &'a Definition,
    grants: &'a Grants,
    client: &'a Client,
    options: &'a Options,
    search: &'a Search,
    start: usize,
}

async fn from_quickbooks(asked: &Asked<'_>, given: &BTreeMap<String, String>) -> Page {
    let Asked { options, search, start, .. } = *asked;
    let first = options.first.as_ref().filter(|first| start == 0 && search.finds(&first.label)).map(Offered::from);
    let mut values = Vec::with_capacity(options.depends_on.len());
    for name in &options.depends_on {
        match given.get(name) {
            Some(value) => values.push(value.as_str()),
            None => return Page { options: first.into_iter().collect(), after: None, why: Some(why::fill_in(name)) },
        }
    }
    match rows::page(asked, &values).await {
        Ok(mut page) => {
            if page.options.is_empty() && page.after.is_none() && start == 0 {
                page.why = Some(why::no_rows(asked).await);
            }
            page.options.splice(0..0, first);
            page
        }
        // Without the rows the first choice is still one.
        Err(no_answer) => {
            let why = why::unanswered(asked.definition, no_answer);
            Page { options: first.into_iter().collect(), after: None, why: Some(why) }
        }
    }
}

/// One page of a whole list.
fn cut(mut offered: Vec<Offered>, start: usize) -> Page {
    let more = offered.len() > start + PAGE;
    offered = offered.into_iter().skip(start).take(PAGE).collect();
    Page { options: offered, after: more.then(|| cursor::to(start + PAGE)), why: None }
}

impl Page {
    fn or_empty(self, why: impl FnOnce() -> Why) -> Self {
        if self.options.is_empty() { Self { why: Some(why()), ..self } } else { self }
    }
}

/// What a person typed to find a choice.
struct Search {
    text: String,
    lower: String,
}

impl Search {
    fn new(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim().to_owned();
        Self { lower: text.to_lowercase(), text }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn finds(&self, label: &str) -> bool {
        self.lower.is_empty() || label.to_lowercase().contains(&self.lower)
    }
}

/// There is no such list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoChoices {
    /// The definition has no input of this name.
    #[error("{action} has no input '{}'", input.escape_debug())]
    UnknownInput {
        /// The action.
        action: String,
        /// What was asked for.
        input: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The input is filled in freely.
    #[error("the input '{input}' has no choices")]
    NotAChoice {
        /// The input.
        input: String,
        /// What it takes, in words.
        takes: String,
    },
    /// It leads to no page.
    #[error("the cursor is none of this list")]
    BadCursor,
}

impl NoChoices {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownInput { .. } => "unknown_input",
            Self::NotAChoice { .. } => "not_a_choice",
            Self::BadCursor => "bad_cursor",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownInput { known, .. } => format!("its inputs are: {}", known.join(", ")),
            Self::NotAChoice { takes, .. } => format!("it takes {takes}"),
            Self::BadCursor => "begin again with the first page".into(),
        }
    }
}
