//! What is said about documents in HubSpot, in a bookkeeper's words. Knows documents, and no record of
//! HubSpot's.

use std::fmt::Write as _;

use crate::runs::history::Document;

/// The text of a note, as HTML: each document in a paragraph, with where it is found, then whose run made
/// them. `run` is the id by which the note is found again.
pub(super) fn html(
    marker: &str,
    run: &str,
    documents: &[&Document],
    link: impl Fn(&Document) -> Option<String>,
) -> String {
    let mut html = String::new();
    for document in documents {
        let (name, rest) = (escaped(&name(document)), escaped(&amount_and_date(document)));
        let _ = write!(html, "<p><strong>{name}</strong>{rest} was created in QuickBooks.");
        if let Some(link) = link(document) {
            let _ = write!(html, " <a href=\"{}\">Open it in QuickBooks</a>", escaped(&link));
        }
        html.push_str("</p>");
    }
    let _ = write!(html, "<p>{} ({})</p>", escaped(marker), escaped(run));
    html
}

/// The same of one document, without markup or link.
pub(super) fn text(marker: &str, run: &str, document: &Document) -> String {
    format!("{}{} was created in QuickBooks. {marker} ({run})", name(document), amount_and_date(document))
}

/// Such as `Sales receipt 1037`. A document that QuickBooks doesn't number has a name all the same.
fn name(document: &Document) -> String {
    let kind = match document.entity.as_str() {
        "Purchase" => "Expense".into(),
        entity => words(entity),
    };
    match &document.doc_number {
        Some(number) => format!("{kind} {number}"),
        None => kind,
    }
}

/// `RefundReceipt` as people write it.
fn words(entity: &str) -> String {
    let mut words = String::new();
    for letter in entity.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn amount_and_date(document: &Document) -> String {
    let mut text = String::new();
    if let Some(total) = &document.total {
        let _ = write!(text, " over {total}");
    }
    if let Some(currency) = &document.currency {
        let _ = write!(text, " {currency}");
    }
    if let Some(date) = &document.date {
        let _ = write!(text, ", dated {date},");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(entity: &str, number: Option<&str>) -> Document {
        Document {
            entity: entity.into(),
            id: "130".into(),
            doc_number: number.map(str::to_owned),
            total: Some("629.40".into()),
            date: Some("2026-01-05".into()),
            currency: Some("USD".into()),
            name: None,
            set_by_quickbooks: Vec::new(),
        }
    }

    #[test]
    fn a_note_names_every_document_and_the_run() {
        let (invoice, payment) = (document("Invoice", Some("1037")), document("Payment", None));
        let link = |document: &Document| Some(format!("https://books.example/{}?a=1&b=2", document.id));
        let html = html("HubSpot payment 3001 · run 4f2c", "4f2c00", &[&invoice, &payment], link);
        for said in ["Invoice 1037", "Payment", "629.40 USD", "2026-01-05", "run 4f2c", "(4f2c00)", "?a=1&amp;b=2"] {
            assert!(html.contains(said), "{said}: {html}");
        }
    }

    #[test]
    fn what_quickbooks_answers_is_text_and_no_markup() {
        let invoice = document("Invoice", Some("<b>1</b>"));
        assert!(!html("HubSpot deal 1", "4f2c", &[&invoice], |_| None).contains("<b>"));
    }

    #[test]
    fn entities_are_called_as_people_call_them() {
        let named = |entity| name(&document(entity, None));
        assert_eq!(["RefundReceipt", "Purchase", "Estimate"].map(named), ["Refund receipt", "Expense", "Estimate"]);
    }
}
