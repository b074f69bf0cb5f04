//! The product of every line: matched, replaced, defaulted or to be created, and never dropped.
//! Makes the calls; which item a line means is decided in `catalogue`.

mod catalogue;
mod new_items;
mod problems;

use super::lines::{LineRecord, SaleLine};
use super::listed;
use crate::quickbooks::{Account, Item, Reference};
use crate::{Company, Date, Enrollment, Fault, Problem, Problems, Refusal, codes};

use catalogue::{Catalogue, Match};
use new_items::NewItem;
use problems::{
    ambiguous, another_sku, default_used, fee_not_mapped, inactive, not_found, not_in_stock_yet, not_sellable,
    unknown_id,
};

/// The line item properties that may hold QuickBooks' product id. The definition's `reads` asks for
/// exactly these; another one would seem empty on every line, and lines would be matched by name.
pub const ID_PROPERTIES: &[&str] = &["quickbooks_id"];

/// The product of every line, as far as it is settled before anything is written.
pub(super) struct ProductPlan {
    chosen: Vec<Product>,
    new: Vec<NewItem>,
    /// Of each line, those without a product included: whether QuickBooks taxes what it sells.
    taxable: Vec<bool>,
}

enum Product {
    Existing(Existing),
    /// The place among the new items.
    New(usize),
}

impl Product {
    fn is_taxable(&self, new: &[NewItem]) -> bool {
        match self {
            Self::Existing(existing) => existing.taxable,
            Self::New(place) => new[*place].taxable,
        }
    }
}

/// A product that QuickBooks has.
#[derive(Clone)]
pub(super) struct Existing {
    item: Reference,
    taxable: bool,
}

/// What happens to a line that no product matches.
enum Unmatched {
    Refuse,
    Create(Reference),
    Default(Existing),
}

