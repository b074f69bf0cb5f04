//! A transaction as a document to print: its number, who it is for, its lines and its total.
//!
//! It says what the form of the real service says, without its looks.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::books::{Books, full_name};
use super::entity::Entity;
use super::row::{Row, decimal, is_true, part, parts, reference, text};

/// What fits on a page of US letter.
const LINES_PER_PAGE: usize = 42;
/// From the left edge of the words to that of the amounts, in points.
const TO_AMOUNTS: (f32, f32) = (400.0, 0.0);
/// From there to the next line.
const TO_NEXT_LINE: (f32, f32) = (-400.0, -16.0);
const FONT: Name<'static> = Name(b"F1");
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const FACE: Ref = Ref::new(3);
/// Pages and their contents take the references after those.
const FIRST_PAGE: i32 = 4;

/// Words on the left, and an amount on the right or nothing.
struct Printed(String, String);

/// The document of a stored sale.
pub(crate) fn of_sale(books: &Books, entity: Entity, row: &Row) -> Vec<u8> {
    let printed = printed(books, entity, row);
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.type1_font(FACE).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
    let mut pages = Vec::new();
    let mut free = (FIRST_PAGE..).map(Ref::new);
    for lines in printed.chunks(LINES_PER_PAGE) {
        let Some((page, content)) = free.next().zip(free.next()) else { break };
        pages.push(page);
        let mut form = pdf.page(page);
        form.media_box(Rect::new(0.0, 0.0, 612.0, 792.0)).parent(PAGES).contents(content);
        form.resources().fonts().pair(FONT, FACE);
        form.finish();
        pdf.stream(content, &set(lines));
    }
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(PAGES).kids(pages).count(count);
    pdf.finish()
}

fn set(lines: &[Printed]) -> Vec<u8> {
    let mut content = Content::new();
    content.begin_text().set_font(FONT, 11.0).next_line(72.0, 720.0);
    for Printed(words, amount) in lines {
        content.show(Str(&in_windows_1252(words))).next_line(TO_AMOUNTS.0, TO_AMOUNTS.1);
        content.show(Str(&in_windows_1252(amount))).next_line(TO_NEXT_LINE.0, TO_NEXT_LINE.1);
    }
    content.end_text();
    content.finish().to_vec()
}

fn printed(books: &Books, entity: Entity, row: &Row) -> Vec<Printed> {
    let company = books.row(Entity::CompanyInfo, "1").and_then(|company| text(company, "CompanyName"));
    let mut printed = vec![words(company.unwrap_or_default()), words("")];
    printed.push(words(&format!("{} {}", entity.name(), text(row, "DocNumber").unwrap_or_default())));
    for (label, member) in [("Date", "TxnDate"), ("Due", "DueDate")] {
        printed.extend(text(row, member).map(|day| words(&format!("{label} {day}"))));
    }
    printed.push(words(""));
    let customer = reference(row, "CustomerRef").and_then(|id| books.row(Entity::Customer, id));
    printed.extend(customer.map(|customer| words(full_name(customer))));
    printed.extend(part(row, "BillAddr").into_iter().flat_map(address));
    printed.push(words(""));
    printed.extend(parts(row, "Line").map(line));
    let tax = part(row, "TxnTaxDetail").and_then(|detail| amount(detail, "TotalTax"));
    printed.extend(tax.map(|tax| Printed("Tax".to_owned(), tax)));
    for (label, member) in [("Total", "TotalAmt"), ("Balance due", "Balance")] {
        printed.extend(amount(row, member).map(|amount| Printed(label.to_owned(), amount)));
    }
    if let Some(memo) = part(row, "CustomerMemo").and_then(|memo| text(memo, "value")) {
        printed.push(words(""));
        printed.extend(memo.lines().map(words));
    }
    printed
}

fn words(words: &str) -> Printed {
    Printed(words.to_owned(), String::new())
}

fn address(address: &Row) -> Vec<Printed> {
    let street = ["Line1", "Line2", "Line3", "Line4", "Line5"].into_iter().filter_map(|member| text(address, member));
    let city = ["City", "CountrySubDivisionCode", "PostalCode"].into_iter().filter_map(|member| text(address, member));
    let city = city.collect::<Vec<_>>().join(" ");
    street.chain((!city.is_empty()).then_some(city.as_str())).map(words).collect()
}

fn line(line: &Row) -> Printed {
    let detail = part(line, text(line, "DetailType").unwrap_or_default());
    let item = detail.and_then(|detail| text(part(detail, "ItemRef")?, "name"));
    let percent =
        detail.filter(|detail| is_true(detail, "PercentBased")).and_then(|detail| decimal(detail, "DiscountPercent"));
    let described = match text(line, "DetailType") {
        Some("SubTotalLineDetail") => "Subtotal".to_owned(),
        Some("DiscountLineDetail") => percent.map_or("Discount".to_owned(), |percent| format!("Discount {percent} %")),
        Some(_) | None => text(line, "Description").or(item).unwrap_or_default().to_owned(),
    };
    let priced = detail.and_then(|detail| decimal(detail, "Qty").zip(decimal(detail, "UnitPrice")));
    let described = priced.map_or(described.clone(), |(quantity, price)| format!("{described}, {quantity} x {price}"));
    Printed(described, amount(line, "Amount").unwrap_or_default())
}

fn amount(row: &Row, member: &str) -> Option<String> {
    decimal(row, member).map(|amount| format!("{amount:.2}"))
}

/// The letters that the built-in fonts of every reader have; others are question marks.
fn in_windows_1252(words: &str) -> Vec<u8> {
    let letter = |letter: char| match letter {
        '\u{20ac}' => 0x80,
        '\u{2018}' => 0x91,
        '\u{2019}' => 0x92,
        '\u{201c}' => 0x93,
        '\u{201d}' => 0x94,
        '\u{2013}' => 0x96,
        '\u{2014}' => 0x97,
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(letter).unwrap_or(b'?'),
        _ => b'?',
    };
    words.chars().map(letter).collect()
}
