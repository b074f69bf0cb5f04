//! The query language, on the sample company.

use jiff::SignedDuration;
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, Settings};
use serde_json::{Value, json};

use super::client::{Client, line, sale};

fn column<'a>(rows: &'a [Value], member: &str) -> Vec<&'a str> {
    rows.iter().filter_map(|row| row[member].as_str()).collect()
}

#[tokio::test]
async fn conditions_are_joined_and_compared_without_case() {
    let client = Client::craigs().await;
    let rows = client.rows("Account", "select * from Account where Name = 'checking' and Active = True").await;
    assert_eq!(column(&rows, "Id"), ["35"]);
    let rows = client.rows("Customer", r"select * from customer where DisplayName = 'Amy\'s Bird Sanctuary'").await;
    assert_eq!(column(&rows, "Id"), ["1"]);
    let rows = client.rows("Vendor", "SELECT * FROM Vendor WHERE DisplayName = 'Robertson & Associates'").await;
    assert_eq!(column(&rows, "Id"), ["49"]);
}

#[tokio::test]
async fn lists_like_and_order_work_together() {
    let client = Client::craigs().await;
    let rows =
        client.rows("Item", "select * from Item where Sku in ('DESIGN-HR', 'PUMP-12V') order by Name desc").await;
    assert_eq!(column(&rows, "Name"), ["Pump", "Design"]);
    let rows = client.rows("Customer", "select * from Customer where DisplayName like 'd%' orderby Id asc").await;
    assert_eq!(column(&rows, "Id"), ["4", "5", "6"]);
}

#[tokio::test]
async fn an_email_is_found_by_its_address_where_that_is_queryable() {
    let client = Client::craigs().await;
    let statement = "select * from Customer where PrimaryEmailAddr = 'Office@Weiskopf.example'";
    assert_eq!(column(&client.rows("Customer", statement).await, "Id"), ["29", "57"]);
    let strict = Client::with(CRAIGS_DESIGN, Settings { email_queryable: false, ..Settings::default() }).await;
    assert_eq!(strict.query(statement).await.code(), "4001");
}

#[tokio::test]
async fn inactive_rows_are_found_only_by_asking_for_them() {
    let client = Client::craigs().await;
    let kate = "select * from Customer where GivenName = 'Kate'";
    assert!(client.rows("Customer", kate).await.is_empty());
    let rows = client.rows("Customer", &format!("{kate} and Active in (true, false)")).await;
    assert_eq!(column(&rows, "DisplayName"), ["Kate Whelan (deleted)"]);
    let rows = client.rows("Item", "select * from Item where Active = false").await;
    assert_eq!(column(&rows, "Id"), ["20"]);
}

#[tokio::test]
async fn name_lists_come_by_full_name_in_binary_order() {
    let client = Client::craigs().await;
    let vendors = client.rows("Vendor", "select * from Vendor").await;
    let names = column(&vendors, "DisplayName");
    let place = |name| names.iter().position(|known| *known == name).unwrap();
    assert!(place("PG&E") < place("Pam Seitz"));
    let customers = client.rows("Customer", "select * from Customer").await;
    let ids = column(&customers, "Id");
    let freeman = ids.iter().position(|id| *id == "7").unwrap();
    assert_eq!(ids[freeman + 1..freeman + 3], ["8", "9"]);
}

#[tokio::test]
async fn transactions_come_with_the_last_changed_first() {
    let client = Client::craigs().await;
    for _ in 0..3 {
        client.stored("Invoice", &sale("1", &[line("1", "1")])).await;
        client.clock.advance(SignedDuration::from_secs(1));
    }
    let touch = json!({"Id": "145", "SyncToken": "0", "sparse": true, "PrivateNote": "touched"});
    client.stored("Invoice", &touch).await;
    assert_eq!(column(&client.rows("Invoice", "select * from Invoice").await, "Id"), ["145", "147", "146"]);
}

#[tokio::test]
async fn pages_echo_their_start_and_count_what_they_hold() {
    let client = Client::craigs().await;
    let answer = client.query("select * from Customer startposition 26 maxresults 10").await.json();
    assert_eq!(answer["QueryResponse"]["startPosition"], json!(26));
    assert_eq!(answer["QueryResponse"]["maxResults"], json!(4));
    let answer = client.query("select count(*) from customer startposition 1 maxresults 1000").await.json();
    assert_eq!(answer["QueryResponse"], json!({"totalCount": 29}));
}

#[tokio::test]
async fn no_rows_are_an_answer_without_the_entity() {
    let client = Client::craigs().await;
    let answer = client.query("select * from Class").await;
    assert_eq!(answer.json()["QueryResponse"], json!({}));
}

#[tokio::test]
async fn a_field_list_is_answered_with_those_fields() {
    let client = Client::craigs().await;
    let rows = client.rows("Item", "select Id, sku, IncomeAccountRef from Item where Name = 'Design'").await;
    let expected = json!({"Id": "4", "Sku": "DESIGN-HR", "IncomeAccountRef": {"value": "82", "name": "Design income"},
        "domain": "QBO", "sparse": true});
    assert_eq!(rows, [expected]);
    assert_eq!(client.query("select Colour from Item").await.code(), "4001");
}

#[tokio::test]
async fn references_and_amounts_and_times_are_comparable() {
    let client = Client::craigs().await;
    client.stored("Invoice", &sale("1", &[line("1", "10")])).await;
    client.clock.advance(SignedDuration::from_hours(1));
    client.stored("Invoice", &sale("2", &[line("1", "9.5")])).await;
    for statement in [
        "select * from Invoice where CustomerRef = '2'",
        "select * from Invoice where TotalAmt < '10'",
        "select * from Invoice where Balance <= 9.50",
        "select * from Invoice where Metadata.CreateTime > '2020-09-29T06:00:00-07:00'",
        "select * from Invoice where MetaData.CreateTime >= '2020-09-29T13:58:07Z' and TxnDate = '2020-09-29'",
        "select * from Invoice where DocNumber in ('1039') and TxnDate >= '2020-01-01'",
    ] {
        assert_eq!(column(&client.rows("Invoice", statement).await, "Id"), ["146"], "{statement}");
    }
}

#[tokio::test]
async fn what_is_not_queryable_is_refused() {
    let client = Client::craigs().await;
    for statement in [
        "select * from Invoice where PrivateNote = 'x'",
        "select * from Item where FullyQualifiedName = 'x'",
        "select * from Vendor where PrimaryEmailAddr = 'x'",
        "select * from Estimate where TotalAmt > '1'",
        "select * from Item orderby UnitPrice",
        "select * from Custmoer",
        "select * from Customer startposition 0",
        "select * from Customer maxresults 1001",
    ] {
        assert_eq!(client.query(statement).await.code(), "4001", "{statement}");
    }
    assert_eq!(client.query("select * from null").await.code(), "4000");
}

#[tokio::test]
async fn a_statement_may_be_the_body() {
    let client = Client::craigs().await;
    let statement = "select * from Term where Name = 'Net 30'".to_owned();
    let answer = client.ask(http::Method::POST, "query", statement).await.unwrap();
    assert_eq!(answer.json()["QueryResponse"]["Term"][0]["Id"], "3");
}

#[tokio::test]
async fn tax_codes_start_with_the_words_that_are_their_own_ids() {
    let client = Client::craigs().await;
    let rows = client.rows("TaxCode", "select * from TaxCode").await;
    assert_eq!(column(&rows, "Id"), ["TAX", "NON", "CustomSalesTax", "2", "3"]);
}
