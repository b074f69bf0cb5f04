//! The entities of the Accounting API that the simulator keeps, and what kind of thing each is.

/// An entity, named as QuickBooks names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entity {
    Account,
    Class,
    CompanyInfo,
    Customer,
    Employee,
    Estimate,
    Invoice,
    Item,
    PaymentMethod,
    Preferences,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
}

/// What entities of one kind have in common: their counters, their order, what may be done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Customers, vendors and employees: one id counter, and names that are unique across all three.
    Name,
    /// Everything else that transactions refer to.
    List,
    /// Invoices and estimates.
    Sale,
    /// One object per company, always there.
    Singleton,
    /// Kept by the tax service, read only.
    Tax,
}

impl Entity {
    pub(crate) const ALL: [Self; 14] = [
        Self::Account,
        Self::Class,
        Self::CompanyInfo,
        Self::Customer,
        Self::Employee,
        Self::Estimate,
        Self::Invoice,
        Self::Item,
        Self::PaymentMethod,
        Self::Preferences,
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
            Self::Customer => "Customer",
            Self::Employee => "Employee",
            Self::Estimate => "Estimate",
            Self::Invoice => "Invoice",
            Self::Item => "Item",
            Self::PaymentMethod => "PaymentMethod",
            Self::Preferences => "Preferences",
            Self::TaxCode => "TaxCode",
            Self::TaxRate => "TaxRate",
            Self::Term => "Term",
            Self::Vendor => "Vendor",
        }
    }

    /// The entity of this name, in any case: paths are lower case, and clients write queries as they like.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Customer | Self::Vendor | Self::Employee => Family::Name,
            Self::Account | Self::Class | Self::Item | Self::PaymentMethod | Self::Term => Family::List,
            Self::Invoice | Self::Estimate => Family::Sale,
            Self::CompanyInfo | Self::Preferences => Family::Singleton,
            Self::TaxCode | Self::TaxRate => Family::Tax,
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
            Self::Invoice | Self::Estimate => "Transactions",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_found_by_its_name_in_any_case() {
        for entity in Entity::ALL {
            assert_eq!(Entity::named(&entity.name().to_lowercase()), Some(entity));
        }
    }
}
