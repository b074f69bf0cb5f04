//! The reports of the Accounting API.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::client::{Client, line, priced_line, sale};

/// The row of a report whose group or first cell is this, at any depth.
fn find<'a>(rows: &'a Value, wanted: &str) -> Option<&'a Value> {
    rows["Row"].as_array()?.iter().find_map(|row| {
        let named = row["group"] == wanted || row["ColData"][0]["value"] == wanted;
        if named { Some(row) } else { find(&row["Rows"], wanted) }
    })
}

/// The last cell of a row or of its summary.
fn amount(report: &Value, wanted: &str) -> String {
    let row = find(&report["Rows"], wanted).unwrap_or_else(|| panic!("no {wanted} in {report}"));
    let cells = row["Summary"]["ColData"].as_array().or(row["ColData"].as_array()).unwrap();
    cells.last().unwrap()["value"].as_str().unwrap().to_owned()
}

impl Client {
    async fn report(&self, path: &str) -> Value {
        self.get(&format!("reports/{path}")).await.json()
    }
}

/// An invoice of 300 in September, half paid in October, and an expense of 10.
async fn story(client: &Client) {
    let mut body = sale("1", &[line("4", "200"), line("52", "0"), priced_line("11", "4", "25", "100")]);
    body["Line"].as_array_mut().unwrap().remove(1);
    body["Line"][1]["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": "NON"});
    let invoice = client.stored("Invoice", &body).await;
    client.clock.advance(SignedDuration::from_hours(3 * 24));
    let link = json!([{"TxnId": invoice["Id"], "TxnType": "Invoice"}]);
    client
        .stored(
            "Payment",
            &json!({"CustomerRef": {"value": "1"}, "TotalAmt": 150,
        "Line": [{"Amount": 150, "LinkedTxn": link}]}),
        )
        .await;
    client
        .stored(
            "Purchase",
            &json!({"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": 10,
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "28"}}}]}),
        )
        .await;
}

#[tokio::test]
async fn profit_and_loss_has_the_sections_of_the_real_one() {
    let client = Client::craigs().await;
    story(&client).await;
    let report = client.report("ProfitAndLoss").await;
    assert_eq!(report["Header"]["ReportName"], "ProfitAndLoss");
    assert_eq!(report["Header"]["DateMacro"], "this fiscal year-to-date");
    assert_eq!(
        (&report["Header"]["StartPeriod"], &report["Header"]["EndPeriod"]),
        (&json!("2020-01-01"), &json!("2020-10-02"))
    );
    assert_eq!(report["Columns"]["Column"][1]["ColType"], "Money");
    let design = find(&report["Rows"], "Design income").unwrap();
    assert_eq!(design["ColData"], json!([{"value": "Design income", "id": "82"}, {"value": "200.00"}]));
    for (group, sum) in [
        ("Income", "300.00"),
        ("COGS", "40.00"),
        ("GrossProfit", "260.00"),
        ("Expenses", "10.00"),
        ("NetOperatingIncome", "250.00"),
        ("NetIncome", "250.00"),
    ] {
        assert_eq!(amount(&report, group), sum, "{group}");
    }
}

#[tokio::test]
async fn a_sub_account_stands_inside_its_parent() {
    let client = Client::craigs().await;
    story(&client).await;
    let report = client.report("ProfitAndLoss").await;
    let parent = &find(&report["Rows"], "Expenses").unwrap()["Rows"]["Row"][0];
    assert_eq!(parent["Header"]["ColData"][0], json!({"value": "Legal & Professional Fees", "id": "12"}));
    assert_eq!(parent["Rows"]["Row"][0]["ColData"][0]["value"], "Accounting");
    assert_eq!(parent["Summary"]["ColData"][1]["value"], "10.00");
}

#[tokio::test]
async fn a_period_counts_what_happened_in_it() {
    let client = Client::craigs().await;
    story(&client).await;
    let september = client.report("ProfitAndLoss?start_date=2020-09-01&end_date=2020-09-30").await;
    assert_eq!(amount(&september, "NetIncome"), "260.00");
    let october = client.report("ProfitAndLoss?start_date=2020-10-01&end_date=2020-10-31").await;
    assert_eq!(amount(&october, "NetIncome"), "-10.00");
}

#[tokio::test]
async fn on_the_cash_basis_income_counts_as_it_is_paid() {
    let client = Client::craigs().await;
    story(&client).await;
    let september = "start_date=2020-09-01&end_date=2020-09-30&accounting_method=Cash";
    assert_eq!(amount(&client.report(&format!("ProfitAndLoss?{september}")).await, "NetIncome"), "0.00");
    let october = "start_date=2020-10-01&end_date=2020-10-31&accounting_method=Cash";
    let report = client.report(&format!("ProfitAndLoss?{october}")).await;
    assert_eq!(report["Header"]["ReportBasis"], "Cash");
    assert_eq!((amount(&report, "Income"), amount(&report, "COGS")), ("150.00".to_owned(), "20.00".to_owned()));
}

