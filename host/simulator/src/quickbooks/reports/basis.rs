//! Which transactions count, and when: as they are owed, or as they are paid.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::postings::{Origin, Posted, Posting};
use crate::quickbooks::row::{Row, cents, decimal, parts, text};

/// The accounting method of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Income counts when it is invoiced.
    Accrual,
    /// Income counts when it is paid, in the share that is paid.
    Cash,
}

impl Basis {
    /// The method that was asked for, or the company's own.
    pub(super) fn asked(books: &Books, method: Option<&str>) -> Result<Self, Fault> {
        let own = books.preference("ReportPrefs").and_then(|reports| text(reports, "ReportBasis"));
        match method.or(own).unwrap_or("Accrual") {
            "Accrual" => Ok(Self::Accrual),
            "Cash" => Ok(Self::Cash),
            other => Err(Fault::enumeration("accounting_method", other)),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accrual => "Accrual",
            Self::Cash => "Cash",
        }
    }
}

/// What stands in each account over a period, debits positive.
pub(super) fn sums(books: &Books, basis: Basis, from: Option<&str>, to: &str) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for posted in transactions(books, basis) {
        if from.is_none_or(|from| from <= posted.day.as_str()) && posted.day.as_str() <= to {
            for posting in posted.postings {
                *sums.entry(posting.account).or_default() += posting.amount;
            }
        }
    }
    sums
}

/// Every transaction that counts, in the order of days.
pub(super) fn transactions(books: &Books, basis: Basis) -> Vec<Posted> {
    let mut counted: Vec<Posted> = match basis {
        Basis::Accrual => books.accounts.values().cloned().collect(),
        Basis::Cash => {
            let invoices = Invoices::of(books);
            let others = books.accounts.iter().filter(|(origin, _)| !invoices.hold(**origin));
            others.map(|(_, posted)| posted.clone()).chain(invoices.paid(books)).collect()
        }
    };
    counted.sort_by(|left, right| left.day.cmp(&right.day));
    counted
}

/// What invoices post, to be counted as they are paid.
struct Invoices<'a>(BTreeMap<Origin, &'a Posted>);

impl<'a> Invoices<'a> {
    fn of(books: &'a Books) -> Self {
        let ids = books.rows(Entity::Invoice).filter_map(|invoice| text(invoice, "Id")?.parse().ok());
        let posted = ids.filter_map(|id| books.accounts.get_key_value(&Origin::Transaction(id)));
        Self(posted.map(|(origin, posted)| (*origin, posted)).collect())
    }

    fn hold(&self, origin: Origin) -> bool {
        self.0.contains_key(&origin)
    }

    /// For each amount that was applied to an invoice, its share of the invoice on the day of payment.
    fn paid(&self, books: &Books) -> Vec<Posted> {
        let mut payments: Vec<&Row> = books.rows(Entity::Payment).collect();
        payments.sort_by_key(|payment| text(payment, "TxnDate"));
        let mut paid_before: BTreeMap<Origin, Decimal> = BTreeMap::new();
        let mut shares = Vec::new();
        for payment in payments {
            for (origin, amount) in applied(payment) {
                let Some(invoice) = self.0.get(&origin) else { continue };
                let before = paid_before.entry(origin).or_default();
                let mut share = share(invoice, *before, *before + amount);
                *before += amount;
                text(payment, "TxnDate").unwrap_or_default().clone_into(&mut share.day);
                shares.push(share);
            }
        }
        shares
    }
}

fn applied(payment: &Row) -> impl Iterator<Item = (Origin, Decimal)> {
    parts(payment, "Line").filter_map(|line| {
        let id = text(parts(line, "LinkedTxn").next()?, "TxnId")?.parse().ok()?;
        Some((Origin::Transaction(id), decimal(line, "Amount")?))
    })
}

/// What an invoice posts between two states of being paid. Each state is rounded as a whole, so that the
/// shares of a paid invoice add up to it.
fn share(invoice: &Posted, before: Decimal, after: Decimal) -> Posted {
    let mut share = invoice.clone();
    let Some((own, others)) = share.postings.split_first_mut() else { return share };
    let total = own.amount;
    if total.is_zero() {
        return share;
    }
    let until = |paid: Decimal, posting: &Posting| cents(posting.amount * paid / total);
    for posting in others.iter_mut() {
        posting.amount = until(after, posting) - until(before, posting);
    }
    own.amount = after - before;
    // What rounding left over goes to the first account, which is the largest as a rule.
    let left: Decimal = own.amount + others.iter().map(|posting| posting.amount).sum::<Decimal>();
    if let Some(first) = others.first_mut() {
        first.amount -= left;
    }
    share
}
