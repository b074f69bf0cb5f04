//! The object types of the CRM: their names in paths and answers, and the rules of each type.
//!
//! It knows no object and no portal. A property that HubSpot does not ship is a custom one, and the
//! portal keeps those.

mod shipped;

use self::shipped::Shipped;

/// An object type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Contact,
    Company,
    Deal,
    Product,
    LineItem,
    Quote,
    Note,
    Invoice,
    Payment,
    Discount,
    Fee,
    Tax,
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::Contact,
        Self::Company,
        Self::Deal,
        Self::Product,
        Self::LineItem,
        Self::Quote,
        Self::Note,
        Self::Invoice,
        Self::Payment,
        Self::Discount,
        Self::Fee,
        Self::Tax,
    ];

    /// Reads a type as paths and fixtures write it: singular, plural or numeric, and `payment` for
    /// HubSpot's `commerce_payment`.
    pub(super) fn named(name: &str) -> Option<Self> {
        if matches!(name, "payment" | "payments") {
            return Some(Self::Payment);
        }
        Self::ALL.into_iter().find(|kind| {
            let shipped = kind.shipped();
            [shipped.singular, shipped.plural, shipped.type_id].contains(&name)
        })
    }

    pub(super) fn singular(self) -> &'static str {
        self.shipped().singular
    }

    pub(super) fn plural(self) -> &'static str {
        self.shipped().plural
    }

    /// The key under which an object's answer lists its associations. Only line items differ from
    /// the path: HubSpot writes them with a space.
    pub(super) fn association_key(self) -> &'static str {
        match self {
            Self::LineItem => "line items",
            Self::Contact
            | Self::Company
            | Self::Deal
            | Self::Product
            | Self::Quote
            | Self::Note
            | Self::Invoice
            | Self::Payment
            | Self::Discount
            | Self::Fee
            | Self::Tax => self.plural(),
        }
    }

    pub(super) fn created_property(self) -> &'static str {
        self.shipped().created
    }

    pub(super) fn modified_property(self) -> &'static str {
        self.shipped().modified
    }

    pub(super) fn default_properties(self) -> &'static [&'static str] {
        self.shipped().default
    }

    pub(super) fn ships(self, property: &str) -> bool {
        self.shipped().properties.contains(&property)
    }

    /// The properties without which HubSpot creates no object of this type.
    pub(super) fn required_properties(self) -> &'static [&'static str] {
        match self {
            Self::Note => &["hs_timestamp"],
            Self::Invoice => &["hs_currency"],
            Self::Payment => &["hs_initial_amount", "hs_initiated_date"],
            Self::Contact
            | Self::Company
            | Self::Deal
            | Self::Product
            | Self::LineItem
            | Self::Quote
            | Self::Discount
            | Self::Fee
            | Self::Tax => &[],
        }
    }

    /// Every property that HubSpot ships with the type, by which it tells of itself too.
    pub(super) fn shipped_properties(self) -> impl Iterator<Item = &'static str> {
        let shipped = self.shipped();
        ["hs_object_id", shipped.created, shipped.modified].into_iter().chain(shipped.properties.iter().copied())
    }

    const fn shipped(self) -> &'static Shipped {
        match self {
            Self::Contact => &shipped::CONTACT,
            Self::Company => &shipped::COMPANY,
            Self::Deal => &shipped::DEAL,
            Self::Product => &shipped::PRODUCT,
            Self::LineItem => &shipped::LINE_ITEM,
            Self::Quote => &shipped::QUOTE,
            Self::Note => &shipped::NOTE,
            Self::Invoice => &shipped::INVOICE,
            Self::Payment => &shipped::PAYMENT,
            Self::Discount => &shipped::DISCOUNT,
            Self::Fee => &shipped::FEE,
            Self::Tax => &shipped::TAX,
        }
    }
}
