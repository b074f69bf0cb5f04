//! Entities that a table describes: bills and their payments, deposits, journal entries and the rest.

use serde_json::{Value, json};

use super::client::{Client, line, number, sale};

fn bill(amount: i64) -> Value {
    json!({"VendorRef": {"value": "30"}, "Line": [{
        "Amount": amount, "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}]})
}

fn linked(amount: i64, kind: &str, row: &Value) -> Value {
    json!({"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]})
}

fn payment(total: i64, lines: &[Value]) -> Value {
    json!({"VendorRef": {"value": "30"}, "PayType": "Check", "TotalAmt": total, "Line": lines,
        "CheckPayment": {"BankAccountRef": {"value": "35"}}})
}

async fn balance(client: &Client, entity: &str, id: &Value) -> Value {
    let path = format!("{}/{}", entity.to_lowercase(), id.as_str().unwrap());
    client.get(&path).await.json()[entity]["Balance"].clone()
}

/// A body of each entity that can be created, with what it must contain and nothing else.
fn smallest() -> Vec<(&'static str, Value)> {
    let account = |id: &str| json!({"value": id});
    let journal = |side: &str| {
        json!({"Amount": 10, "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": "7"}}})
    };
    let order = json!({"Amount": 30, "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "11"}, "Qty": 2, "UnitPrice": 15}});
    vec![
        ("Attachable", json!({"Note": "signed by hand"})),
        ("Bill", bill(10)),
        ("CompanyCurrency", json!({"Code": "CHF"})),
        ("CreditMemo", sale("1", &[line("1", "10")])),
        ("Department", json!({"Name": "North"})),
        (
            "Deposit",
            json!({"DepositToAccountRef": account("35"), "Line": [{
            "Amount": 10, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": account("1")}}]}),
        ),
        (
            "InventoryAdjustment",
            json!({"AdjustAccountRef": account("80"), "Line": [{
            "DetailType": "ItemAdjustmentLineDetail",
            "ItemAdjustmentLineDetail": {"ItemRef": {"value": "11"}, "QtyDiff": -1}}]}),
        ),
        ("JournalEntry", json!({"Line": [journal("Debit"), journal("Credit")]})),
        ("PurchaseOrder", json!({"VendorRef": {"value": "30"}, "Line": [order]})),
        ("TaxAgency", json!({"DisplayName": "Board of Equalization"})),
        ("TimeActivity", json!({"NameOf": "Employee", "EmployeeRef": {"value": "55"}, "Hours": 2})),
        ("Transfer", json!({"FromAccountRef": account("35"), "ToAccountRef": account("36"), "Amount": 10})),
        ("VendorCredit", bill(10)),
    ]
}

#[tokio::test]
async fn every_entity_is_created_read_and_queried_like_any_other() {
    let client = Client::craigs().await;
    for (entity, body) in smallest() {
        let stored = client.stored(entity, &body).await;
        assert_eq!((&stored["SyncToken"], &stored["domain"]), (&json!("0"), &json!("QBO")), "{entity}");
        let id = stored["Id"].as_str().unwrap();
        let read = client.get(&format!("{}/{id}", entity.to_lowercase())).await.json()[entity].clone();
        assert_eq!(read, stored);
        let rows = client.rows(entity, &format!("select * from {entity} where Id = '{id}'")).await;
        assert_eq!(rows, [stored]);
    }
}

#[tokio::test]
async fn every_entity_knows_its_properties_and_keeps_its_synctoken() {
    let client = Client::craigs().await;
    for (entity, body) in smallest() {
        let path = entity.to_lowercase();
        assert_eq!(client.refused(&path, &json!({"Colour": "red"})).await, "2010", "{entity}");
        let stored = client.stored(entity, &body).await;
        let answer = client.post(&path, &json!({"Id": stored["Id"], "SyncToken": "7", "sparse": true})).await;
        let code = if entity == "TaxAgency" { "500" } else { "5010" };
        assert_eq!(answer.code(), code, "{entity}");
    }
}

#[tokio::test]
async fn what_an_entity_must_contain_is_named_when_it_is_missing() {
    let client = Client::craigs().await;
    for (entity, element) in [
        ("Attachable", "FileName"),
        ("Bill", "VendorRef"),
        ("BillPayment", "VendorRef"),
        ("CompanyCurrency", "Code"),
        ("CreditCardPayment", "BankAccountRef"),
        ("Department", "Name"),
        ("Deposit", "DepositToAccountRef"),
        ("InventoryAdjustment", "AdjustAccountRef"),
        ("JournalEntry", "Line"),
        ("PurchaseOrder", "VendorRef"),
        ("TaxAgency", "DisplayName"),
        ("TimeActivity", "NameOf"),
        ("Transfer", "FromAccountRef"),
        ("VendorCredit", "VendorRef"),
    ] {
        let answer = client.post(&entity.to_lowercase(), &json!({})).await;
        assert_eq!(answer.code(), "2020", "{entity}");
        assert_eq!(answer.json()["Fault"]["Error"][0]["element"], element);
    }
}

#[tokio::test]
async fn references_values_and_account_types_are_checked() {
    let client = Client::craigs().await;
    let mut body = bill(10);
    body["VendorRef"] = json!({"value": "1"});
    assert_eq!(client.refused("bill", &body).await, "2500");
    let mut body = payment(10, &[]);
    body["PayType"] = json!("Cash");
    assert_eq!(client.refused("billpayment", &body).await, "2170");
    let mut body = payment(10, &[]);
    body["CheckPayment"]["BankAccountRef"] = json!({"value": "42"});
    assert_eq!(client.refused("billpayment", &body).await, "6430");
    let billable = json!({"NameOf": "Vendor", "VendorRef": {"value": "30"}, "Hours": 1,
        "BillableStatus": "Billable", "HourlyRate": 50});
    assert_eq!(client.refused("timeactivity", &billable).await, "6310");
}

#[tokio::test]
async fn a_bill_has_a_total_a_balance_and_a_due_date_and_is_owed_to_its_vendor() {
    let client = Client::craigs().await;
    let mut body = bill(100);
    body["SalesTermRef"] = json!({"value": "3"});
    let stored = client.stored("Bill", &body).await;
    assert_eq!((&stored["TotalAmt"], &stored["Balance"]), (&number("100.00"), &number("100.00")));
    assert_eq!(stored["DueDate"], "2020-10-29");
    assert_eq!(stored["APAccountRef"], json!({"value": "33", "name": "Accounts Payable (A/P)"}));
    assert_eq!(balance(&client, "Vendor", &json!("30")).await, number("100.00"));
}

#[tokio::test]
async fn a_bill_payment_settles_bills_with_money_and_credits() {
    let client = Client::craigs().await;
    let owed = client.stored("Bill", &bill(100)).await;
    let credit = client.stored("VendorCredit", &bill(30)).await;
    let lines = [linked(100, "Bill", &owed), linked(30, "VendorCredit", &credit)];
    let paid = client.stored("BillPayment", &payment(70, &lines)).await;
    assert_eq!(balance(&client, "Bill", &owed["Id"]).await, json!(0));
    assert_eq!(balance(&client, "VendorCredit", &credit["Id"]).await, json!(0));
    assert_eq!(balance(&client, "Vendor", &json!("30")).await, json!(0));
    let bill = client.get(&format!("bill/{}", owed["Id"].as_str().unwrap())).await.json()["Bill"].clone();
    assert_eq!(bill["LinkedTxn"], json!([{"TxnId": paid["Id"], "TxnType": "BillPaymentCheck"}]));
    assert_eq!(bill["SyncToken"], "1");
}

#[tokio::test]
async fn a_bill_is_not_paid_twice_nor_by_another_vendors_payment() {
    let client = Client::craigs().await;
    let owed = client.stored("Bill", &bill(100)).await;
    let more = payment(150, &[linked(150, "Bill", &owed)]);
    assert_eq!(client.refused("billpayment", &more).await, "6000");
    let less = payment(50, &[linked(100, "Bill", &owed)]);
    assert_eq!(client.refused("billpayment", &less).await, "6000");
    let mut other = payment(100, &[linked(100, "Bill", &owed)]);
    other["VendorRef"] = json!({"value": "31"});
    assert_eq!(client.refused("billpayment", &other).await, "6000");
    let missing = json!({"Id": "9999"});
    assert_eq!(client.refused("billpayment", &payment(1, &[linked(1, "Bill", &missing)])).await, "620");
}

#[tokio::test]
async fn a_voided_or_deleted_bill_payment_leaves_its_bill_open() {
    let client = Client::craigs().await;
    let owed = client.stored("Bill", &bill(100)).await;
    for path in ["billpayment?operation=update&include=void", "billpayment?operation=delete"] {
        let paid = client.stored("BillPayment", &payment(100, &[linked(100, "Bill", &owed)])).await;
        assert_eq!(client.post(path, &paid).await.status, 200);
        assert_eq!(balance(&client, "Bill", &owed["Id"]).await, number("100.00"));
        assert_eq!(balance(&client, "Vendor", &json!("30")).await, number("100.00"));
    }
}

#[tokio::test]
async fn a_deleted_bill_leaves_its_payment_as_a_credit_with_the_vendor() {
    let client = Client::craigs().await;
    let owed = client.stored("Bill", &bill(100)).await;
    let paid = client.stored("BillPayment", &payment(100, &[linked(100, "Bill", &owed)])).await;
    let bill = client.get(&format!("bill/{}", owed["Id"].as_str().unwrap())).await.json()["Bill"].clone();
    assert_eq!(client.post("bill?operation=delete", &bill).await.status, 200);
    assert_eq!(balance(&client, "Vendor", &json!("30")).await, number("-100.00"));
    let paid = client.get(&format!("billpayment/{}", paid["Id"].as_str().unwrap())).await.json();
    assert_eq!(paid["BillPayment"]["Line"], json!([]));
}

#[tokio::test]
async fn a_journal_entry_balances_and_is_numbered() {
    let client = Client::craigs().await;
    let line = |side: &str, amount: i64| {
        json!({"Amount": amount, "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": "7"}}})
    };
    let entry = |debit, credit| json!({"Line": [line("Debit", debit), line("Credit", credit)]});
    assert_eq!(client.refused("journalentry", &entry(10, 9)).await, "2300");
    assert_eq!(client.stored("JournalEntry", &entry(10, 10)).await["DocNumber"], "1");
    assert_eq!(client.stored("JournalEntry", &entry(10, 10)).await["DocNumber"], "2");
}

#[tokio::test]
async fn a_deposit_takes_receipts_along_and_shows_it_on_them() {
    let client = Client::craigs().await;
    let receipt = client.stored("SalesReceipt", &sale("1", &[line("1", "40")])).await;
    let fee = json!({"Amount": -2, "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": "90"}}});
    let body = json!({"DepositToAccountRef": {"value": "35"}, "Line": [linked(40, "SalesReceipt", &receipt), fee]});
    let deposit = client.stored("Deposit", &body).await;
    assert_eq!(deposit["TotalAmt"], number("38.00"));
    let path = format!("salesreceipt/{}", receipt["Id"].as_str().unwrap());
    let linked = client.get(&path).await.json()["SalesReceipt"]["LinkedTxn"].clone();
    assert_eq!(linked, json!([{"TxnId": deposit["Id"], "TxnType": "Deposit"}]));
}

#[tokio::test]
async fn stock_follows_bills_credits_and_adjustments() {
    let client = Client::craigs().await;
    let on_hand = async || client.get("item/11").await.json()["Item"]["QtyOnHand"].to_string().parse::<i64>().unwrap();
    let before = on_hand().await;
    let order = json!({"Amount": 30, "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "11"}, "Qty": 2, "UnitPrice": 15}});
    let body = json!({"VendorRef": {"value": "30"}, "Line": [order]});
    client.stored("Bill", &body).await;
    assert_eq!(on_hand().await, before + 2);
    client.stored("VendorCredit", &body).await;
    client.stored("PurchaseOrder", &body).await;
    assert_eq!(on_hand().await, before);
    let (_, lost) = smallest().into_iter().find(|(entity, _)| *entity == "InventoryAdjustment").unwrap();
    client.stored("InventoryAdjustment", &lost).await;
    assert_eq!(on_hand().await, before - 1);
}

#[tokio::test]
async fn departments_have_parents_and_unique_names_and_are_deactivated() {
    let client = Client::craigs().await;
    let north = client.stored("Department", &json!({"Name": "North"})).await;
    let below = json!({"Name": "Oslo", "ParentRef": {"value": north["Id"]}});
    let oslo = client.stored("Department", &below).await;
    assert_eq!((&oslo["FullyQualifiedName"], &oslo["SubDepartment"]), (&json!("North:Oslo"), &json!(true)));
    assert_eq!(client.refused("department", &json!({"Name": "north"})).await, "6240");
    let closed = json!({"Id": oslo["Id"], "SyncToken": "0", "sparse": true, "Active": false});
    assert_eq!(client.stored("Department", &closed).await["Name"], "Oslo (deleted)");
    assert_eq!(client.rows("Department", "select * from Department").await.len(), 1);
    assert_eq!(client.refused("department?operation=delete", &north).await, "500");
}

#[tokio::test]
async fn a_card_payment_has_one_name_in_its_path_and_another_in_its_body() {
    let client = Client::craigs().await;
    let body = json!({"BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "42"}, "Amount": 10});
    let answer = client.post("creditcardpayment", &body).await.json();
    assert_eq!(answer["CreditCardPaymentTxn"]["CreditCardAccountRef"]["name"], "Visa");
    let rows = client.rows("CreditCardPaymentTxn", "select * from CreditCardPayment").await;
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn a_note_is_attached_to_an_object_that_exists() {
    let client = Client::craigs().await;
    let note =
        |id: &str| json!({"Note": "thanks", "AttachableRef": [{"EntityRef": {"type": "Customer", "value": id}}]});
    let stored = client.stored("Attachable", &note("1")).await;
    assert_eq!(client.refused("attachable", &note("9999")).await, "2500");
    assert_eq!(client.post("attachable?operation=delete", &stored).await.status, 200);
}

#[tokio::test]
async fn what_the_service_only_shows_is_not_written_by_requests() {
    let client = Client::craigs().await;
    for entity in ["budget", "customertype", "recurringtransaction", "reimbursecharge", "taxclassification"] {
        assert_eq!(client.refused(entity, &json!({})).await, "500", "{entity}");
        assert_eq!(client.query(&format!("select * from {entity}")).await.status, 200, "{entity}");
    }
    let budget = json!({"Name": "2021", "StartDate": "2021-01-01", "EndDate": "2021-12-31"});
    client.service.create(&client.realm, "Budget", budget).unwrap();
    assert_eq!(client.rows("Budget", "select * from Budget where Name = '2021'").await.len(), 1);
}

#[tokio::test]
async fn closed_books_take_no_bill_and_a_repeated_bill_is_stored_once() {
    let client = Client::craigs().await;
    let first = client.post("bill?requestid=r1", &bill(10)).await;
    assert_eq!(client.post("bill?requestid=r1", &bill(10)).await.text, first.text);
    assert_eq!(client.service.documents(&client.realm, "Bill").len(), 1);
    let closed = json!({"AccountingInfoPrefs": {"BookCloseDate": "2020-12-31"}});
    client.service.update_preferences(&client.realm, closed).unwrap();
    assert_eq!(client.refused("bill", &bill(10)).await, "6200");
}
