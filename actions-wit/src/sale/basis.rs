//! What a document is made from, and what follows from it: where the object states its amount and
//! its currency, and whether the document must come to it. Knows nothing of lines.

use crate::money::{Decimal, Money, Unrounded};
use crate::{CrmObject, Problem, codes};

/// The kinds of object a sale is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// Its amount is often an estimate or holds several periods.
    Deal,
    /// Its amount is what was offered.
    Quote,
    /// Its amount is what was paid, tax included.
    Payment,
}

impl Basis {
    /// A deal is also what an object of a later kind is taken for: it promises least.
    pub(super) fn of(object: &CrmObject) -> Self {
        match object.kind.as_str() {
            "quote" => Self::Quote,
            "payment" => Self::Payment,
            _ => Self::Deal,
        }
    }

    /// The property that states the object's amount.
    pub(super) fn amount_property(self) -> &'static str {
        match self {
            Self::Deal => "amount",
            Self::Quote => "hs_quote_amount",
            Self::Payment => "hs_initial_amount",
        }
    }

    /// The property that states the object's currency.
    pub(super) fn currency_property(self) -> &'static str {
        match self {
            Self::Deal => "deal_currency_code",
            Self::Quote => "hs_currency",
            Self::Payment => "hs_currency_code",
        }
    }
}

/// The object's amount; a deal may have none.
pub(super) fn amount(object: &CrmObject) -> Result<Option<Decimal>, Problem> {
    let basis = Basis::of(object);
    match basis {
        Basis::Deal => object.decimal(basis.amount_property()),
        Basis::Quote | Basis::Payment => object.require_decimal(basis.amount_property()).map(Some),
    }
}

/// An amount in cents, as QuickBooks keeps it.
pub(super) fn money(object: &CrmObject, amount: Decimal) -> Result<Money, Problem> {
    Unrounded::new(amount).map(Unrounded::round_half_up).map_err(|_| {
        Problem::new(codes::AMOUNT_OUT_OF_RANGE, "The amount has more digits than QuickBooks takes.")
            .about(object.describe())
            .remedy("Correct the amount in HubSpot.")
    })
}
