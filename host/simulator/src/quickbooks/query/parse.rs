//! The grammar of a query statement.
//!
//! Both clause orders that clients send are taken, `ORDERBY` in one word or two, keywords in any case.

use self::lex::{Kind, Token};
use super::super::fault::Fault;

mod lex;

/// A statement as it was written; whether its names exist is not decided here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(super) select: Select,
    pub(super) entity: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) sorting: Vec<Sorting>,
    pub(super) start_position: Option<u32>,
    pub(super) max_results: Option<u32>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Select {
    All,
    Count,
    Fields(Vec<String>),
}

/// One condition; they are joined by AND.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) property: String,
    pub(super) operator: Operator,
    /// One, or several for `IN`, without their quotes.
    pub(super) literals: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    In,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sorting {
    pub(super) property: String,
    pub(super) descending: bool,
}

impl Statement {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let tokens = lex::tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, end: text.chars().count() + 1 };
        let statement = parser.statement()?;
        if parser.peek().is_some() {
            return Err(parser.unexpected("<EOF>"));
        }
        Ok(statement)
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    /// The column after the last character.
    end: usize,
}

impl Parser<'_> {
    fn statement(&mut self) -> Result<Statement, Fault> {
        self.expect("SELECT")?;
        let select = self.select()?;
        self.expect("FROM")?;
        let entity = self.identifier()?;
        let conditions = if self.skip("WHERE") { self.conditions()? } else { Vec::new() };
        let sorting = if self.order_by()? { self.sorting()? } else { Vec::new() };
        let (mut start_position, mut max_results) = (None, None);
        loop {
            if start_position.is_none() && self.skip("STARTPOSITION") {
                start_position = Some(self.count()?);
            } else if max_results.is_none() && self.skip("MAXRESULTS") {
                max_results = Some(self.count()?);
            } else {
                break;
            }
        }
        Ok(Statement { select, entity, conditions, sorting, start_position, max_results })
    }

    fn select(&mut self) -> Result<Select, Fault> {
        if self.is("COUNT") && self.tokens.get(self.at + 1).is_some_and(|token| token.text == "(") {
            for expected in ["COUNT", "(", "*", ")"] {
                self.expect(expected)?;
            }
            return Ok(Select::Count);
        }
        let mut fields = Vec::new();
        let mut all = false;
        loop {
            if self.skip("*") {
                all = true;
            } else {
                fields.push(self.identifier()?);
            }
            if !self.skip(",") {
                // Everything, and a field that older minor versions left out of everything.
                return Ok(if all { Select::All } else { Select::Fields(fields) });
            }
        }
    }

    fn conditions(&mut self) -> Result<Vec<Condition>, Fault> {
        let mut conditions = vec![self.condition()?];
        while self.skip("AND") {
            conditions.push(self.condition()?);
        }
        Ok(conditions)
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        let property = self.identifier()?;
        let operator = self.operator()?;
        let literals = match operator {
            Operator::In => self.list()?,
            Operator::Equal
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Like => vec![self.literal()?],
        };
        Ok(Condition { property, operator, literals })
    }

    fn operator(&mut self) -> Result<Operator, Fault> {
        let operators = [
            ("=", Operator::Equal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("LIKE", Operator::Like),
            ("IN", Operator::In),
        ];
        for (text, operator) in operators {
            if self.skip(text) {
                return Ok(operator);
            }
        }
        Err(self.unexpected("<OPERATOR>"))
    }

    fn list(&mut self) -> Result<Vec<String>, Fault> {
        self.expect("(")?;
        let mut literals = vec![self.literal()?];
        while self.skip(",") {
            literals.push(self.literal()?);
        }
        self.expect(")")?;
        Ok(literals)
    }

    fn literal(&mut self) -> Result<String, Fault> {
        match self.peek() {
            Some(token) if token.kind == Kind::Text || token.kind == Kind::Number => Ok(self.take()),
            Some(_) if self.is("TRUE") || self.is("FALSE") => Ok(self.take().to_lowercase()),
            Some(_) | None => Err(self.unexpected("<STRING> | <NUMBER> | <BOOLEAN>")),
        }
    }

    fn order_by(&mut self) -> Result<bool, Fault> {
        if self.skip("ORDERBY") {
            return Ok(true);
        }
        if self.skip("ORDER") {
            self.expect("BY")?;
            return Ok(true);
        }
        Ok(false)
    }

    fn sorting(&mut self) -> Result<Vec<Sorting>, Fault> {
        let mut sorting = Vec::new();
        loop {
            let property = self.identifier()?;
            let descending = self.skip("DESC");
            if !descending {
                self.skip("ASC");
            }
            sorting.push(Sorting { property, descending });
            if !self.skip(",") {
                return Ok(sorting);
            }
        }
    }

    fn count(&mut self) -> Result<u32, Fault> {
        let count = self.peek().filter(|token| token.kind == Kind::Number);
        match count.and_then(|token| token.text.parse().ok()) {
            Some(count) => {
                self.at += 1;
                Ok(count)
            }
            None => Err(self.unexpected("<INTEGER>")),
        }
    }

    fn identifier(&mut self) -> Result<String, Fault> {
        match self.peek() {
            Some(token) if token.kind == Kind::Word && !token.is_reserved() => Ok(self.take()),
            Some(_) | None => Err(self.unexpected("<IDENTIFIER>")),
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), Fault> {
        if self.skip(text) { Ok(()) } else { Err(self.unexpected(&format!("\"{text}\""))) }
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.at += 1;
        }
        found
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.kind != Kind::Text && token.text.eq_ignore_ascii_case(text))
    }

    fn take(&mut self) -> String {
        let text = self.peek().map(|token| token.text.clone()).unwrap_or_default();
        self.at += 1;
        text
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let found = self.peek().map_or_else(|| "<EOF>".to_owned(), |token| format!("\"{} \"", token.text));
        let column = self.peek().map_or(self.end, |token| token.column);
        Fault::query_syntax(format!(
            "Encountered \" {found} at line 1, column {column}.\nWas expecting:\n    {expected} ...\n    "
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(statement: &str) -> String {
        let fault = Statement::parse(statement).expect_err("it is no statement");
        fault.body()["Error"][0]["code"].to_string()
    }

    #[test]
    fn statements_that_real_clients_send_are_read() {
        for statement in [
            "SELECT * FROM Customer ORDER BY Id STARTPOSITION 1 MAXRESULTS 5",
            "SELECT *, Sku FROM Item MAXRESULTS 100",
            r"SELECT * FROM Customer WHERE DisplayName = 'Amy\'s Bird & Co' AND Active = True",
            "SELECT * FROM Customer WHERE Id in ('1', '2')",
            "SELECT * FROM Customer WHERE DisplayName LIKE 'A%' ORDERBY DisplayName STARTPOSITION 1 MAXRESULTS 10",
            "SELECT COUNT(*) FROM Customer ",
            "select count(*) from invoice startposition 1 maxresults 1000",
            r"select * from customer where DisplayName LIKE 'Amy\'s %' orderby Id asc startposition 1 maxresults 5",
            "SELECT * FROM customer MAXRESULTS 1000 STARTPOSITION 1",
            "SELECT * FROM invoice WHERE TotalAmt > '1' MAXRESULTS 5",
            "select * from payment Where Metadata.LastUpdatedTime>'2015-01-16' Order By Metadata.LastUpdatedTime",
        ] {
            assert!(Statement::parse(statement).is_ok(), "{statement}");
        }
    }

    #[test]
    fn an_escaped_quote_is_part_of_the_text() {
        let statement = Statement::parse(r"select * from Customer where DisplayName = 'O\'Neil \\ Co'").unwrap();
        assert_eq!(statement.conditions[0].literals, [r"O'Neil \ Co"]);
    }

    #[test]
    fn what_the_grammar_lacks_is_a_parse_error() {
        for statement in [
            "select * from null",
            "select * from Customer where Id = '1' or Id = '2'",
            "select * from Customer where Id != '1'",
            "select * from Customer where not Id = '1'",
            "select * from Customer where DisplayName = 'open",
            "select * from Customer where Id = '1' garbage",
            "select * from Customer startposition x",
            "",
        ] {
            assert_eq!(code(statement), "\"4000\"", "{statement}");
        }
    }
}
