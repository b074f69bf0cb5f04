//! The codes of problems that only a payment can have.

codes! {
    /// An account is of a type that the document does not take.
    ACCOUNT_UNUSABLE = "account_unusable",
    /// The payment's fees are not known yet. A wait.
    FEES_NOT_KNOWN_YET = "fees_not_known_yet",
    /// Gross, fees and net of the payment do not fit together.
    FEES_UNCLEAR = "fees_unclear",
    /// The payment cost nothing. A skip.
    NO_FEES = "no_fees",
    /// Nothing of the payment was refunded. A skip.
    NOT_REFUNDED = "not_refunded",
    /// The document that a refund is of is not known.
    ORIGINAL_MISSING = "original_missing",
    /// Only a part of the payment was refunded.
    PARTIAL_REFUND = "partial_refund",
    /// A dispute over the payment was lost, and the money went back.
    PAYMENT_DISPUTE_LOST = "payment_dispute_lost",
    /// A dispute over the payment is not decided.
    PAYMENT_DISPUTED = "payment_disputed",
    /// The payment failed.
    PAYMENT_FAILED = "payment_failed",
    /// The payment's money has not arrived yet.
    PAYMENT_PROCESSING = "payment_processing",
    /// The payment has a status that is not known here.
    PAYMENT_STATUS_UNKNOWN = "payment_status_unknown",
    /// An accounting system recorded the payment. A skip.
    RECORDED_ELSEWHERE = "recorded_elsewhere",
    /// A refund of the payment is under way.
    REFUND_PROCESSING = "refund_processing",
    /// The refunded amount is not what was paid.
    REFUND_UNCLEAR = "refund_unclear",
    /// The payment was made through an invoice. A skip.
    SOURCE_IS_INVOICE = "source_is_invoice",
    /// A line of the payment is taxed or its product is taxable.
    TAXABLE_LINE = "taxable_line",
    /// No vendor is known for who processed the payment. A warning.
    VENDOR_NOT_FOUND = "vendor_not_found",
}
