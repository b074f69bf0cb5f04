//! The product of every line: matched, replaced, defaulted or to be created, and never dropped.
//! Makes the calls; which item a line means is decided in `catalogue`.

mod catalogue;
mod new_items;

use super::lines::LineRecord;
use super::listed;
use crate::quickbooks::{Account, Item, Reference};
use crate::{Company, Enrollment, Fault, Problem, Problems, Refusal, codes};

use catalogue::{Catalogue, Match};
use new_items::NewItem;

/// The product of every line, as far as it is settled before anything is written.
pub(super) struct ProductPlan {
    chosen: Vec<Product>,
    new: Vec<NewItem>,
}

enum Product {
    Existing(Reference),
    /// The place among the new items.
    New(usize),
}

/// What happens to a line that no product matches.
enum Unmatched {
    Refuse,
    Create(Reference),
    Default(Reference),
}

/// Finds the product of every line, or everything that is needed to create it.
pub(super) fn plan(
    enrollment: &Enrollment,
    company: &Company<'_>,
    lines: &[LineRecord<'_>],
    problems: &mut Problems,
) -> Result<Option<ProductPlan>, Refusal> {
    if let Some(id) = enrollment.chosen("product") {
        return Ok(replaced(company, id, lines, problems)?);
    }
    if lines.iter().any(|line| line.is_whole_object()) {
        let item = default_item(enrollment, company, problems)?;
        return Ok(item.map(|item| ProductPlan::all(&item, lines.len())));
    }
    let catalogue = Catalogue::read(company, lines, enrollment.input("product_id_property"))?;
    let matches: Vec<Match<'_>> = lines.iter().map(|&line| catalogue.find(line)).collect();
    let policy = if matches.iter().any(Match::is_missing) {
        unmatched(enrollment, company, problems)?
    } else {
        Some(Unmatched::Refuse)
    };
    let mut plan = ProductPlan { chosen: Vec::with_capacity(lines.len()), new: Vec::new() };
    for (&line, found) in lines.iter().zip(matches) {
        let product = plan.product_of(line, found, policy.as_ref(), problems);
        plan.chosen.extend(product);
    }
    Ok(Some(plan))
}

impl ProductPlan {
    fn all(item: &Reference, lines: usize) -> Self {
        let one = || Product::Existing(item.clone());
        Self { chosen: std::iter::repeat_with(one).take(lines).collect(), new: Vec::new() }
    }

    fn product_of(
        &mut self,
        line: LineRecord<'_>,
        found: Match<'_>,
        policy: Option<&Unmatched>,
        problems: &mut Problems,
    ) -> Option<Product> {
        let product = match found {
            Match::One(item) => Ok(Product::Existing(reference(item))),
            // Without a policy, the reason why there is none is among the problems already.
            Match::Missing => self.unmatched(line, policy?, problems),
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
        policy: &Unmatched,
        problems: &mut Problems,
    ) -> Result<Product, Problem> {
        match policy {
            Unmatched::Refuse => Err(not_found(line)),
            Unmatched::Create(account) => Ok(Product::New(new_items::add(&mut self.new, line, account)?)),
            Unmatched::Default(item) => {
                problems.warn(default_used(line, item));
                Ok(Product::Existing(item.clone()))
            }
        }
    }

    /// The product of every line in order, created if need be.
    /// Names of the products that are to be created.
    pub(super) fn new_names(&self) -> impl Iterator<Item = &str> {
        self.new.iter().map(|item| item.name.as_str())
    }

    pub(super) fn write(&self, company: &Company<'_>) -> Result<Vec<Reference>, Refusal> {
        let created = self.new.iter().map(|item| item.write(company)).collect::<Result<Vec<Reference>, Refusal>>()?;
        let reference = |product: &Product| match product {
            Product::Existing(item) => item.clone(),
            Product::New(place) => created[*place].clone(),
        };
        Ok(self.chosen.iter().map(reference).collect())
    }
}

fn reference(item: &Item) -> Reference {
    Reference { value: item.id.clone().unwrap_or_default(), name: item.name.clone() }
}

/// One product for every line, chosen in the step.
fn replaced(
    company: &Company<'_>,
    id: &str,
    lines: &[LineRecord<'_>],
    problems: &mut Problems,
) -> Result<Option<ProductPlan>, Fault> {
    let Some(item) = by_id(company, id, "product", problems)? else {
        return Ok(None);
    };
    let name = item.name.as_deref().unwrap_or_default();
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
    problems: &mut Problems,
) -> Result<Option<Reference>, Fault> {
    const INPUT: &str = "default_product";
    match problems.note(enrollment.require_input(INPUT)) {
        Some(id) => by_id(company, id, INPUT, problems),
        None => Ok(None),
    }
}

/// A product that a setting names by id.
fn by_id(
    company: &Company<'_>,
    id: &str,
    input: &'static str,
    problems: &mut Problems,
) -> Result<Option<Reference>, Fault> {
    let statement = "SELECT * FROM Item WHERE Id = ? AND Active IN (true, false)";
    let rows: Vec<Item> = company.query(statement, &[id])?;
    let checked = match catalogue::usable(rows.iter()) {
        Match::One(item) => Ok(reference(item)),
        Match::Inactive(item) => Err(inactive(item)),
        Match::NotSellable(item) => Err(not_sellable(item)),
        Match::Several(_) | Match::UnknownId(_) | Match::Missing => {
            Err(Problem::new(codes::CHOICE_NOT_FOUND, format!("QuickBooks has no product with the id {id}."))
                .remedy("Choose another product."))
        }
    };
    Ok(problems.note(checked.map_err(|problem| problem.about(input))))
}

/// The product of this name, if another run has created it since the checks.
fn created_meanwhile(company: &Company<'_>, name: &str) -> Result<Option<Reference>, Fault> {
    let rows: Vec<Item> = company.query("SELECT * FROM Item WHERE Name = ?", &[name])?;
    Ok(match catalogue::usable(rows.iter()) {
        Match::One(item) => Some(reference(item)),
        Match::Several(_) | Match::Inactive(_) | Match::NotSellable(_) | Match::UnknownId(_) | Match::Missing => None,
    })
}

/// What the settings say about lines that no product matches.
fn unmatched(
    enrollment: &Enrollment,
    company: &Company<'_>,
    problems: &mut Problems,
) -> Result<Option<Unmatched>, Fault> {
    let Some(create) = problems.note(enrollment.yes_or_no("create_product")) else {
        return Ok(None);
    };
    if create == Some(true) {
        return Ok(income_account(enrollment, company, problems)?.map(Unmatched::Create));
    }
    let words = [("refuse", false), ("default", true)];
    match problems.note(enrollment.choice("unmatched_product", &words)) {
        None => Ok(None),
        Some(Some(true)) => Ok(default_item(enrollment, company, problems)?.map(Unmatched::Default)),
        Some(Some(false) | None) => Ok(Some(Unmatched::Refuse)),
    }
}

fn income_account(
    enrollment: &Enrollment,
    company: &Company<'_>,
    problems: &mut Problems,
) -> Result<Option<Reference>, Fault> {
    const INPUT: &str = "income_account";
    if problems.note(enrollment.require_input(INPUT)).is_none() {
        return Ok(None);
    }
    let account: Option<Account> = listed::picked(enrollment, company, INPUT, problems)?;
    let Some(account) = account else {
        return Ok(None);
    };
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
        return Ok(None);
    }
    Ok(account.id.map(Reference::to))
}

fn not_found(line: LineRecord<'_>) -> Problem {
    let message = match (line.sku(), line.name()) {
        (Some(sku), Some(name)) => {
            format!("QuickBooks has no product with the SKU “{sku}” or the name “{name}”.")
        }
        (Some(sku), None) => format!("QuickBooks has no product with the SKU “{sku}”."),
        (None, Some(name)) => format!("QuickBooks has no product named “{name}”."),
        (None, None) => "The line names no product.".to_owned(),
    };
    Problem::new(codes::PRODUCT_NOT_FOUND, message).remedy("Add the product in QuickBooks, or let the step create it.")
}

fn unknown_id(id: &str) -> Problem {
    Problem::new(codes::PRODUCT_NOT_FOUND, format!("The line names the QuickBooks product {id}, which does not exist."))
        .remedy("Correct the id in HubSpot.")
}

fn ambiguous(items: &[&Item]) -> Problem {
    let list: Vec<String> = items.iter().map(|item| named(item)).collect();
    Problem::new(codes::PRODUCT_AMBIGUOUS, format!("Several products match the line: {}.", list.join(", ")))
        .remedy("Give each product in QuickBooks its own SKU.")
}

fn inactive(item: &Item) -> Problem {
    Problem::new(codes::PRODUCT_INACTIVE, format!("The product {} has been made inactive.", named(item)))
        .remedy("Make it active again in QuickBooks, or use another product.")
}

fn not_sellable(item: &Item) -> Problem {
    let kind = item.kind.as_deref().unwrap_or_default();
    Problem::new(
        codes::PRODUCT_NOT_SELLABLE,
        format!("{} is of the type {kind}, which a line cannot sell.", named(item)),
    )
    .remedy("Use a product or service instead.")
}

fn default_used(line: LineRecord<'_>, item: &Reference) -> Problem {
    let default = item.name.as_deref().unwrap_or(&item.value);
    Problem::new(codes::DEFAULT_PRODUCT_USED, format!("No product matches the line; it is booked on “{default}”."))
        .about(line.0.describe())
        .remedy("Add the product in QuickBooks if it should be booked on its own.")
}

fn named(item: &Item) -> String {
    let name = item.fully_qualified_name.as_deref().or(item.name.as_deref());
    let id = item.id.as_deref().unwrap_or_default();
    format!("“{}” (id {id})", name.unwrap_or_default())
}