/// Finds the product of every line, or everything that is needed to create it.
pub(super) fn plan(
    enrollment: &Enrollment,
    company: &Company<'_>,
    lines: &[LineRecord<'_>],
    date: Date,
    problems: &mut Problems,
) -> Result<Option<ProductPlan>, Refusal> {
    if let Some(id) = enrollment.chosen("product") {
        return Ok(replaced(company, id, lines, date, problems)?);
    }
    if lines.iter().any(|line| line.is_whole_object()) {
        let item = default_item(enrollment, company, date, problems)?;
        return Ok(item.map(|item| ProductPlan::all(&item, lines.len())));
    }
    let words: Vec<(&str, &str)> = ID_PROPERTIES.iter().map(|&property| (property, property)).collect();
    let id_property = problems.note(enrollment.choice("product_id_property", &words)).flatten();
    let catalogue = Catalogue::read(company, lines, id_property)?;
    let matches: Vec<Match<'_>> = lines.iter().map(|&line| catalogue.find(line)).collect();
    let policy = if matches.iter().any(Match::is_missing) {
        unmatched(enrollment, company, date, problems)?
    } else {
        Some(Unmatched::Refuse)
    };
    let mut plan = ProductPlan { chosen: Vec::with_capacity(lines.len()), new: Vec::new(), taxable: Vec::new() };
    for (&line, found) in lines.iter().zip(matches) {
        let product = plan.product_of(line, found, policy.as_ref(), date, problems);
        plan.taxable.push(product.as_ref().is_some_and(|product| product.is_taxable(&plan.new)));
        plan.chosen.extend(product);
    }
    Ok(Some(plan))
}

impl ProductPlan {
    fn all(item: &Existing, lines: usize) -> Self {
        let mut plan = Self { chosen: Vec::new(), new: Vec::new(), taxable: Vec::new() };
        plan.add(item, lines);
        plan
    }

    fn product_of(
        &mut self,
        line: LineRecord<'_>,
        found: Match<'_>,
        policy: Option<&Unmatched>,
        date: Date,
        problems: &mut Problems,
    ) -> Option<Product> {
        let product = match found {
            Match::One(item) => in_stock(item, date).map(Product::Existing),
            // Without a policy, the reason why there is none is among the problems already.
            Match::Missing => self.unmatched(line, None, policy?, problems),
            Match::NameTaken(holder) => self.unmatched(line, Some(holder), policy?, problems),
            Match::UnknownId(id) => Err(unknown_id(id)),
            Match::Several(items) => Err(ambiguous(&items)),
            Match::Inactive(item) => Err(inactive(item)),
            Match::NotSellable(item) => Err(not_sellable(item)),
        };
        problems.note(product.map_err(|problem| problem.about(line.0.describe())))
    }

    fn unmatched(
        &mut self,
        line: LineRecord<'_>,
        name_holder: Option<&Item>,
        policy: &Unmatched,
        problems: &mut Problems,
    ) -> Result<Product, Problem> {
        match (policy, name_holder) {
            (Unmatched::Refuse, None) => Err(not_found(line)),
            (Unmatched::Refuse, Some(holder)) => Err(another_sku(codes::PRODUCT_NOT_FOUND, line, holder)),
            (Unmatched::Create(_), Some(holder)) => Err(another_sku(codes::NAME_TAKEN, line, holder)),
            (Unmatched::Create(account), None) => Ok(Product::New(new_items::add(&mut self.new, line, account)?)),
            (Unmatched::Default(item), _) => {
                problems.warn(default_used(line, &item.item));
                Ok(Product::Existing(item.clone()))
            }
        }
    }

    /// Puts a product behind those of the lines, for as many more: the fees of the whole object.
    pub(super) fn add(&mut self, item: &Existing, lines: usize) {
        self.taxable.extend(std::iter::repeat_n(item.taxable, lines));
        self.chosen.extend(std::iter::repeat_with(|| Product::Existing(item.clone())).take(lines));
    }

    /// Whether QuickBooks taxes what a line sells, line by line.
    pub(super) fn taxable(&self) -> &[bool] {
        &self.taxable
    }

    /// Names of the products that are to be created.
    pub(super) fn new_names(&self) -> impl Iterator<Item = &str> {
        self.new.iter().map(|item| item.name.as_str())
    }

    /// The product of every line in order, created if need be.
    pub(super) fn write(&self, company: &Company<'_>) -> Result<Vec<Reference>, Refusal> {
        let created = self.new.iter().map(|item| item.write(company)).collect::<Result<Vec<Reference>, Refusal>>()?;
        let reference = |product: &Product| match product {
            Product::Existing(existing) => existing.item.clone(),
            Product::New(place) => created[*place].clone(),
        };
        Ok(self.chosen.iter().map(reference).collect())
    }
}

fn reference(item: &Item) -> Reference {
    Reference { value: item.id.clone().unwrap_or_default(), name: item.name.clone() }
}

/// The item, unless its stock began after the document's date (error 6270).
fn in_stock(item: &Item, date: Date) -> Result<Existing, Problem> {
    match item.inv_start_date.as_deref().and_then(Date::parse) {
        Some(start) if start > date => Err(not_in_stock_yet(item, start, date)),
        Some(_) | None => Ok(Existing { item: reference(item), taxable: item.taxable == Some(true) }),
    }
}

/// The product of the fees on the whole object, which have none of their own.
pub(super) fn of_fees(
    enrollment: &Enrollment,
    company: &Company<'_>,
    fees: &[SaleLine<'_>],
    date: Date,
    problems: &mut Problems,
) -> Result<Option<Existing>, Fault> {
    const INPUT: &str = "fee_product";
    let Some(id) = enrollment.chosen(INPUT) else {
        fees.iter().for_each(|fee| problems.add(fee_not_mapped(fee)));
        return Ok(None);
    };
    by_id(company, id, INPUT, date, problems)
}

/// One product for every line, chosen in the step.
fn replaced(
    company: &Company<'_>,
    id: &str,
    lines: &[LineRecord<'_>],
    date: Date,
    problems: &mut Problems,
) -> Result<Option<ProductPlan>, Fault> {
    let Some(item) = by_id(company, id, "product", date, problems)? else {
        return Ok(None);
    };
    let name = item.item.name.as_deref().unwrap_or_default();
    problems.warn(
        Problem::new(
            codes::PRODUCT_REPLACED,
            format!("Every line is booked on the product “{name}” that the step names."),
        )
        .about("product")
        .remedy("Choose “from the enrolled object” to book each line on its own product."),
    );
    Ok(Some(ProductPlan::all(&item, lines.len())))
}

fn default_item(
    enrollment: &Enrollment,
    company: &Company<'_>,
    date: Date,
    problems: &mut Problems,
) -> Result<Option<Existing>, Fault> {
    const INPUT: &str = "default_product";
    match problems.note(enrollment.require_input(INPUT)) {
        Some(id) => by_id(company, id, INPUT, date, problems),
        None => Ok(None),
    }
}

/// A product that a setting names by id.
fn by_id(
    company: &Company<'_>,
    id: &str,
    input: &'static str,
    date: Date,
    problems: &mut Problems,
) -> Result<Option<Existing>, Fault> {
    let found: Option<Item> = listed::by_id(company, id)?;
    let checked = match catalogue::usable(found.iter()) {
        Match::One(item) => in_stock(item, date),
        Match::Inactive(item) => Err(inactive(item)),
        Match::NotSellable(item) => Err(not_sellable(item)),
        Match::Several(_) | Match::UnknownId(_) | Match::Missing | Match::NameTaken(_) => {
            Err(Problem::new(codes::CHOICE_NOT_FOUND, format!("QuickBooks has no product with the id {id}."))
                .remedy("Choose another product."))
        }
    };
    Ok(problems.note(checked.map_err(|problem| problem.about(input))))
}

/// The product of this name, if another run has created it since the checks.
fn created_meanwhile(company: &Company<'_>, new: &NewItem) -> Result<Option<Reference>, Fault> {
    let rows: Vec<Item> = company.query("SELECT * FROM Item WHERE Name = ?", &[&new.name])?;
    let same = rows.iter().filter(|item| !catalogue::contradicts(item, new.sku.as_deref()));
    Ok(match catalogue::usable(same) {
        Match::One(item) => Some(reference(item)),
        Match::Several(_)
        | Match::Inactive(_)
        | Match::NotSellable(_)
        | Match::UnknownId(_)
        | Match::Missing
        | Match::NameTaken(_) => None,
    })
}

/// What the settings say about lines that no product matches.
fn unmatched(
    enrollment: &Enrollment,
    company: &Company<'_>,
    date: Date,
    problems: &mut Problems,
) -> Result<Option<Unmatched>, Fault> {
    let Some(create) = problems.note(enrollment.yes_or_no("create_product")) else {
        return Ok(None);
    };
    if create == Some(true) {
        return Ok(income_account(enrollment, company, problems).map(Unmatched::Create));
    }
    let words = [("refuse", false), ("default", true)];
    match problems.note(enrollment.choice("unmatched_product", &words)) {
        None => Ok(None),
        Some(Some(true)) => Ok(default_item(enrollment, company, date, problems)?.map(Unmatched::Default)),
        Some(Some(false) | None) => Ok(Some(Unmatched::Refuse)),
    }
}

fn income_account(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Option<Reference> {
    const INPUT: &str = "income_account";
    problems.note(enrollment.require_input(INPUT))?;
    let account: Account = listed::picked(enrollment, company, INPUT, problems)?;
    let kind = account.account_type.as_deref().unwrap_or_default();
    if !matches!(kind, "Income" | "Other Income") {
        problems.add(
            Problem::new(
                codes::INCOME_ACCOUNT_UNUSABLE,
                format!("New products need an income account, and the chosen one is of the type “{kind}”."),
            )
            .about(INPUT)
            .remedy("Choose an income account."),
        );
        return None;
    }
    account.id.map(Reference::to)
}
