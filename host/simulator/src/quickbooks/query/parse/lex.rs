//! The words of a query statement.

use super::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name, with dots.
    Word,
    Number,
    /// A literal in quotes, unescaped.
    Text,
    Sign,
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Counted from 1, as in the parse errors.
    pub(super) column: usize,
}

impl Token {
    /// A word that cannot name an entity or a property.
    pub(super) fn is_reserved(&self) -> bool {
        const RESERVED: [&str; 9] =
            ["select", "from", "where", "and", "or", "not", "null", "startposition", "maxresults"];
        RESERVED.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let column = at + 1;
        let (kind, text, end) = match character {
            '\'' => quoted(&characters, at)?,
            '-' | '0'..='9' => run(Kind::Number, &characters, at, |c| c.is_ascii_digit() || matches!(c, '-' | '.')),
            c if c.is_alphabetic() || c == '_' => {
                run(Kind::Word, &characters, at, |c| c.is_alphanumeric() || matches!(c, '_' | '.'))
            }
            '<' | '>' if characters.get(at + 1) == Some(&'=') => (Kind::Sign, format!("{character}="), at + 2),
            '=' | '<' | '>' | '(' | ')' | ',' | '*' => (Kind::Sign, character.to_string(), at + 1),
            _ => return Err(lexical_error(character, column)),
        };
        tokens.push(Token { kind, text, column });
        at = end;
    }
    Ok(tokens)
}

fn run(kind: Kind, characters: &[char], start: usize, belongs: impl Fn(char) -> bool) -> (Kind, String, usize) {
    let text: String = characters[start..].iter().copied().take_while(|&c| belongs(c)).collect();
    let end = start + text.chars().count();
    (kind, text, end)
}

fn quoted(characters: &[char], start: usize) -> Result<(Kind, String, usize), Fault> {
    let mut text = String::new();
    let mut at = start + 1;
    loop {
        match (characters.get(at), characters.get(at + 1)) {
            (Some('\''), _) => return Ok((Kind::Text, text, at + 1)),
            (Some('\\'), Some(&escaped)) => {
                text.push(escaped);
                at += 2;
            }
            (Some(&character), _) => {
                text.push(character);
                at += 1;
            }
            (None, _) => return Err(lexical_error('\'', start + 1)),
        }
    }
}

fn lexical_error(character: char, column: usize) -> Fault {
    Fault::query_syntax(format!("Lexical error at line 1, column {column}.  Encountered: \"{character}\""))
}