#[tokio::test]
async fn the_balance_sheet_balances_in_the_year_of_a_sale_and_in_the_next() {
    let client = Client::craigs().await;
    story(&client).await;
    for (end, net_income, retained) in [("2020-12-31", "250.00", None), ("2021-06-30", "", Some("250.00"))] {
        let report = client.report(&format!("BalanceSheet?start_date=2020-01-01&end_date={end}")).await;
        assert_eq!(amount(&report, "TotalAssets"), amount(&report, "TotalLiabilitiesAndEquity"));
        assert_eq!(amount(&report, "AR"), "150.00");
        assert_eq!(amount(&report, "BankAccounts"), "-10.00");
        assert_eq!(amount(&report, "OtherCurrentAssets"), "706.25");
        match retained {
            None => assert_eq!(amount(&report, "Net Income"), net_income),
            Some(retained) => {
                assert!(report.to_string().contains(&format!("Retained Earnings\"}},{{\"value\":\"{retained}")))
            }
        }
    }
}

#[tokio::test]
async fn a_customers_balance_is_what_is_not_paid() {
    let client = Client::craigs().await;
    story(&client).await;
    let report = client.report("CustomerBalance?customer=1").await;
    let row = json!({"ColData": [{"value": "Amy's Bird Sanctuary", "id": "1"}, {"value": "150.00"}]});
    assert_eq!(report["Rows"]["Row"][0], row);
    assert_eq!(amount(&report, "GrandTotal"), "150.00");
    let nobody = client.report("CustomerBalance?customer=2").await;
    assert_eq!(nobody["Header"]["Option"][1], json!({"Name": "NoReportData", "Value": "true"}));
}

#[tokio::test]
async fn the_transaction_list_names_type_number_account_and_amount() {
    let client = Client::craigs().await;
    story(&client).await;
    let list = client.report("TransactionList?start_date=2020-09-01&end_date=2020-12-31").await;
    let rows = list["Rows"]["Row"].as_array().unwrap();
    let cell = |row: usize, column: usize| rows[row]["ColData"][column]["value"].as_str().unwrap().to_owned();
    let row = |row: usize| [0, 1, 2, 4, 6, 7, 8].map(|column| cell(row, column));
    assert_eq!(rows.len(), 3);
    let invoice =
        ["2020-09-29", "Invoice", "1038", "Amy's Bird Sanctuary", "Accounts Receivable (A/R)", "-Split-", "300.00"];
    assert_eq!(row(0), invoice);
    let paid = [
        "2020-10-02",
        "Payment",
        "",
        "Amy's Bird Sanctuary",
        "Undeposited Funds",
        "Accounts Receivable (A/R)",
        "150.00",
    ];
    assert_eq!(row(1), paid);
    assert_eq!(row(2), ["2020-10-02", "Expense", "", "", "Checking", "Accounting", "-10.00"]);
}

#[tokio::test]
async fn an_accounts_postings_are_listed_with_its_running_balance() {
    let client = Client::craigs().await;
    story(&client).await;
    let report = client.report("GeneralLedger?account=84&start_date=2020-10-01&end_date=2020-12-31").await;
    let section = &report["Rows"]["Row"][0];
    assert_eq!(section["Header"]["ColData"][0], json!({"value": "Accounts Receivable (A/R)", "id": "84"}));
    let lines = section["Rows"]["Row"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["ColData"][0]["value"], &lines[0]["ColData"][7]["value"]),
        (&json!("Beginning Balance"), &json!("300.00"))
    );
    assert_eq!(
        (&lines[1]["ColData"][6]["value"], &lines[1]["ColData"][7]["value"]),
        (&json!("-150.00"), &json!("150.00"))
    );
    assert_eq!(section["Summary"]["ColData"][6]["value"], "-150.00");
}

#[tokio::test]
async fn what_a_report_cannot_mean_is_refused() {
    let client = Client::craigs().await;
    assert_eq!(client.get("reports/Horoscope").await.code(), "5020");
    assert_eq!(client.get("reports/ProfitAndLoss?start_date=01.10.2020").await.code(), "2060");
    assert_eq!(client.get("reports/ProfitAndLoss?accounting_method=Hope").await.code(), "2170");
    assert_eq!(client.get("reports/ProfitAndLoss?date_macro=Someday").await.code(), "2170");
    assert_eq!(client.get("reports/ProfitAndLoss?summarize_column_by=Month").await.code(), "5030");
}
