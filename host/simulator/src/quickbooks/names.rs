//! Customers, vendors and employees: how names are built, and that they are unique across all three.

use serde_json::{Value, json};

use super::books::{Books, full_name};
use super::entity::{Entity, Name};
use super::fault::Fault;
use super::row::{Row, default, is_true, part, reference, same_text, set, text};
use super::tax;

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] = &[
    "DisplayName",
    "Active",
    "Taxable",
    "DefaultTaxCodeRef",
    "CurrencyRef",
    "PreferredDeliveryMethod",
    "Job",
    "BillWithParent",
    "Vendor1099",
];

/// What deactivation appends to a name, so that the plain name becomes free.
pub(crate) const DELETED_SUFFIX: &str = " (deleted)";

/// A top-level name can have this many levels below it.
const LEVELS_MAX: u64 = 4;

/// Checks a name object and adds what QuickBooks adds.
pub(crate) fn derive(books: &Books, kind: Name, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    check_emails(&draft)?;
    let name = display_name(&draft)?;
    check_characters("DisplayName", &name)?;
    default(&mut draft, "Active", true);
    let name = mark_activity(&draft, name);
    check_unique(books, &name, stored)?;
    set(&mut draft, "DisplayName", name.clone());
    print_on_check(&mut draft, &name, stored);
    match kind {
        Name::Customer => customer(books, draft, &name, stored),
        Name::Vendor => vendor(books, draft, stored),
        Name::Employee => Ok(draft),
    }
}

/// The name with the suffix that its activity asks for.
pub(crate) fn mark_activity(draft: &Row, name: String) -> String {
    let plain = name.strip_suffix(DELETED_SUFFIX).unwrap_or(&name);
    match draft.get("Active") {
        Some(Value::Bool(false)) => format!("{plain}{DELETED_SUFFIX}"),
        Some(_) | None => plain.to_owned(),
    }
}

/// Colons part levels of a full name, so a name has none.
pub(crate) fn check_characters(element: &str, name: &str) -> Result<(), Fault> {
    if name.contains([':', '\t', '\n']) {
        return Err(Fault::invalid_characters(element, name));
    }
    Ok(())
}

/// The full name of an object below its parent, and its level.
pub(crate) fn below_parent(books: &Books, entity: Entity, draft: &Row, name: &str) -> Result<(String, u64), Fault> {
    let Some(id) = reference(draft, "ParentRef") else { return Ok((name.to_owned(), 0)) };
    let parent = books.referred(entity, id)?;
    let level = parent.get("Level").and_then(Value::as_u64).unwrap_or(0) + 1;
    if level > LEVELS_MAX {
        return Err(Fault::levels());
    }
    Ok((format!("{}:{name}", full_name(parent)), level))
}

fn display_name(draft: &Row) -> Result<String, Fault> {
    if let Some(name) = text(draft, "DisplayName") {
        return Ok(name.trim().to_owned());
    }
    let given = ["Title", "GivenName", "MiddleName", "FamilyName", "Suffix"];
    let given: Vec<&str> = given.into_iter().filter_map(|member| text(draft, member)).collect();
    if given.is_empty() { Err(Fault::no_name()) } else { Ok(given.join(" ")) }
}

fn check_emails(draft: &Row) -> Result<(), Fault> {
    let address = part(draft, "PrimaryEmailAddr").and_then(|email| text(email, "Address"));
    address.map_or(Ok(()), check_email)
}

/// As strict as QuickBooks: an at sign and a dot.
pub(crate) fn check_email(address: &str) -> Result<(), Fault> {
    if address.contains('@') && address.contains('.') { Ok(()) } else { Err(Fault::email(address)) }
}

