//! Whatever is written, the books balance.

use proptest::prelude::*;
use qbo_simulator::quickbooks::{AccountingMethod, CRAIGS_DESIGN, QuickBooks};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::client::{line, number};

/// One thing that a person or a program does to the books. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Invoice { customer: usize, cents: u32, taxed: bool, discount: bool },
    Receipt { cents: u32, refund: bool },
    Purchase { cents: u32, card: bool, credit: bool },
    Pay { invoice: usize, percent: u32, extra: u32 },
    Change { invoice: usize, cents: u32 },
    Credit { customer: usize, cents: u32 },
    UseCredit { invoice: usize, credit: usize, percent: u32 },
    Unapply { payment: usize },
    Void { kind: usize, which: usize },
    Delete { kind: usize, which: usize },
}

const CUSTOMERS: [&str; 3] = ["1", "8", "9"];
const KINDS: [&str; 6] = ["Invoice", "CreditMemo", "Payment", "SalesReceipt", "RefundReceipt", "Purchase"];

fn step() -> impl Strategy<Value = Step> {
    let cents = || 1..500_000u32;
    let chosen = || any::<usize>();
    prop_oneof![
        4 => (0..3usize, cents(), any::<bool>(), any::<bool>())
            .prop_map(|(customer, cents, taxed, discount)| Step::Invoice { customer, cents, taxed, discount }),
        2 => (cents(), any::<bool>()).prop_map(|(cents, refund)| Step::Receipt { cents, refund }),
        2 => (cents(), any::<bool>(), any::<bool>())
            .prop_map(|(cents, card, credit)| Step::Purchase { cents, card, credit }),
        4 => (chosen(), 1..=100u32, 0..3u32)
            .prop_map(|(invoice, percent, extra)| Step::Pay { invoice, percent, extra }),
        2 => (chosen(), cents()).prop_map(|(invoice, cents)| Step::Change { invoice, cents }),
        2 => (0..3usize, cents()).prop_map(|(customer, cents)| Step::Credit { customer, cents }),
        3 => (chosen(), chosen(), 1..=100u32)
            .prop_map(|(invoice, credit, percent)| Step::UseCredit { invoice, credit, percent }),
        1 => chosen().prop_map(|payment| Step::Unapply { payment }),
        1 => (0..KINDS.len(), chosen()).prop_map(|(kind, which)| Step::Void { kind, which }),
        1 => (0..KINDS.len(), chosen()).prop_map(|(kind, which)| Step::Delete { kind, which }),
    ]
}

struct Company(QuickBooks);

impl Company {
    fn rows(&self, entity: &str) -> Vec<Value> {
        self.0.documents(CRAIGS_DESIGN, entity)
    }

    fn chosen(&self, entity: &str, which: usize) -> Option<Value> {
        let rows = self.rows(entity);
        (!rows.is_empty()).then(|| rows[which % rows.len()].clone())
    }

    /// Does a step; what QuickBooks refuses leaves the books as they are.
    fn take(&self, step: &Step) {
        let create = |entity, body| drop(self.0.create(CRAIGS_DESIGN, entity, body));
        let change = |entity, body| drop(self.0.update(CRAIGS_DESIGN, entity, body));
        match *step {
            Step::Invoice { customer, cents, taxed, discount } => {
                create("Invoice", invoice(CUSTOMERS[customer], cents, taxed, discount));
            }
            Step::Receipt { cents, refund } => {
                let body = json!({"Line": [line("4", &money(cents))], "DepositToAccountRef": {"value": "91"}});
                create(if refund { "RefundReceipt" } else { "SalesReceipt" }, body);
            }
            Step::Purchase { cents, card, credit } => create("Purchase", purchase(cents, card, credit)),
            Step::Pay { invoice, percent, extra } => {
                if let Some(invoice) = self.chosen("Invoice", invoice) {
                    create("Payment", payment(&invoice, percent, extra));
                }
            }
            Step::Change { invoice, cents } => {
                if let Some(invoice) = self.chosen("Invoice", invoice) {
                    let line = json!([line("7", &money(cents))]);
                    change(
                        "Invoice",
                        json!({"Id": invoice["Id"], "SyncToken": invoice["SyncToken"], "sparse": true,
                        "Line": line}),
                    );
                }
            }
            Step::Credit { customer, cents } => {
                create("CreditMemo", invoice(CUSTOMERS[customer], cents, false, false));
            }
            Step::UseCredit { invoice, credit, percent } => {
                let both = self.chosen("Invoice", invoice).zip(self.chosen("CreditMemo", credit));
                if let Some((invoice, credit)) = both {
                    create("Payment", credited(&invoice, &credit, percent));
                }
            }
            Step::Unapply { payment } => {
                if let Some(payment) = self.chosen("Payment", payment) {
                    change(
                        "Payment",
                        json!({"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": true,
                        "Line": []}),
                    );
                }
            }
            Step::Void { kind, which } => self.end(KINDS[kind], which, QuickBooks::void),
            Step::Delete { kind, which } => self.end(KINDS[kind], which, QuickBooks::delete),
        }
    }

