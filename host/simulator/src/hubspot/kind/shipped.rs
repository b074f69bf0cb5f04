//! What HubSpot ships with each object type, as data: names, numeric ids, properties.
//!
//! It decides nothing. Of HubSpot's many properties it lists those that matter to a sale.

/// What HubSpot calls an object type, and what it ships with it.
pub(super) struct Shipped {
    /// The word in association type names, such as `deal_to_line_item`.
    pub(super) singular: &'static str,
    /// The word in paths.
    pub(super) plural: &'static str,
    /// The numeric id, which paths accept as well.
    pub(super) type_id: &'static str,
    pub(super) created: &'static str,
    pub(super) modified: &'static str,
    /// What an answer holds when no property was asked for.
    pub(super) default: &'static [&'static str],
    pub(super) properties: &'static [&'static str],
}

pub(super) const CONTACT: Shipped = Shipped {
    singular: "contact",
    plural: "contacts",
    type_id: "0-1",
    created: "createdate",
    modified: "lastmodifieddate",
    default: &["firstname", "lastname", "email"],
    properties: &[
        "firstname",
        "lastname",
        "email",
        "hs_additional_emails",
        "phone",
        "mobilephone",
        "company",
        "address",
        "city",
        "state",
        "zip",
        "country",
        "jobtitle",
        "lifecyclestage",
        "hs_lead_status",
        "hubspot_owner_id",
    ],
};

pub(super) const COMPANY: Shipped = Shipped {
    singular: "company",
    plural: "companies",
    type_id: "0-2",
    created: "createdate",
    modified: "hs_lastmodifieddate",
    default: &["name", "domain"],
    properties: &[
        "name",
        "domain",
        "phone",
        "address",
        "address2",
        "city",
        "state",
        "zip",
        "country",
        "lifecyclestage",
        "hubspot_owner_id",
    ],
};

pub(super) const DEAL: Shipped = Shipped {
    singular: "deal",
    plural: "deals",
    type_id: "0-3",
    created: "createdate",
    modified: "hs_lastmodifieddate",
    default: &["dealname", "amount", "closedate", "pipeline", "dealstage"],
    properties: &[
        "dealname",
        "amount",
        "deal_currency_code",
        "dealstage",
        "dealtype",
        "pipeline",
        "closedate",
        "description",
        "hs_is_closed_won",
        "hs_tcv",
        "hubspot_owner_id",
    ],
};

pub(super) const PRODUCT: Shipped = Shipped {
    singular: "product",
    plural: "products",
    type_id: "0-7",
    created: "createdate",
    modified: "hs_lastmodifieddate",
    default: &["name", "description", "price"],
    properties: &["name", "description", "price", "hs_sku", "hs_product_type", "hs_cost_of_goods_sold"],
};

pub(super) const LINE_ITEM: Shipped = Shipped {
    singular: "line_item",
    plural: "line_items",
    type_id: "0-8",
    created: "createdate",
    modified: "hs_lastmodifieddate",
    default: &["hs_product_id", "quantity", "amount"],
    properties: &[
        "name",
        "description",
        "hs_sku",
        "hs_product_id",
        "quantity",
        "price",
        "amount",
        "discount",
        "hs_discount_percentage",
        "hs_total_discount",
        "hs_post_tax_amount",
        "hs_tax_rate",
        "hs_tax_rate_group_id",
        "hs_line_item_currency_code",
        "hs_position_on_quote",
        "recurringbillingfrequency",
        "hs_recurring_billing_period",
        "hs_recurring_billing_start_date",
        "hs_recurring_billing_end_date",
        "hs_pricing_model",
        "hs_tier_ranges",
        "hs_tier_prices",
    ],
};

pub(super) const QUOTE: Shipped = Shipped {
    singular: "quote",
    plural: "quotes",
    type_id: "0-14",
    created: "hs_createdate",
    modified: "hs_lastmodifieddate",
    default: &["hs_title", "hs_expiration_date", "hs_status"],
    properties: &[
        "hs_title",
        "hs_expiration_date",
        "hs_status",
        "hs_quote_status",
        "hs_quote_amount",
        "hs_currency",
        "hs_quote_number",
        "hs_quote_link",
        "hs_pdf_download_link",
        "hs_locked",
        "hs_esign_enabled",
        "hs_esign_date",
        "hs_esign_num_signers_required",
        "hs_esign_num_signers_completed",
        "hs_sign_status",
        "hs_accepted_date",
        "hs_acceptance_method",
        "hs_template_type",
        "hs_billing_enabled",
        "hs_payment_enabled",
        "hs_payment_type",
        "hs_payment_status",
        "hs_payment_date",
        "hs_allowed_payment_methods",
    ],
};

pub(super) const NOTE: Shipped = Shipped {
    singular: "note",
    plural: "notes",
    type_id: "0-46",
    created: "hs_createdate",
    modified: "hs_lastmodifieddate",
    default: &[],
    properties: &["hs_note_body", "hs_timestamp", "hubspot_owner_id", "hs_attachment_ids"],
};

pub(super) const INVOICE: Shipped = Shipped {
    singular: "invoice",
    plural: "invoices",
    type_id: "0-53",
    created: "hs_createdate",
    modified: "hs_lastmodifieddate",
    default: &[],
    properties: &[
        "hs_number",
        "hs_currency",
        "hs_invoice_billable",
        "hs_invoice_date",
        "hs_due_date",
        "hs_invoice_status",
        "hs_amount_billed",
        "hs_balance_due",
        "hs_external_id",
    ],
};

pub(super) const PAYMENT: Shipped = Shipped {
    singular: "commerce_payment",
    plural: "commerce_payments",
    type_id: "0-101",
    created: "hs_createdate",
    modified: "hs_lastmodifieddate",
    default: &[],
    properties: &[
        "hs_initial_amount",
        "hs_fees_amount",
        "hs_platform_fee",
        "hs_refunds_amount",
        "hs_net_amount",
        "hs_net_amount_after_refunds",
        "hs_line_item_discounts_amount",
        "hs_total_discounts_amount",
        "hs_latest_status",
        "hs_payment_source_app",
        "hs_payment_source_id",
        "hs_payment_source_name",
        "hs_payment_source_url",
        "hs_processor_type",
        "hs_payment_method_type",
        "hs_payment_type",
        "hs_currency_code",
        "hs_customer_email",
        "hs_initiated_date",
        "hs_payout_date",
        "hs_reference_number",
        "hs_payment_id",
        "hs_has_associated_invoice",
        "hs_number_of_associated_invoices",
    ],
};

pub(super) const DISCOUNT: Shipped = Shipped {
    singular: "discount",
    plural: "discounts",
    type_id: "0-84",
    created: "hs_createdate",
    modified: "hs_lastmodifieddate",
    default: &[],
    properties: &["hs_label", "hs_type", "hs_value", "hs_sort_order"],
};

pub(super) const FEE: Shipped = Shipped { singular: "fee", plural: "fees", type_id: "0-85", ..DISCOUNT };

pub(super) const TAX: Shipped = Shipped { singular: "tax", plural: "taxes", type_id: "0-86", ..DISCOUNT };
