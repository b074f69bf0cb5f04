//! Text in columns: tables and paragraphs that fit a terminal.

use comfy_table::{ContentArrangement, Table, presets};

/// Columns of the narrowest usual terminal. A wider line breaks there, and a table then can't be read.
const COLUMNS: u16 = 80;

pub(in crate::cli) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(COLUMNS);
    table.set_header(header.to_vec());
    table
}

/// Words in lines, the first after `first`, the others indented below it. Ends with a line's end.
pub(super) fn paragraph(first: &str, words: &str) -> String {
    let indent = first.chars().count();
    let mut text = first.to_owned();
    let mut column = indent;
    for word in words.split_whitespace() {
        let width = word.chars().count();
        if column > indent {
            if column + 1 + width > usize::from(COLUMNS) {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_keeps_its_words_and_its_width() {
        let words = "one right document or a plain sentence ".repeat(9) + &"long".repeat(30);
        let text = paragraph("  → ", &words);
        assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains("longlong")), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("    ") && !line.starts_with("     ")), "{text}");
        let kept: Vec<_> = text.split_whitespace().skip(1).collect();
        assert_eq!(kept, words.split_whitespace().collect::<Vec<_>>());
    }
}