    fn end(&self, entity: &str, which: usize, end: fn(&QuickBooks, &str, &str, &str) -> Result<Value, Value>) {
        if let Some(row) = self.chosen(entity, which) {
            drop(end(&self.0, CRAIGS_DESIGN, entity, row["Id"].as_str().unwrap()));
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let accounts = self.rows("Account");
        let of = |wanted: &str| -> Decimal {
            let classified = accounts.iter().filter(|account| account["Classification"] == wanted);
            classified.map(|account| decimal(&account["CurrentBalance"])).sum()
        };
        prop_assert_eq!(of("Asset") + of("Expense"), of("Liability") + of("Equity") + of("Revenue"));
        let receivable = self.0.account_balance(CRAIGS_DESIGN, "84").unwrap();
        let owed: Decimal = self.rows("Customer").iter().map(|customer| decimal(&customer["Balance"])).sum();
        prop_assert_eq!(receivable, owed);
        for settled in self.rows("Invoice").iter().chain(&self.rows("CreditMemo")) {
            let applied: Decimal = self.rows("Payment").iter().map(|payment| applied(payment, &settled["Id"])).sum();
            prop_assert_eq!(decimal(&settled["Balance"]), decimal(&settled["TotalAmt"]) - applied);
        }
        for payment in self.rows("Payment") {
            let unapplied = decimal(&payment["TotalAmt"]) - paid(&payment);
            prop_assert_eq!(decimal(&payment["UnappliedAmt"]), unapplied);
            prop_assert!(unapplied >= Decimal::ZERO && paid(&payment) >= Decimal::ZERO);
        }
        let days = ["0001-01-01", "9999-12-31"].map(|day| day.parse().unwrap());
        let earned = self.0.profit_and_loss(CRAIGS_DESIGN, AccountingMethod::Accrual, days[0], days[1]);
        prop_assert_eq!(earned.net_income(), of("Revenue") - of("Expense"));
        Ok(())
    }
}

fn invoice(customer: &str, cents: u32, taxed: bool, discount: bool) -> Value {
    let mut line = line("4", &money(cents));
    line["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": if taxed { "TAX" } else { "NON" }});
    let mut lines = vec![line];
    if discount {
        let detail = json!({"PercentBased": true, "DiscountPercent": 7});
        lines.push(json!({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}));
    }
    json!({"CustomerRef": {"value": customer}, "Line": lines})
}

fn purchase(cents: u32, card: bool, credit: bool) -> Value {
    let (kind, account) = if card { ("CreditCard", "42") } else { ("Cash", "91") };
    json!({"PaymentType": kind, "AccountRef": {"value": account}, "Credit": credit, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": number(&money(cents)),
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "90"}}}]})
}

/// A payment of a share of an invoice, and of something that is not applied.
fn payment(invoice: &Value, percent: u32, extra: u32) -> Value {
    let share = (decimal(&invoice["TotalAmt"]) * Decimal::new(percent.into(), 2)).round_dp(2);
    let link = json!([{"TxnId": invoice["Id"], "TxnType": "Invoice"}]);
    json!({"CustomerRef": {"value": invoice["CustomerRef"]["value"]},
        "TotalAmt": number(&(share + Decimal::from(extra)).to_string()),
        "Line": [{"Amount": number(&share.to_string()), "LinkedTxn": link}]})
}

/// A payment of a share of an invoice by a credit memo alone.
fn credited(invoice: &Value, credit: &Value, percent: u32) -> Value {
    let open = decimal(&invoice["Balance"]).min(decimal(&credit["Balance"]));
    let share = number(&(open * Decimal::new(percent.into(), 2)).round_dp(2).to_string());
    let line = |row: &Value, kind: &str| json!({"Amount": share, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]});
    json!({"CustomerRef": {"value": invoice["CustomerRef"]["value"]}, "TotalAmt": 0,
        "Line": [line(invoice, "Invoice"), line(credit, "CreditMemo")]})
}

/// What a payment pays, less the credits that it uses.
fn paid(payment: &Value) -> Decimal {
    let worth = |line: &Value| {
        let amount = decimal(&line["Amount"]);
        if line["LinkedTxn"][0]["TxnType"] == "CreditMemo" { -amount } else { amount }
    };
    payment["Line"].as_array().unwrap().iter().map(worth).sum()
}

fn applied(payment: &Value, invoice: &Value) -> Decimal {
    let lines = payment["Line"].as_array().unwrap().iter();
    lines.filter(|line| line["LinkedTxn"][0]["TxnId"] == *invoice).map(|line| decimal(&line["Amount"])).sum()
}

fn money(cents: u32) -> String {
    Decimal::new(cents.into(), 2).to_string()
}

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn debits_equal_credits_and_what_is_owed_is_what_was_sold_less_what_was_paid(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let company = Company(QuickBooks::seeded());
        for step in &steps {
            company.take(step);
        }
        company.check()?;
    }
}
