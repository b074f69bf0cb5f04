//! The grammar, by recursive descent. Each rule appends what it recognised to the canonical text,
//! so that nothing reaches QuickBooks that no rule has named.

use super::scanner::{Scanner, Token};
use super::{BadStatement, Statement};

/// The language's own words. None of them names a property or an entity, so that a statement has
/// one reading only; QuickBooks has no property of such a name.
const RESERVED: [&str; 20] = [
    "SELECT",
    "COUNT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "TRUE",
    "FALSE",
    "NULL",
    "ORDERBY",
    "ORDER",
    "BY",
    "ASC",
    "DESC",
    "STARTPOSITION",
    "MAXRESULTS",
    "JOIN",
];

/// How much of what was found instead is quoted in an error.
const FOUND_CHARACTERS_MAX: usize = 24;

/// Reads a whole statement.
pub(super) fn statement(text: &str) -> Result<Statement, BadStatement> {
    let mut grammar = Grammar::new(text)?;
    grammar.keyword("SELECT")?;
    grammar.write("SELECT ");
    grammar.projection()?;
    grammar.keyword("FROM")?;
    grammar.write(" FROM ");
    let entity_start = grammar.text.len();
    grammar.entity()?;
    let entity = entity_start..grammar.text.len();
    if grammar.accept("WHERE")? {
        grammar.write(" WHERE ");
        grammar.conditions()?;
    }
    if grammar.accept_order()? {
        grammar.write(" ORDERBY ");
        grammar.sorts()?;
    }
    let rows = grammar.page()?;
    Ok(Statement { text: grammar.text, holes: grammar.holes, entity, rows })
}

struct Grammar<'text> {
    scanner: Scanner<'text>,
    /// The token that is looked at, and the byte at which it begins.
    token: Token<'text>,
    at: usize,
    text: String,
    holes: Vec<usize>,
}

impl<'text> Grammar<'text> {
    fn new(text: &'text str) -> Result<Self, BadStatement> {
        let mut scanner = Scanner::new(text);
        let (at, token) = scanner.next()?;
        Ok(Self {
            scanner,
            token,
            at,
            // Canonical spacing adds a blank here and there.
            text: String::with_capacity(text.len() + text.len() / 8 + 8),
            holes: Vec::new(),
        })
    }

    fn projection(&mut self) -> Result<(), BadStatement> {
        if self.token == Token::Star {
            self.write("*");
            return self.advance();
        }
        if self.accept("COUNT")? {
            self.symbol(Token::Open, "`(` after COUNT")?;
            self.symbol(Token::Star, "`*` within COUNT( )")?;
            self.symbol(Token::Close, "`)` after COUNT(*")?;
            self.write("COUNT(*)");
            return Ok(());
        }
        self.field("`*`, COUNT(*) or a property")?;
        while self.accept_comma()? {
            self.write(", ");
            self.field("a property")?;
        }
        Ok(())
    }

    fn entity(&mut self) -> Result<(), BadStatement> {
        match self.token {
            Token::Word(name) if name.bytes().all(|byte| byte.is_ascii_alphabetic()) && !reserved(name) => {
                self.write(name);
                self.advance()
            }
            _ => Err(self.unparsed("an entity")),
        }
    }

    fn conditions(&mut self) -> Result<(), BadStatement> {
        self.condition()?;
        while self.accept("AND")? {
            self.write(" AND ");
            self.condition()?;
        }
        Ok(())
    }

    fn condition(&mut self) -> Result<(), BadStatement> {
        self.field("a property")?;
        if let Token::Comparison(sign) = self.token {
            self.write(" ");
            self.write(sign);
            self.write(" ");
            self.advance()?;
            return self.literal();
        }
        if self.accept("LIKE")? {
            self.write(" LIKE ");
            return match self.token {
                Token::Placeholder => self.literal(),
                _ => Err(self.unparsed("`?` after LIKE")),
            };
        }
        if self.accept("IN")? {
            self.write(" IN ");
            return self.list();
        }
        Err(self.unparsed("a comparison (=, <, >, <=, >=), LIKE or IN"))
    }

    fn list(&mut self) -> Result<(), BadStatement> {
        self.symbol(Token::Open, "`(` after IN")?;
        self.write("(");
        self.literal()?;
        while self.accept_comma()? {
            self.write(", ");
            self.literal()?;
        }
        self.symbol(Token::Close, "`,` or `)`")?;
        self.write(")");
        Ok(())
    }

