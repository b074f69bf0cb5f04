//! The codes of the problems that this SDK raises. A definition declares those that its action
//! can meet, with a sentence each. Codes are stable: workflows and reports are built on them.

macro_rules! codes {
    ( $( $(#[$about:meta])* $name:ident = $code:literal, )+ ) => {
        $( $(#[$about])* pub const $name: &str = $code; )+

        /// All of them, so that a test can compare them with a definition.
        pub const ALL: &[&str] = &[ $( $code, )+ ];
    };
}

codes! {
    /// A chosen account is not of the type that it is needed for.
    ACCOUNT_UNUSABLE = "account_unusable",
    /// A discount, fee or tax on the whole object cannot be read.
    ADJUSTMENT_UNCLEAR = "adjustment_unclear",
    /// The object already has an invoice in HubSpot. A skip.
    ALREADY_INVOICED = "already_invoiced",
    /// A number has more digits than QuickBooks takes.
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range",
    /// The document's date lies in closed books.
    BOOKS_CLOSED = "books_closed",
    /// The host did not let the action do something.
    CAPABILITY_DENIED = "capability_denied",
    /// A class, term or account that was chosen has been made inactive.
    CHOICE_INACTIVE = "choice_inactive",
    /// A class, term, account, product or customer that was chosen does not exist.
    CHOICE_NOT_FOUND = "choice_not_found",
    /// A class was chosen, but the company does not use classes.
    CLASS_TRACKING_OFF = "class_tracking_off",
    /// The contact lacks first name, last name or e-mail.
    CONTACT_INCOMPLETE = "contact_incomplete",
    /// The object has no contact.
    CONTACT_MISSING = "contact_missing",
    /// The contact does not meet the data-sync filter.
    CONTACT_NOT_ELIGIBLE = "contact_not_eligible",
    /// The object has no associated company, which was to be the customer.
    COMPANY_MISSING = "company_missing",
    /// The company is not a US company.
    COUNTRY_NOT_SUPPORTED = "country_not_supported",
    /// Object, lines and customer are not in one currency that the books allow.
    CURRENCY_MISMATCH = "currency_mismatch",
    /// More than one customer matches.
    CUSTOMER_AMBIGUOUS = "customer_ambiguous",
    /// The matching customer has been made inactive.
    CUSTOMER_INACTIVE = "customer_inactive",
    /// The data sync has not brought the customer to QuickBooks yet. A wait.
    CUSTOMER_NOT_SYNCED_YET = "customer_not_synced_yet",
    /// QuickBooks does not accept the customer on a sale.
    CUSTOMER_UNUSABLE = "customer_unusable",
    /// A line had no match and is booked on the default product. A warning.
    DEFAULT_PRODUCT_USED = "default_product_used",
    /// Discounts exceed what they are taken off, or are below zero.
    DISCOUNT_OUT_OF_RANGE = "discount_out_of_range",
    /// The document's number is in use.
    DOCUMENT_NUMBER_TAKEN = "document_number_taken",
    /// QuickBooks' business rules do not allow the document.
    DOCUMENT_REFUSED = "document_refused",
    /// The contact's e-mail address cannot be used.
    EMAIL_UNUSABLE = "email_unusable",
    /// The company does not use estimates.
    ESTIMATES_OFF = "estimates_off",
    /// The object has a fee, and no product for fees is set.
    FEE_NOT_MAPPED = "fee_not_mapped",
    /// The fees of a payment are not known yet. A wait.
    FEES_NOT_KNOWN_YET = "fees_not_known_yet",
    /// Gross, fees and net of a payment do not fit together.
    FEES_UNCLEAR = "fees_unclear",
    /// The account for new products is not an income account.
    INCOME_ACCOUNT_UNUSABLE = "income_account_unusable",
    /// An input that the settings call for is set nowhere.
    INPUT_MISSING = "input_missing",
    /// An input holds a value that the action does not know.
    INPUT_NOT_UNDERSTOOD = "input_not_understood",
    /// The stock of a product does not allow the sale.
    INVENTORY_UNAVAILABLE = "inventory_unavailable",
    /// A line's discount exceeds its price, or is below zero.
    LINE_DISCOUNT_OUT_OF_RANGE = "line_discount_out_of_range",
    /// A line has two discounts that differ.
    LINE_DISCOUNT_UNCLEAR = "line_discount_unclear",
    /// A name holds characters that QuickBooks does not take.
    NAME_NOT_ALLOWED = "name_not_allowed",
    /// A name is used by another customer, vendor, employee or product.
    NAME_TAKEN = "name_taken",
    /// The payment cost nothing. A skip.
    NO_FEES = "no_fees",
    /// The object has no line items.
    NO_LINE_ITEMS = "no_line_items",
    /// The QuickBooks user may not do this.
    NOT_PERMITTED = "not_permitted",
    /// Nothing of the payment was refunded. A skip.
    NOT_REFUNDED = "not_refunded",
    /// The payment is smaller than its lines.
    PARTIAL_PAYMENT = "partial_payment",
    /// Only a part of the payment was refunded.
    PARTIAL_REFUND = "partial_refund",
    /// No contact has the e-mail address of the checkout, so another one is used. A warning.
    PAYER_NOT_ASSOCIATED = "payer_not_associated",
    /// A dispute over the payment is not decided.
    PAYMENT_DISPUTED = "payment_disputed",
    /// A dispute over the payment was lost.
    PAYMENT_DISPUTE_LOST = "payment_dispute_lost",
    /// The payment failed.
    PAYMENT_FAILED = "payment_failed",
    /// The payment's money has not arrived yet.
    PAYMENT_PROCESSING = "payment_processing",
    /// The payment has a status that is not known here.
    PAYMENT_STATUS_UNKNOWN = "payment_status_unknown",
    /// More than one product matches a line.
    PRODUCT_AMBIGUOUS = "product_ambiguous",
    /// The product of a line has been made inactive.
    PRODUCT_INACTIVE = "product_inactive",
    /// The product of a line is a category or a bundle.
    PRODUCT_NOT_SELLABLE = "product_not_sellable",
    /// No product matches a line.
    PRODUCT_NOT_FOUND = "product_not_found",
    /// The product chosen in the step replaced those of the lines. A warning.
    PRODUCT_REPLACED = "product_replaced",
    /// HubSpot taxes some lines of a new product, and others not.
    PRODUCT_TAX_UNCLEAR = "product_tax_unclear",
    /// A property is empty that must be there.
    PROPERTY_MISSING = "property_missing",
    /// A property does not hold a date.
    PROPERTY_NOT_A_DATE = "property_not_a_date",
    /// A property does not hold a number.
    PROPERTY_NOT_A_NUMBER = "property_not_a_number",
    /// QuickBooks said no in a way that is not told apart here.
    QUICKBOOKS_REFUSED = "quickbooks_refused",
    /// An accounting system recorded the payment. A skip.
    RECORDED_ELSEWHERE = "recorded_elsewhere",
    /// A recurring line is billed for one period. A warning.
    RECURRING_LINE = "recurring_line",
    /// Something the document refers to is missing or inactive.
    REFERENCE_UNUSABLE = "reference_unusable",
    /// A refund of the payment is under way.
    REFUND_PROCESSING = "refund_processing",
    /// The refunded amount is not what was paid.
    REFUND_UNCLEAR = "refund_unclear",
    /// A tax was collected, and the company collects none.
    SALES_TAX_OFF = "sales_tax_off",
    /// The payment was made through an invoice. A skip.
    SOURCE_IS_INVOICE = "source_is_invoice",
    /// The company's subscription does not allow it.
    SUBSCRIPTION_LIMIT = "subscription_limit",
    /// The data-sync filter cannot be applied.
    SYNC_FILTER_INVALID = "sync_filter_invalid",
    /// What was paid beyond the lines is taken for the tax of those that are taxed. A warning.
    TAX_INFERRED = "tax_inferred",
    /// The amount of the quote has tax in it, which QuickBooks computes by itself. A warning.
    TAX_LEFT_TO_QUICKBOOKS = "tax_left_to_quickbooks",
    /// A line is taxed, or its product is taxable, where the document may have no tax.
    TAXABLE_LINE = "taxable_line",
    /// The payment does not show how much of it is tax.
    TAX_UNCLEAR = "tax_unclear",
    /// QuickBooks does not accept a text.
    TEXT_REFUSED = "text_refused",
    /// A text is longer than QuickBooks takes.
    TEXT_TOO_LONG = "text_too_long",
    /// More lines than a document may have.
    TOO_MANY_LINES = "too_many_lines",
    /// The stored document's total is not the sum of the lines. A warning.
    TOTAL_DIFFERS = "total_differs",
    /// The sum of the lines is below zero.
    TOTAL_NEGATIVE = "total_negative",
    /// The lines do not add up to the object's amount. A warning for a deal.
    TOTALS_DIFFER = "totals_differ",
}
