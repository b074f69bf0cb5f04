//! Where the real service is lenient, and clients rely on it; and where it is strict all the same.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use super::client::{Answered, Client, line, number, sale};

async fn statement_as(client: &Client, content_type: &str, body: &str) -> Answered {
    let request = Request::post(format!("/v3/company/{}/query", client.realm))
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", content_type)
        .body(Bytes::from(body.to_owned()));
    client.answer(request.unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_empty_text_for_a_date_a_number_or_a_reference_is_not_given() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "100")]);
    for member in ["TxnDate", "DueDate", "ShipDate", "TotalAmt", "ExchangeRate", "Deposit", "DocNumber", "PrivateNote"]
    {
        body[member] = json!("");
    }
    for member in ["SalesTermRef", "DepartmentRef", "ClassRef", "CurrencyRef", "ShipMethodRef"] {
        body[member] = json!({"value": "", "name": "", "type": ""});
    }
    body["DepositToAccountRef"] = json!("");
    let stored = client.stored("Invoice", &body).await;
    assert_eq!((&stored["TxnDate"], &stored["DueDate"]), (&json!("2020-09-29"), &json!("2020-10-29")));
    assert_eq!((&stored["DocNumber"], stored.get("SalesTermRef")), (&json!("1038"), None));
}

#[tokio::test]
async fn what_only_the_server_knows_may_be_sent_as_nothing() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "100")]);
    body["SyncToken"] = json!(0);
    body["TotalAmt"] = json!(0);
    body["Balance"] = json!(0);
    body["Line"][0]["LineNum"] = json!(0);
    body["Line"][0]["Id"] = json!("");
    body["CustomerRef"]["name"] = json!("Somebody else");
    body["CustomerRef"]["type"] = json!("");
    let stored = client.stored("Invoice", &body).await;
    assert_eq!((&stored["TotalAmt"], &stored["SyncToken"]), (&number("100.00"), &json!("0")));
    assert_eq!((&stored["Line"][0]["Id"], &stored["Line"][0]["LineNum"]), (&json!("1"), &json!(1)));
    assert_eq!(stored["CustomerRef"], json!({"value": "1", "name": "Amy's Bird Sanctuary"}));
}

#[tokio::test]
async fn numbers_and_switches_may_come_as_text_and_ids_as_numbers() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "100")]);
    body["Line"][0]["Amount"] = json!("100.00");
    body["Line"][0]["SalesItemLineDetail"] = json!({"ItemRef": {"value": 1}, "Qty": "4", "UnitPrice": "25"});
    body["ApplyTaxAfterDiscount"] = json!("True");
    body["CustomerRef"]["value"] = json!(1);
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((&invoice["TotalAmt"], &invoice["ApplyTaxAfterDiscount"]), (&number("100.00"), &json!(true)));
    for line_id in [json!(1), json!("1")] {
        let id = invoice["Id"].as_str().unwrap().parse::<u32>().unwrap();
        let link = json!({"TxnId": id, "TxnType": "Invoice", "TxnLineId": line_id});
        let paid = json!({"CustomerRef": {"value": "1"}, "TotalAmt": "10",
            "Line": [{"Amount": "10", "LinkedTxn": [link]}]});
        assert_eq!(client.stored("Payment", &paid).await["UnappliedAmt"], json!(0));
    }
}

#[tokio::test]
async fn dates_may_have_a_time_and_a_zone() {
    let client = Client::craigs().await;
    for written in ["2020-10-01T00:00:00", "2020-10-01T09:30:00-07:00", "2020-10-01-08:00", "2020-10-01Z"] {
        let mut body = sale("1", &[line("1", "1")]);
        body["TxnDate"] = json!(written);
        assert_eq!(client.stored("Invoice", &body).await["TxnDate"], "2020-10-01", "{written}");
    }
}

#[tokio::test]
async fn entities_are_named_in_any_case() {
    let client = Client::craigs().await;
    for name in ["customer", "Customer", "CUSTOMER"] {
        assert_eq!(client.get(&format!("{name}/1")).await.json()["Customer"]["Id"], "1");
        assert_eq!(client.rows("Customer", &format!("SELECT * FROM {name} WHERE Id = '1'")).await.len(), 1);
    }
}

#[tokio::test]
async fn a_minor_version_and_a_format_change_nothing() {
    let client = Client::craigs().await;
    let plain = client.get("customer/1").await.json()["Customer"].clone();
    for query in ["minorversion=4", "minorversion=75", "minorversion=none", "format=json&minorversion=65"] {
        assert_eq!(client.get(&format!("customer/1?{query}")).await.json()["Customer"], plain, "{query}");
    }
}

#[tokio::test]
async fn a_statement_is_a_body_of_text_a_form_or_a_parameter() {
    let client = Client::craigs().await;
    let statement = "select * from Term where Name = 'Net 30'";
    let form = "query=select+*+from+Term+where+Name+%3D+%27Net+30%27";
    let answers = [
        statement_as(&client, "application/text", statement).await,
        statement_as(&client, "text/plain; charset=utf-8", statement).await,
        statement_as(&client, "application/x-www-form-urlencoded", form).await,
        client.query(statement).await,
    ];
    for answer in answers {
        assert_eq!(answer.json()["QueryResponse"]["Term"][0]["Id"], "3");
    }
}

#[tokio::test]
async fn sending_and_voiding_need_no_more_than_they_say() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["BillEmail"] = json!({"Address": "birds@amys.example"});
    let invoice = client.stored("Invoice", &body).await;
    let send = format!("invoice/{}/send", invoice["Id"].as_str().unwrap());
    let sent = client.ask(Method::POST, &send, String::new()).await.unwrap().json()["Invoice"].clone();
    let void = json!({"Id": sent["Id"], "SyncToken": sent["SyncToken"]});
    assert_eq!(client.post("invoice?operation=void", &void).await.json()["Invoice"]["PrivateNote"], "Voided");
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_refused() {
    let client = Client::craigs().await;
    let with = |member: &str, value: Value| {
        let mut body = sale("1", &[line("1", "1")]);
        body[member] = value;
        body
    };
    for (body, code) in [
        (with("CustomerRef", json!("1")), "2010"),
        (with("DocNumber", json!("1".repeat(22))), "2050"),
        (with("TxnDate", json!({})), "2010"),
        (with("TxnDate", json!(20_201_001)), "2060"),
        (with("TxnDate", json!("2020-13-01")), "2070"),
        (with("TotalAmt", json!("a lot")), "2080"),
        (with("TotalAmt", json!(true)), "2080"),
        (with("Deposit", json!("12345678901.00")), "2090"),
        (with("Deposit", number("1e30")), "2090"),
        (with("ApplyTaxAfterDiscount", json!("perhaps")), "2230"),
        (with("PrintStatus", json!("Printed")), "2170"),
        (with("BillEmail", json!({"Address": "nobody"})), "2210"),
        (with("CustomField", json!([{"DefinitionId": "9", "StringValue": "x"}])), "3000"),
    ] {
        assert_eq!(client.refused("invoice", &body).await, code, "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let client = Client::craigs().await;
    for body in ["", "null", "[]", "\"invoice\"", "{\"Line\":"] {
        let answer = client.ask(Method::POST, "invoice", body.to_owned()).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "2010"), "{body}");
    }
}
