//! What transactions post to accounts, seen in the balances of accounts.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::client::{Client, line, number, priced_line, sale};

const RECEIVABLE: &str = "84";
const UNDEPOSITED: &str = "4";
const TAX_PAYABLE: &str = "89";
const CLEARING: &str = "91";

impl Client {
    fn balance(&self, account: &str) -> Decimal {
        self.service.account_balance(&self.realm, account).unwrap()
    }

    /// The balances of several accounts as text.
    fn balances(&self, accounts: &[&str]) -> Vec<String> {
        accounts.iter().map(|account| self.balance(account).normalize().to_string()).collect()
    }
}

fn taxed(mut sale: Value) -> Value {
    for line in sale["Line"].as_array_mut().unwrap() {
        line["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": "TAX"});
    }
    sale
}

#[tokio::test]
async fn an_invoice_is_owed_by_its_customer_and_earned_by_item_with_tax_and_discount_apart() {
    let client = Client::craigs().await;
    let mut body = taxed(sale("1", &[line("4", "100"), line("7", "50")]));
    let discount = json!({"DetailType": "DiscountLineDetail", "Amount": 15, "DiscountLineDetail": {}});
    body["Line"].as_array_mut().unwrap().push(discount);
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!(invoice["TotalAmt"], number("147.00"));
    // Design income, installation, discounts given, 8 % of 150.
    assert_eq!(client.balances(&[RECEIVABLE, "82", "52", "86", TAX_PAYABLE]), ["147", "100", "50", "-15", "12"]);
    let parents: Vec<Value> = client.service.documents(&client.realm, "Account");
    let labor = parents.iter().find(|account| account["Id"] == "51").unwrap();
    assert_eq!((&labor["CurrentBalance"], &labor["CurrentBalanceWithSubAccounts"]), (&json!(0), &number("50.00")));
}

#[tokio::test]
async fn a_void_or_a_deletion_leaves_nothing_in_the_accounts() {
    for operation in ["void", "delete"] {
        let client = Client::craigs().await;
        let before = client.service.documents(&client.realm, "Account");
        let invoice = client.stored("Invoice", &taxed(sale("1", &[priced_line("11", "2", "15", "30")]))).await;
        let body = json!({"Id": invoice["Id"], "SyncToken": "0"});
        client.post(&format!("invoice?operation={operation}"), &body).await;
        let balances =
            |accounts: &[Value]| accounts.iter().map(|account| account["CurrentBalance"].clone()).collect::<Vec<_>>();
        let after = client.service.documents(&client.realm, "Account");
        assert_eq!(balances(&after), balances(&before));
    }
}

#[tokio::test]
async fn an_update_posts_the_new_lines_instead_of_the_old() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let mut body = sale("1", &[line("7", "60")]);
    body["Id"] = invoice["Id"].clone();
    body["SyncToken"] = json!("0");
    client.stored("Invoice", &body).await;
    assert_eq!(client.balances(&[RECEIVABLE, "82", "52"]), ["60", "0", "60"]);
}

#[tokio::test]
async fn a_payment_moves_what_is_owed_to_where_it_is_deposited() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let body = json!({"CustomerRef": {"value": "1"}, "TotalAmt": 70, "DepositToAccountRef": {"value": CLEARING},
        "Line": [{"Amount": 60, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]});
    client.stored("Payment", &body).await;
    // What is not applied is the customer's credit already.
    assert_eq!(client.balances(&[RECEIVABLE, CLEARING]), ["30", "70"]);
    assert_eq!(client.service.customer_balance(&client.realm, "1"), Some(Decimal::from(30)));
}

#[tokio::test]
async fn the_clearing_account_holds_what_is_paid_out_after_fees_and_refunds() {
    let client = Client::craigs().await;
    let clearing = json!({"value": CLEARING});
    let receipt = json!({"Line": [line("4", "200")], "DepositToAccountRef": clearing});
    client.stored("SalesReceipt", &receipt).await;
    client.stored("SalesReceipt", &json!({"Line": [line("4", "50")], "DepositToAccountRef": clearing})).await;
    let fee = json!({"PaymentType": "Cash", "AccountRef": clearing, "EntityRef": {"value": "58"}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": number("7.25"),
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "90"}}}]});
    client.stored("Purchase", &fee).await;
    client.stored("RefundReceipt", &json!({"Line": [line("4", "50")], "DepositToAccountRef": clearing})).await;
    assert_eq!(client.balances(&[CLEARING, "82", "90", UNDEPOSITED]), ["192.75", "200", "7.25", "0"]);
}

#[tokio::test]
async fn a_card_owes_what_was_bought_with_it_until_it_is_credited() {
    let client = Client::craigs().await;
    let mut body = json!({"PaymentType": "CreditCard", "AccountRef": {"value": "42"}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": 10,
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "13"}}}]});
    client.stored("Purchase", &body).await;
    assert_eq!(client.balances(&["42", "13"]), ["10", "10"]);
    body["Credit"] = json!(true);
    client.stored("Purchase", &body).await;
    assert_eq!(client.balances(&["42", "13"]), ["0", "0"]);
}

