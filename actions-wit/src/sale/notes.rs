//! The words on a document: the marker by which it is found again, and the memo that the customer
//! reads.

use super::names::check_length;
use crate::quickbooks::Memo;
use crate::{Enrollment, Problems};

const CUSTOMER_MEMO_MAX: usize = 1000;
const PO_NUMBER_MAX: usize = 15;

/// Where the marker goes. The memo can show on customer statements, so it is not the default.
#[derive(Debug, Clone, Copy)]
enum MarkerPlace {
    PrivateNote,
    CustomerMemo,
    None,
}

/// The notes of a document.
pub struct Notes {
    memo: Option<String>,
    private: Option<String>,
    po_number: Option<String>,
    has_marker: bool,
}

impl Notes {
    pub(super) fn read(enrollment: &Enrollment, problems: &mut Problems) -> Self {
        let words = [
            ("private_note", MarkerPlace::PrivateNote),
            ("customer_memo", MarkerPlace::CustomerMemo),
            ("none", MarkerPlace::None),
        ];
        let place = problems.note(enrollment.choice("marker_place", &words)).flatten();
        let place = place.unwrap_or(MarkerPlace::PrivateNote);
        let mut notes = Self::place(place, enrollment.input("customer_memo"), enrollment.marker());
        if let Some(memo) = &notes.memo {
            problems.note(check_length(memo, CUSTOMER_MEMO_MAX, "customer memo"));
        }
        if let Some(number) = enrollment.input("po_number") {
            let checked = check_length(number, PO_NUMBER_MAX, "PO number");
            problems.note(checked.map_err(|problem| problem.about("po_number")));
            notes.po_number = Some(number.to_owned());
        }
        notes
    }

    fn place(place: MarkerPlace, memo: Option<&str>, marker: &str) -> Self {
        let own = memo.map(str::to_owned);
        match place {
            MarkerPlace::None => Self { memo: own, private: None, po_number: None, has_marker: false },
            MarkerPlace::PrivateNote => {
                Self { memo: own, private: Some(marker.to_owned()), po_number: None, has_marker: true }
            }
            MarkerPlace::CustomerMemo => Self {
                memo: Some(own.map_or_else(|| marker.to_owned(), |own| format!("{own}\n{marker}"))),
                private: None,
                po_number: None,
                has_marker: true,
            },
        }
    }

    /// What the customer reads.
    pub fn customer_memo(&self) -> Option<Memo> {
        let value = Some(self.memo.clone()?);
        Some(Memo { value })
    }

    /// The customer's own order number.
    pub fn po_number(&self) -> Option<String> {
        self.po_number.clone()
    }

    /// Whether the document can be told from others by its marker.
    pub fn have_marker(&self) -> bool {
        self.has_marker
    }

    /// What only the books show, below a sentence of the action's own.
    pub fn private_note_below(&self, sentence: &str) -> String {
        self.private.as_ref().map_or_else(|| sentence.to_owned(), |marker| format!("{sentence}\n{marker}"))
    }

    /// What only the books show.
    pub fn private_note(&self) -> Option<String> {
        self.private.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_goes_where_the_connection_wants_it() {
        let private = Notes::place(MarkerPlace::PrivateNote, Some("Thank you"), "mark");
        assert_eq!(private.private_note().as_deref(), Some("mark"));
        assert_eq!(private.memo.as_deref(), Some("Thank you"));
        let memo = Notes::place(MarkerPlace::CustomerMemo, Some("Thank you"), "mark");
        assert_eq!(memo.memo.as_deref(), Some("Thank you\nmark"));
        assert_eq!(memo.private_note(), None);
        let none = Notes::place(MarkerPlace::None, None, "mark");
        assert!(none.customer_memo().is_none() && none.private_note().is_none());
    }
}
