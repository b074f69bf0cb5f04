//! Facts about statements. The tokenizer below is written apart from the one it judges.

use proptest::prelude::*;

use super::{BOUND_BYTES_MAX, BadStatement, STATEMENT_BYTES_MAX, Statement, VALUE_BYTES_MAX};

const ROWS_MAX: u32 = 200;

fn bound(text: &str, values: &[&str]) -> Result<String, BadStatement> {
    let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
    Statement::parse(text)?.bind(&values, ROWS_MAX)
}

/// Cuts a bound text into its string values and what is left, with `?` in their place.
fn literals(text: &str) -> (Vec<String>, String) {
    let (mut values, mut rest) = (Vec::new(), String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\'' {
            rest.push(character);
            continue;
        }
        let mut value = String::new();
        loop {
            match characters.next().expect("the literal is closed") {
                '\'' => break,
                '\\' => value.push(characters.next().expect("something is escaped")),
                other => value.push(other),
            }
        }
        values.push(value);
        rest.push('?');
    }
    (values, rest)
}

#[test]
fn statements_are_written_anew_in_one_spelling() {
    let spellings = [
        ("SELECT * FROM Customer", "SELECT * FROM Customer MAXRESULTS 200"),
        ("select * from customer ", "SELECT * FROM customer MAXRESULTS 200"),
        ("SELECT  Id ,DisplayName\n\tFROM Customer", "SELECT Id, DisplayName FROM Customer MAXRESULTS 200"),
        ("select count ( * ) from invoice", "SELECT COUNT(*) FROM invoice MAXRESULTS 200"),
        (
            "SELECT * FROM Item WHERE Active=True and UnitPrice>=-1.50",
            "SELECT * FROM Item WHERE Active = true AND UnitPrice >= -1.50 MAXRESULTS 200",
        ),
        (
            "SELECT * FROM Item WHERE Active in (TRUE,false) maxresults 5",
            "SELECT * FROM Item WHERE Active IN (true, false) MAXRESULTS 5",
        ),
        (
            "select * from Payment Order By Metadata.LastUpdatedTime, Id desc",
            "SELECT * FROM Payment ORDERBY Metadata.LastUpdatedTime, Id DESC MAXRESULTS 200",
        ),
        ("SELECT * FROM Term orderby Name ASC", "SELECT * FROM Term ORDERBY Name ASC MAXRESULTS 200"),
    ];
    for (written, sent) in spellings {
        assert_eq!(bound(written, &[]).as_deref(), Ok(sent));
    }
}

#[test]
fn the_clauses_of_the_page_are_read_in_both_orders() {
    let sent = Ok("SELECT * FROM Item STARTPOSITION 201 MAXRESULTS 200");
    assert_eq!(bound("SELECT * FROM Item STARTPOSITION 201 MAXRESULTS 200", &[]).as_deref(), sent);
    assert_eq!(bound("SELECT * FROM Item MAXRESULTS 200 STARTPOSITION 201", &[]).as_deref(), sent);
}

#[test]
fn the_entity_keeps_the_case_it_was_written_in() {
    let statement = Statement::parse("SELECT Id FROM salesReceipt WHERE Id = ?").unwrap();
    assert_eq!(statement.entity(), "salesReceipt");
    assert_eq!(statement.placeholders(), 1);
}

#[test]
fn values_are_quoted_in_the_order_of_their_placeholders() {
    assert_eq!(
        bound("SELECT * FROM Item WHERE Sku IN (?, 7, ?) AND Name LIKE ?", &["SEAT", r"C:\new", "Amy's %"],).as_deref(),
        Ok(r"SELECT * FROM Item WHERE Sku IN ('SEAT', 7, 'C:\\new') AND Name LIKE 'Amy\'s %' MAXRESULTS 200"),
    );
}

#[test]
fn a_value_can_not_add_a_condition() {
    for attack in [
        "x' AND DisplayName LIKE '%",
        r"x\' AND DisplayName LIKE \'%",
        r"x\",
        r"\\'",
        "'",
        "''",
        "? MAXRESULTS 1000",
        "x\u{2019} OR \u{1f4b8}",
    ] {
        let text = bound("SELECT * FROM Customer WHERE DisplayName = ? AND Id = ?", &[attack, "1"]).unwrap();
        let (values, rest) = literals(&text);
        assert_eq!(values, [attack, "1"]);
        assert_eq!(rest, "SELECT * FROM Customer WHERE DisplayName = ? AND Id = ? MAXRESULTS 200");
    }
}