#[tokio::test]
async fn goods_leave_the_stock_at_cost_and_come_back_by_purchase_and_refund() {
    let client = Client::craigs().await;
    assert_eq!(client.balances(&["81", "80"]), ["596.25", "0"]);
    client.stored("Invoice", &sale("1", &[priced_line("11", "3", "15", "45")])).await;
    assert_eq!(client.balances(&["81", "80", "79"]), ["566.25", "30", "45"]);
    let bought = json!({"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": [{
        "DetailType": "ItemBasedExpenseLineDetail", "Amount": 20,
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "11"}, "Qty": 2, "UnitPrice": 10}}]});
    client.stored("Purchase", &bought).await;
    assert_eq!(client.balances(&["81", "35"]), ["586.25", "-20"]);
    assert_eq!(client.get("item/11").await.json()["Item"]["QtyOnHand"], json!(24));
}

#[tokio::test]
async fn an_estimate_posts_nothing() {
    let client = Client::craigs().await;
    client.stored("Estimate", &sale("1", &[line("4", "100")])).await;
    assert_eq!(client.balances(&[RECEIVABLE, "82"]), ["0", "0"]);
}

#[tokio::test]
async fn an_account_starts_with_its_opening_balance_and_takes_no_other_from_a_body() {
    let client = Client::craigs().await;
    let body = json!({"Name": "Petty Cash", "AccountType": "Bank", "OpeningBalance": 75,
        "OpeningBalanceDate": "2020-01-01", "CurrentBalance": 1});
    let account = client.stored("Account", &body).await;
    assert_eq!(account["CurrentBalance"], number("75.00"));
    let id = account["Id"].as_str().unwrap();
    let change = json!({"Id": id, "SyncToken": "0", "sparse": true, "CurrentBalance": 5, "Description": "Drawer"});
    assert_eq!(client.stored("Account", &change).await["CurrentBalance"], number("75.00"));
}

#[tokio::test]
async fn a_sale_in_another_currency_posts_at_its_rate() {
    let client = Client::of(qbo_simulator::quickbooks::TWO_CURRENCIES).await;
    let mut body = sale("1", &[line("4", "100")]);
    body["CurrencyRef"] = json!({"value": "EUR"});
    client.stored("Invoice", &body).await;
    assert_eq!(client.balances(&[RECEIVABLE, "82"]), ["108.5", "108.5"]);
}

#[tokio::test]
async fn money_goes_to_an_account_in_the_home_currency_or_in_the_transactions() {
    let client = Client::of(qbo_simulator::quickbooks::TWO_CURRENCIES).await;
    let mut body = sale("1", &[line("4", "100")]);
    body["CurrencyRef"] = json!({"value": "EUR"});
    for (currency, is_taken) in [("USD", true), ("EUR", true), ("GBP", false)] {
        let account = json!({"Name": currency, "AccountType": "Bank", "CurrencyRef": {"value": currency}});
        body["DepositToAccountRef"] = json!({"value": client.stored("Account", &account).await["Id"]});
        if is_taken {
            client.stored("SalesReceipt", &body).await;
        } else {
            assert_eq!(client.refused("salesreceipt", &body).await, "6000");
        }
    }
}

#[tokio::test]
async fn a_bill_is_owed_until_it_is_paid_from_the_bank() {
    let client = Client::craigs().await;
    let bill = client
        .stored(
            "Bill",
            &json!({"VendorRef": {"value": "30"}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": 80,
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "15"}}}]}),
        )
        .await;
    assert_eq!(client.balances(&["33", "15"]), ["80", "80"]);
    let payment = json!({"VendorRef": {"value": "30"}, "PayType": "Check", "TotalAmt": 80,
        "CheckPayment": {"BankAccountRef": {"value": "35"}},
        "Line": [{"Amount": 80, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}]});
    client.stored("BillPayment", &payment).await;
    assert_eq!(client.balances(&["33", "15", "35"]), ["0", "80", "-80"]);
}

#[tokio::test]
async fn a_deposit_takes_what_waits_undeposited_to_the_bank() {
    let client = Client::craigs().await;
    let receipt = client.stored("SalesReceipt", &json!({"Line": [line("4", "120")]})).await;
    assert_eq!(client.balances(&[UNDEPOSITED, "35"]), ["120", "0"]);
    let deposit = json!({"DepositToAccountRef": {"value": "35"}, "Line": [{"Amount": 120,
        "LinkedTxn": [{"TxnId": receipt["Id"], "TxnType": "SalesReceipt"}]}]});
    client.stored("Deposit", &deposit).await;
    assert_eq!(client.balances(&[UNDEPOSITED, "35"]), ["0", "120"]);
}

#[tokio::test]
async fn an_entry_by_hand_posts_what_it_says_and_a_credit_memo_takes_income_back() {
    let client = Client::craigs().await;
    let side = |kind: &str, account: &str| {
        json!({"Amount": 30, "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": account}}})
    };
    client.stored("JournalEntry", &json!({"Line": [side("Debit", "36"), side("Credit", "35")]})).await;
    assert_eq!(client.balances(&["36", "35"]), ["30", "-30"]);
    client.stored("CreditMemo", &sale("1", &[line("4", "25")])).await;
    assert_eq!(client.balances(&[RECEIVABLE, "82"]), ["-25", "-25"]);
}
