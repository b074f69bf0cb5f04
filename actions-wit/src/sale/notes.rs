//! The words on a document: the marker by which it is found again, the memo that the customer
//! reads, and the number where the company numbers by hand.

use super::names::check_length;
use crate::quickbooks::Memo;
use crate::{Enrollment, Problems};

const CUSTOMER_MEMO_MAX: usize = 1000;

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
        let notes = Self::place(place, enrollment.input("customer_memo"), enrollment.marker());
        if let Some(memo) = &notes.memo {
            problems.note(check_length(memo, CUSTOMER_MEMO_MAX, "customer memo"));
        }
        notes
    }

    fn place(place: MarkerPlace, memo: Option<&str>, marker: &str) -> Self {
        let own = memo.map(str::to_owned);
        match place {
            MarkerPlace::None => Self { memo: own, private: None },
            MarkerPlace::PrivateNote => Self { memo: own, private: Some(marker.to_owned()) },
            MarkerPlace::CustomerMemo => Self {
                memo: Some(own.map_or_else(|| marker.to_owned(), |own| format!("{own}\n{marker}"))),
                private: None,
            },
        }
    }

    /// What the customer reads.
    pub fn customer_memo(&self) -> Option<Memo> {
        let value = Some(self.memo.clone()?);
        Some(Memo { value })
    }

    /// What only the books show.
    pub fn private_note(&self) -> Option<String> {
        self.private.clone()
    }
}

/// The number of a document whose company numbers by hand: QuickBooks would leave it empty. It
/// names the HubSpot record, so a person finds the deal by it; a further document of the same
/// record counts on, since QuickBooks refuses a number twice. Record ids have at most sixteen
/// digits, and twenty-one characters are allowed.
pub(super) fn document_number(object_id: &str, documents_made: usize) -> String {
    if documents_made == 0 { format!("HS-{object_id}") } else { format!("HS-{object_id}-{}", documents_made + 1) }
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

    #[test]
    fn numbers_of_one_record_differ_and_fit() {
        assert_eq!(document_number("789", 0), "HS-789");
        assert_eq!(document_number("789", 1), "HS-789-2");
        assert!(document_number("1234567890123456", 8).len() <= 21);
    }
}