#[test]
fn string_literals_are_refused_wherever_they_stand() {
    for (text, at) in [
        ("SELECT * FROM Customer WHERE Id = '1'", 34),
        ("SELECT * FROM Customer WHERE Id = \"1\"", 34),
        ("SELECT * FROM Customer WHERE Id IN (?, '')", 39),
        ("SELECT 'x' FROM Customer", 7),
        ("SELECT * FROM Customer '", 23),
    ] {
        assert_eq!(Statement::parse(text), Err(BadStatement::StringLiteral { at }));
    }
}

#[test]
fn what_the_grammar_does_not_hold_is_refused() {
    for (text, at) in [
        ("", 0),
        ("DELETE FROM Customer", 0),
        ("SELECT FROM Customer", 7),
        ("SELECT *, Sku FROM Item", 8),
        ("SELECT COUNT(Id) FROM Item", 13),
        ("SELECT Id, FROM Item", 11),
        ("SELECT * FROM", 13),
        ("SELECT * FROM Item.Name", 14),
        ("SELECT * FROM Item2", 14),
        ("SELECT * FROM Item, Customer", 18),
        ("SELECT * FROM Item WHERE", 24),
        ("SELECT * FROM Item WHERE Id", 27),
        ("SELECT * FROM Item WHERE Id != ?", 28),
        ("SELECT * FROM Item WHERE Id <> ?", 29),
        ("SELECT * FROM Item WHERE Id = Name", 30),
        ("SELECT * FROM Item WHERE Id = 1x", 30),
        ("SELECT * FROM Item WHERE Id = 1.", 30),
        ("SELECT * FROM Item WHERE Id = -", 30),
        ("SELECT * FROM Item WHERE Id LIKE 1", 33),
        ("SELECT * FROM Item WHERE Id IN ()", 32),
        ("SELECT * FROM Item WHERE Id IN (?", 33),
        ("SELECT * FROM Item WHERE Id = ? OR Id = ?", 32),
        ("SELECT * FROM Item WHERE NOT Id = ?", 25),
        ("SELECT * FROM Item WHERE (Id = ?)", 25),
        ("SELECT * FROM Item WHERE Id IN (SELECT Id FROM Item)", 32),
        ("SELECT * FROM Item GROUP BY Name", 19),
        ("SELECT * FROM Item ORDER Name", 25),
        ("SELECT * FROM Item; SELECT * FROM Customer", 18),
        ("SELECT * FROM Item -- all", 19),
        ("SELECT * FROM Item MAXRESULTS 1 MAXRESULTS 2", 32),
        ("SELECT * FROM Item MAXRESULTS ?", 30),
        ("SELECT * FROM Item MAXRESULTS 4294967296", 30),
        ("SELECT * FROM Item MAXRESULTS 5 WHERE Id = ?", 32),
        ("SELECT * FROM Item STARTPOSITION -1", 33),
        ("SELECT * FROM Item WHERE Näme = ?", 26),
        ("SELECT\0* FROM Item", 6),
    ] {
        match Statement::parse(text) {
            Err(BadStatement::Unparsed { at: found, .. }) => assert_eq!(found, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn pages_begin_at_one_and_hold_at_least_one_row() {
    assert_eq!(Statement::parse("SELECT * FROM Item STARTPOSITION 0"), Err(BadStatement::PositionBelowOne { at: 19 }));
    assert_eq!(Statement::parse("SELECT * FROM Item MAXRESULTS 0"), Err(BadStatement::RowsBelowOne { at: 19 }));
}

#[test]
fn a_page_over_the_limit_is_refused_rather_than_cut() {
    assert_eq!(
        bound("SELECT * FROM Item MAXRESULTS 1000", &[]),
        Err(BadStatement::RowsOverLimit { rows: 1000, rows_max: 200 })
    );
}

#[test]
fn every_placeholder_has_one_value() {
    let text = "SELECT * FROM Item WHERE Sku = ?";
    for (values, given) in [(&[][..], 0), (&["a", "b"][..], 2)] {
        assert_eq!(bound(text, values), Err(BadStatement::ValueCount { placeholders: 1, values: given }));
    }
}

#[test]
fn control_characters_in_values_are_refused() {
    for character in ['\0', '\n', '\t', '\u{7f}', '\u{80}', '\u{9f}'] {
        assert_eq!(
            bound("SELECT * FROM Item WHERE Sku = ? AND Name = ?", &["é\u{a0}", &format!("ab{character}")]),
            Err(BadStatement::ControlCharacter { value: 2, at: 2 })
        );
    }
}

#[test]
fn sizes_are_limited() {
    let statement = format!("SELECT * FROM Item{}", " ".repeat(STATEMENT_BYTES_MAX));
    assert_eq!(Statement::parse(&statement), Err(BadStatement::StatementTooLong { bytes: statement.len() }));

    let text = "SELECT * FROM Item WHERE Sku = ?";
    let longest = "x".repeat(VALUE_BYTES_MAX);
    assert!(bound(text, &[&longest]).is_ok());
    assert_eq!(
        bound(text, &[&format!("{longest}x")]),
        Err(BadStatement::ValueTooLong { value: 1, bytes: VALUE_BYTES_MAX + 1 })
    );

    let many = format!("SELECT * FROM Item WHERE Sku IN (?{})", ", ?".repeat(16));
    assert_eq!(bound(&many, &vec![longest.as_str(); 17]), Err(BadStatement::BoundTooLong));
}

#[test]
fn the_longest_list_of_the_sdk_fits() {
    let text = format!("SELECT * FROM Item WHERE Name IN (?{})", ", ?".repeat(149));
    let name = "\u{1f4b8}".repeat(100);
    let sent = bound(&text, &vec![name.as_str(); 150]).unwrap();
    assert!(sent.len() <= BOUND_BYTES_MAX);
    assert_eq!(literals(&sent).0.len(), 150);
}

/// Conditions with their placeholders, as an author might write them.
fn conditions() -> impl Strategy<Value = Vec<(&'static str, usize)>> {
    prop::collection::vec(
        prop::sample::select(vec![
            ("DisplayName = ?", 1),
            ("MetaData.CreateTime >= ?", 1),
            ("Name LIKE ?", 1),
            ("Sku IN (?, ?, ?)", 3),
            ("Balance < -12.5", 0),
            ("Active = true", 0),
        ]),
        1..5,
    )
}

/// Any text, with what matters to the quoting drawn often.
fn value() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just('\''), Just('\\'), Just('%'), Just('?'), any::<char>()], 0..40)
        .prop_map(|characters| characters.into_iter().filter(|character| !character.is_control()).collect())
}

proptest! {
    #[test]
    fn bound_text_holds_exactly_the_given_values(
        (conditions, values) in conditions().prop_flat_map(|conditions| {
            let count: usize = conditions.iter().map(|(_, count)| count).sum();
            (Just(conditions), prop::collection::vec(value(), count))
        })
    ) {
        let conditions: Vec<_> = conditions.iter().map(|(text, _)| *text).collect();
        let text = format!("SELECT * FROM Customer WHERE {}", conditions.join(" AND "));
        let sent = Statement::parse(&text).unwrap().bind(&values, ROWS_MAX).unwrap();
        let (found, rest) = literals(&sent);
        prop_assert_eq!(found, values);
        prop_assert_eq!(rest, format!("{text} MAXRESULTS 200"));
    }

    #[test]
    fn values_of_any_characters_are_kept_or_refused(value in any::<String>()) {
        match bound("SELECT * FROM Customer WHERE Id = ?", &[&value]) {
            Ok(sent) => prop_assert_eq!(literals(&sent).0, [value]),
            Err(error) => {
                let control = matches!(error, BadStatement::ControlCharacter { .. });
                prop_assert!(control && value.chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Statement::parse(&text);
    }

    #[test]
    fn no_row_of_tokens_panics_and_what_is_read_is_read_again_alike(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "SELECT", "*", "COUNT", "(", ")", ",", "FROM", "Item", "WHERE", "Id", "=", "<=", "LIKE", "IN", "?",
            "AND", "1.5", "true", "ORDERBY", "ORDER BY", "DESC", "STARTPOSITION", "MAXRESULTS", "7", "é", ".",
        ]), 0..14)
    ) {
        let text = format!("SELECT * FROM Item {}", tokens.join(" "));
        for text in [tokens.join(" "), text] {
            if let Ok(statement) = Statement::parse(&text) {
                let values = vec![String::from("x"); statement.placeholders()];
                let sent = statement.bind(&values, ROWS_MAX).unwrap();
                let again = Statement::parse(&literals(&sent).1).unwrap();
                prop_assert_eq!(again.bind(&values, ROWS_MAX).unwrap(), sent);
            }
        }
    }
}