fn check_unique(books: &Books, name: &str, stored: Option<&Row>) -> Result<(), Fault> {
    if stored.and_then(|stored| text(stored, "DisplayName")) == Some(name) {
        return Ok(());
    }
    let own = stored.and_then(|stored| text(stored, "Id"));
    let lists = [Entity::Customer, Entity::Vendor, Entity::Employee];
    let taken = lists
        .into_iter()
        .flat_map(|entity| books.rows(entity))
        .any(|row| text(row, "Id") != own && text(row, "DisplayName").is_some_and(|other| same_text(other, name)));
    if taken { Err(Fault::duplicate_name()) } else { Ok(()) }
}

/// Follows the display name unless it was set to something else.
fn print_on_check(draft: &mut Row, name: &str, stored: Option<&Row>) {
    let before = stored.map(|stored| (text(stored, "PrintOnCheckName"), text(stored, "DisplayName")));
    let followed = matches!(before, Some((print, display)) if print == display);
    if text(draft, "PrintOnCheckName").is_none() || followed {
        let name = text(draft, "CompanyName").filter(|_| stored.is_none()).unwrap_or(name).to_owned();
        set(draft, "PrintOnCheckName", name);
    }
}

fn customer(books: &Books, mut draft: Row, name: &str, stored: Option<&Row>) -> Result<Row, Fault> {
    let (full, level) = below_parent(books, Entity::Customer, &draft, name)?;
    set(&mut draft, "FullyQualifiedName", full);
    if level > 0 {
        set(&mut draft, "Level", level);
    }
    default(&mut draft, "Job", false);
    default(&mut draft, "BillWithParent", false);
    default(&mut draft, "PreferredDeliveryMethod", "Print");
    books.name_reference(&mut draft, "SalesTermRef", Entity::Term)?;
    books.name_reference(&mut draft, "PaymentMethodRef", Entity::PaymentMethod)?;
    tax::customer_defaults(books, &mut draft)?;
    currency(books, &mut draft, stored)?;
    // Balances follow from transactions; what a body says about them is ignored.
    for member in ["Balance", "BalanceWithJobs"] {
        let balance = stored.and_then(|stored| stored.get(member)).cloned().unwrap_or(json!(0));
        set(&mut draft, member, balance);
    }
    Ok(draft)
}

fn vendor(books: &Books, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    books.name_reference(&mut draft, "TermRef", Entity::Term)?;
    currency(books, &mut draft, stored)?;
    default(&mut draft, "Vendor1099", false);
    let balance = stored.and_then(|stored| stored.get("Balance")).cloned().unwrap_or(json!(0));
    set(&mut draft, "Balance", balance);
    Ok(draft)
}

/// The home currency, unless the company has several; never changed afterwards.
fn currency(books: &Books, draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    let home = books.home_currency();
    let code = reference(draft, "CurrencyRef").unwrap_or(home).to_owned();
    if code != home && !books.prefers("CurrencyPrefs", "MultiCurrencyEnabled") {
        return Err(Fault::business("Multi-currency is not enabled for this company"));
    }
    if stored.and_then(|stored| reference(stored, "CurrencyRef")).is_some_and(|before| before != code) {
        return Err(Fault::business("The currency of a name can not be changed"));
    }
    set(draft, "CurrencyRef", currency_reference(&code));
    Ok(())
}

/// A currency with its English name, for those that the seeds use.
pub(crate) fn currency_reference(code: &str) -> Value {
    let name = match code {
        "USD" => "United States Dollar",
        "CAD" => "Canadian Dollar",
        "EUR" => "Euro",
        "GBP" => "British Pound Sterling",
        _ => code,
    };
    json!({ "value": code, "name": name })
}

/// The parents of a customer whose jobs are billed on their own, nearest first.
pub(crate) fn ancestors(books: &Books, customer: &Row) -> Vec<String> {
    let mut found = Vec::new();
    let mut child = Some(customer);
    while let Some(id) = child.and_then(|row| reference(row, "ParentRef")) {
        found.push(id.to_owned());
        child = books.row(Entity::Customer, id).filter(|_| found.len() <= usize::from(u8::MAX));
    }
    found
}

/// Whether sales to this customer are taxed.
pub(crate) fn is_taxable(customer: &Row) -> bool {
    is_true(customer, "Taxable")
}
