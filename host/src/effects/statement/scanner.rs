//! Cuts a statement into tokens. Knows characters, not grammar.

use super::BadStatement;

/// One token. Texts are slices of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'text> {
    /// A keyword, an entity or a property path such as `MetaData.CreateTime`.
    Word(&'text str),
    /// Decimal digits, with a sign and a fraction where they were written.
    Number(&'text str),
    /// `=`, `<`, `>`, `<=` or `>=`.
    Comparison(&'text str),
    Placeholder,
    Star,
    Comma,
    Open,
    Close,
    /// What the language does not hold.
    Unknown(&'text str),
    End,
}

/// Stands in front of the next token.
pub(super) struct Scanner<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Scanner<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and the byte at which it begins.
    pub(super) fn next(&mut self) -> Result<(usize, Token<'text>), BadStatement> {
        let bytes = self.text.as_bytes();
        self.at += run_length(&bytes[self.at..], |byte| byte.is_ascii_whitespace());
        let start = self.at;
        let rest = &bytes[start..];
        let Some(&first) = rest.first() else {
            return Ok((start, Token::End));
        };
        let (length, token): (usize, fn(&'text str) -> Token<'text>) = match first {
            b'\'' | b'"' => return Err(BadStatement::StringLiteral { at: start }),
            b'?' => (1, |_| Token::Placeholder),
            b'*' => (1, |_| Token::Star),
            b',' => (1, |_| Token::Comma),
            b'(' => (1, |_| Token::Open),
            b')' => (1, |_| Token::Close),
            b'=' => (1, Token::Comparison),
            b'<' | b'>' => (1 + usize::from(rest.get(1) == Some(&b'=')), Token::Comparison),
            b'A'..=b'Z' | b'a'..=b'z' => (word_length(rest), Token::Word),
            b'0'..=b'9' | b'-' => match number_length(rest) {
                Some(length) => (length, Token::Number),
                None => (1, Token::Unknown),
            },
            _ => (character_length(&self.text[start..]), Token::Unknown),
        };
        self.at += length;
        Ok((start, token(&self.text[start..self.at])))
    }
}

/// A letter, then letters and digits, then the same again after each dot.
fn word_length(rest: &[u8]) -> usize {
    let mut length = run_length(rest, |byte| byte.is_ascii_alphanumeric());
    while rest.get(length) == Some(&b'.') && rest.get(length + 1).is_some_and(u8::is_ascii_alphabetic) {
        length += 1;
        length += run_length(&rest[length..], |byte| byte.is_ascii_alphanumeric());
    }
    length
}

/// `-`, digits, and a fraction, or `None` when this is no number or a letter or dot clings to it.
fn number_length(rest: &[u8]) -> Option<usize> {
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = run_length(&rest[sign..], |byte| byte.is_ascii_digit());
    let mut length = sign + digits;
    if rest.get(length) == Some(&b'.') {
        let fraction = run_length(&rest[length + 1..], |byte| byte.is_ascii_digit());
        length += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    let clings = rest.get(length).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    (digits > 0 && !clings).then_some(length)
}

fn character_length(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

fn run_length(rest: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    rest.iter().take_while(|byte| belongs(byte)).count()
}
