//! Money that came in for invoices, and money that went back to a customer.

use super::members::members;
use super::{Address, EmailAddress, Line, LinkedTxn, Memo, Reference, TxnTaxDetail};
use crate::money::Money;

members! {
    /// A payment of a customer. It needs the customer and its total; each line applies a part of it
    /// to a document, and what no line applies stays as the customer's credit.
    pub struct Payment as "Payment" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// Who paid.
        customer_ref "CustomerRef": Reference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What was received.
        total_amt "TotalAmt": Money,
        /// What of it no line applies.
        unapplied_amt "UnappliedAmt": Money,
        /// The account the money went to: bank or other current asset. Undeposited funds where it is
        /// absent.
        deposit_to_account_ref "DepositToAccountRef": Reference,
        /// Cash, check, a card, …
        payment_method_ref "PaymentMethodRef": Reference,
        /// The number people see, at most 21 characters.
        payment_ref_num "PaymentRefNum": String,
        /// What only the books show, at most 4000 characters.
        private_note "PrivateNote": String,
        /// What it pays.
        line "Line": Vec<PaymentLine>,
        ..rest
    }
}

members! {
    /// The part of a payment that goes to one document.
    pub struct PaymentLine {
        /// How much.
        amount "Amount": Money,
        /// The document, such as an invoice.
        linked_txn "LinkedTxn": Vec<LinkedTxn>,
        ..rest
    }
}

members! {
    /// Money given back for what was sold. It needs the account the money leaves and at least one
    /// line. QuickBooks cannot link it to what was sold.
    pub struct RefundReceipt as "RefundReceipt" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// The number people see, at most 21 characters.
        doc_number "DocNumber": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// Who gets the money.
        customer_ref "CustomerRef": Reference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What was sold.
        line "Line": Vec<Line>,
        /// The tax on it.
        txn_tax_detail "TxnTaxDetail": TxnTaxDetail,
        /// Whether a discount line lowers what is taxed.
        apply_tax_after_discount "ApplyTaxAfterDiscount": bool,
        /// Only where the company has one class for a document.
        class_ref "ClassRef": Reference,
        /// The account the money leaves: bank or other current asset.
        deposit_to_account_ref "DepositToAccountRef": Reference,
        /// How it was given back.
        payment_method_ref "PaymentMethodRef": Reference,
        /// At most 21 characters. Without it QuickBooks takes the refund for a check that is still to
        /// be printed.
        payment_ref_num "PaymentRefNum": String,
        /// `NotSet`, `NeedToPrint` or `PrintComplete`.
        print_status "PrintStatus": String,
        /// Where it is mailed to.
        bill_addr "BillAddr": Address,
        /// Where it is e-mailed to.
        bill_email "BillEmail": EmailAddress,
        /// What the customer reads, at most 1000 characters.
        customer_memo "CustomerMemo": Memo,
        /// What only the books show, at most 4000 characters.
        private_note "PrivateNote": String,
        /// The customer's order number, at most 15 characters.
        po_number "PONumber": String,
        /// Tax included.
        total_amt "TotalAmt": Money,
        ..rest
    }
}