    fn literal(&mut self) -> Result<(), BadStatement> {
        match self.token {
            Token::Placeholder => self.holes.push(self.text.len()),
            Token::Number(digits) => self.write(digits),
            Token::Word(word) if word.eq_ignore_ascii_case("true") => self.write("true"),
            Token::Word(word) if word.eq_ignore_ascii_case("false") => self.write("false"),
            _ => return Err(self.unparsed("`?`, a number, true or false")),
        }
        self.advance()
    }

    fn sorts(&mut self) -> Result<(), BadStatement> {
        self.sort()?;
        while self.accept_comma()? {
            self.write(", ");
            self.sort()?;
        }
        Ok(())
    }

    fn sort(&mut self) -> Result<(), BadStatement> {
        self.field("a property")?;
        if self.accept("ASC")? {
            self.write(" ASC");
        } else if self.accept("DESC")? {
            self.write(" DESC");
        }
        Ok(())
    }

    /// The clauses of the page, in either order, up to the end. Gives the rows of the page.
    fn page(&mut self) -> Result<Option<u32>, BadStatement> {
        let (mut position, mut rows) = (None, None);
        while self.token != Token::End {
            let at = self.at;
            if position.is_none() && self.accept("STARTPOSITION")? {
                position = Some(self.count(BadStatement::PositionBelowOne { at })?);
            } else if rows.is_none() && self.accept("MAXRESULTS")? {
                rows = Some(self.count(BadStatement::RowsBelowOne { at })?);
            } else {
                return Err(self.unparsed("the next clause or the end of the statement"));
            }
        }
        if let Some(position) = position {
            self.write(" STARTPOSITION ");
            self.write(&position.to_string());
        }
        Ok(rows)
    }

    fn count(&mut self, if_zero: BadStatement) -> Result<u32, BadStatement> {
        let Token::Number(digits) = self.token else {
            return Err(self.unparsed("a whole number"));
        };
        let count = digits.parse().map_err(|_| self.unparsed("a whole number"))?;
        if count == 0 {
            return Err(if_zero);
        }
        self.advance()?;
        Ok(count)
    }

    fn field(&mut self, expected: &'static str) -> Result<(), BadStatement> {
        match self.token {
            Token::Word(name) if !reserved(name) => {
                self.write(name);
                self.advance()
            }
            _ => Err(self.unparsed(expected)),
        }
    }

    fn accept_order(&mut self) -> Result<bool, BadStatement> {
        if self.accept("ORDERBY")? {
            return Ok(true);
        }
        if self.accept("ORDER")? {
            self.keyword("BY")?;
            return Ok(true);
        }
        Ok(false)
    }

    fn accept_comma(&mut self) -> Result<bool, BadStatement> {
        let found = self.token == Token::Comma;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn accept(&mut self, keyword: &'static str) -> Result<bool, BadStatement> {
        let found = matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn keyword(&mut self, keyword: &'static str) -> Result<(), BadStatement> {
        if self.accept(keyword)? {
            return Ok(());
        }
        Err(self.unparsed(keyword))
    }

    fn symbol(&mut self, symbol: Token<'static>, expected: &'static str) -> Result<(), BadStatement> {
        if self.token == symbol {
            return self.advance();
        }
        Err(self.unparsed(expected))
    }

    fn advance(&mut self) -> Result<(), BadStatement> {
        (self.at, self.token) = self.scanner.next()?;
        Ok(())
    }

    fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn unparsed(&self, expected: &'static str) -> BadStatement {
        BadStatement::Unparsed { at: self.at, found: found(self.token), expected }
    }
}

fn reserved(word: &str) -> bool {
    RESERVED.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn found(token: Token<'_>) -> String {
    let text = match token {
        Token::Word(text) | Token::Number(text) | Token::Comparison(text) | Token::Unknown(text) => text,
        Token::Placeholder => "?",
        Token::Star => "*",
        Token::Comma => ",",
        Token::Open => "(",
        Token::Close => ")",
        Token::End => return "the end".to_owned(),
    };
    let shown: String = text.chars().take(FOUND_CHARACTERS_MAX).collect();
    format!("`{}`", shown.escape_debug())
}
