//! The entities of the Accounting API that the simulator keeps, and what kind of thing each is.

use super::generic::Generic;

/// An entity, named as QuickBooks names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entity {
    Account,
    Class,
    CompanyInfo,
    CreditMemo,
    Customer,
    Employee,
    Estimate,
    Invoice,
    Item,
    Payment,
    PaymentMethod,
    Preferences,
    Purchase,
    RefundReceipt,
    SalesReceipt,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
    /// One that a table describes.
    Generic(Generic),
}

/// What entities of one kind have in common: their counters, their order, what may be done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// One id counter, and names that are unique across all three.
    Name(Name),
    /// Everything else that transactions refer to.
    List(List),
    /// Transactions with lines of items.
    Sale(Sale),
    /// Money received, applied to invoices.
    Payment,
    /// Money spent.
    Purchase,
    /// One object per company, always there.
    Singleton,
    /// Kept by the tax service, read only.
    Tax,
    /// A list or a transaction, as its table says.
    Generic(Generic),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Customer,
    Employee,
    Vendor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Account,
    Class,
    Item,
    PaymentMethod,
    Term,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sale {
    CreditMemo,
    Estimate,
    Invoice,
    RefundReceipt,
    SalesReceipt,
}

impl Entity {
    /// Those that have a module of their own.
    const DEEP: [Self; 19] = [
        Self::Account,
        Self::Class,
        Self::CompanyInfo,
        Self::CreditMemo,
        Self::Customer,
        Self::Employee,
        Self::Estimate,
        Self::Invoice,
        Self::Item,
        Self::Payment,
        Self::PaymentMethod,
        Self::Preferences,
        Self::Purchase,
        Self::RefundReceipt,
        Self::SalesReceipt,
        Self::TaxCode,
        Self::TaxRate,
        Self::Term,
        Self::Vendor,
    ];

    /// The name in bodies and queries.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Class => "Class",
            Self::CompanyInfo => "CompanyInfo",
            Self::CreditMemo => "CreditMemo",
            Self::Customer => "Customer",
            Self::Employee => "Employee",
            Self::Estimate => "Estimate",
            Self::Invoice => "Invoice",
            Self::Item => "Item",
            Self::Payment => "Payment",
            Self::PaymentMethod => "PaymentMethod",
            Self::Preferences => "Preferences",
            Self::Purchase => "Purchase",
            Self::RefundReceipt => "RefundReceipt",
            Self::SalesReceipt => "SalesReceipt",
            Self::TaxCode => "TaxCode",
            Self::TaxRate => "TaxRate",
            Self::Term => "Term",
            Self::Vendor => "Vendor",
            Self::Generic(generic) => generic.name(),
        }
    }

    /// The entity of this name, in any case: paths are lower case, and clients write queries as they like.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().find(|entity| [entity.name(), entity.path()].iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The name in paths and queries.
    fn path(self) -> &'static str {
        if let Self::Generic(generic) = self { generic.path() } else { self.name() }
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::DEEP.into_iter().chain(Generic::all().map(Self::Generic))
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Account => Family::List(List::Account),
            Self::Class => Family::List(List::Class),
            Self::CompanyInfo | Self::Preferences => Family::Singleton,
            Self::CreditMemo => Family::Sale(Sale::CreditMemo),
            Self::Customer => Family::Name(Name::Customer),
            Self::Employee => Family::Name(Name::Employee),
            Self::Estimate => Family::Sale(Sale::Estimate),
            Self::Invoice => Family::Sale(Sale::Invoice),
            Self::Item => Family::List(List::Item),
            Self::Payment => Family::Payment,
            Self::PaymentMethod => Family::List(List::PaymentMethod),
            Self::Purchase => Family::Purchase,
            Self::RefundReceipt => Family::Sale(Sale::RefundReceipt),
            Self::SalesReceipt => Family::Sale(Sale::SalesReceipt),
            Self::TaxCode | Self::TaxRate => Family::Tax,
            Self::Term => Family::List(List::Term),
            Self::Vendor => Family::Name(Name::Vendor),
            Self::Generic(generic) => Family::Generic(generic),
        }
    }

    /// How fault 2500 calls the list that a reference to this entity points into.
    pub(crate) fn list_name(self) -> &'static str {
        match self {
            Self::Customer | Self::Vendor | Self::Employee => "Names",
            Self::Account => "Accounts",
            Self::Class => "Klasses",
            Self::Item => "Items",
            Self::Term => "Terms",
            Self::PaymentMethod => "PaymentMethods",
            Self::TaxCode => "TaxCodes",
            Self::TaxRate => "TaxRates",
            Self::CompanyInfo => "CompanyInfos",
            Self::Preferences => "Preferences",
            Self::CreditMemo
            | Self::Estimate
            | Self::Invoice
            | Self::Payment
            | Self::Purchase
            | Self::RefundReceipt
            | Self::SalesReceipt => "Transactions",
            Self::Generic(generic) if generic.is_transaction() => "Transactions",
            Self::Generic(generic) => generic.name(),
        }
    }
}

impl List {
    pub(crate) fn entity(self) -> Entity {
        match self {
            Self::Account => Entity::Account,
            Self::Class => Entity::Class,
            Self::Item => Entity::Item,
            Self::PaymentMethod => Entity::PaymentMethod,
            Self::Term => Entity::Term,
        }
    }
}

impl Sale {
    pub(crate) fn entity(self) -> Entity {
        match self {
            Self::CreditMemo => Entity::CreditMemo,
            Self::Estimate => Entity::Estimate,
            Self::Invoice => Entity::Invoice,
            Self::RefundReceipt => Entity::RefundReceipt,
            Self::SalesReceipt => Entity::SalesReceipt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_found_by_its_name_in_any_case() {
        for entity in Entity::all() {
            assert_eq!(Entity::named(&entity.name().to_lowercase()), Some(entity));
        }
    }
}
