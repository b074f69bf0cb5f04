//! Documents to print and to e-mail.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::client::{Client, line, priced_line, sale};

async fn pdf(client: &Client, path: &str) -> Bytes {
    let request = Request::get(format!("/v3/company/{}/{path}/pdf", client.realm))
        .header("authorization", format!("Bearer {}", client.token))
        .header("accept", "application/pdf")
        .header("content-type", "application/octet-stream")
        .body(Bytes::new());
    let answer = client.service.handle(request.unwrap()).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    answer.into_body()
}

fn holds(document: &[u8], words: &str) -> bool {
    document.windows(words.len()).any(|window| window == words.as_bytes())
}

fn path(entity: &str, row: &Value) -> String {
    format!("{}/{}", entity.to_lowercase(), row["Id"].as_str().unwrap())
}

#[tokio::test]
async fn a_document_says_its_number_its_customer_its_lines_and_its_total() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("3", &[priced_line("11", "2", "15", "30")])).await;
    let document = pdf(&client, &path("Invoice", &invoice)).await;
    assert!(document.starts_with(b"%PDF-") && document.trim_ascii_end().ends_with(b"%%EOF"));
    for words in ["Invoice 1038", "Cool Cars", "65 Ocean Dr.", "Pump, 2 x 15", "30.00", "Due 2020-10-29"] {
        assert!(holds(&document, words), "{words}");
    }
}

#[tokio::test]
async fn every_sale_is_printed_and_a_long_one_takes_several_pages() {
    let client = Client::craigs().await;
    let mut body = sale("1", &vec![line("1", "1"); 100]);
    body["DepositToAccountRef"] = json!({"value": "35"});
    for entity in ["CreditMemo", "Estimate", "Invoice", "RefundReceipt", "SalesReceipt"] {
        let stored = client.stored(entity, &body).await;
        assert!(holds(&pdf(&client, &path(entity, &stored)).await, "/Count 3"), "{entity}");
    }
}

#[tokio::test]
async fn what_is_no_sale_or_not_there_is_not_printed() {
    let client = Client::craigs().await;
    assert_eq!(client.get("customer/1/pdf").await.code(), "500");
    assert_eq!(client.get("invoice/9999/pdf").await.code(), "610");
}

#[tokio::test]
async fn a_document_is_sent_to_its_own_address_or_to_another_that_it_keeps() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    let bare = client.stored("Estimate", &body).await;
    let to = |row: &Value, query: &str| format!("{}/send{query}", path("Estimate", row));
    assert_eq!(client.refused(&to(&bare, ""), &json!(null)).await, "6420");
    assert_eq!(client.refused(&to(&bare, "?sendTo=nobody"), &json!(null)).await, "2210");
    body["BillEmail"] = json!({"Address": "birds@amys.example"});
    let addressed = client.stored("Estimate", &body).await;
    let sent = client.ask(http::Method::POST, &to(&addressed, ""), String::new()).await.unwrap().json();
    assert_eq!(sent["Estimate"]["EmailStatus"], "EmailSent");
    assert_eq!(sent["Estimate"]["DeliveryInfo"]["DeliveryType"], "Email");
    let other = client.post(&to(&addressed, "?sendTo=amy@amys.example"), &json!(null)).await.json();
    assert_eq!(other["Estimate"]["BillEmail"], json!({"Address": "amy@amys.example"}));
    assert_eq!(client.refused("customer/1/send", &json!(null)).await, "500");
}
