//! Sales documents and their lines.

use super::members::members;
use super::{Address, EmailAddress, Reference};
use crate::money::{Money, Quantity, UnitPrice};

members! {
    /// An invoice. It needs a customer and at least one line; QuickBooks computes the totals.
    pub struct Invoice as "Invoice" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// The number people see, at most 21 characters.
        doc_number "DocNumber": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// `YYYY-MM-DD`; by the terms where it is absent.
        due_date "DueDate": String,
        /// Whom it is for.
        customer_ref "CustomerRef": Reference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What is sold.
        line "Line": Vec<Line>,
        /// The tax on it.
        txn_tax_detail "TxnTaxDetail": TxnTaxDetail,
        /// Whether a discount line lowers what is taxed; QuickBooks takes an absent one as `false`.
        /// Where only some lines are taxable, QuickBooks spreads the discount over all of them in
        /// proportion to their amounts.
        apply_tax_after_discount "ApplyTaxAfterDiscount": bool,
        /// Payment terms.
        sales_term_ref "SalesTermRef": Reference,
        /// Only where the company has one class for a document.
        class_ref "ClassRef": Reference,
        /// Where the invoice is mailed to.
        bill_addr "BillAddr": Address,
        /// Where the invoice is e-mailed to.
        bill_email "BillEmail": EmailAddress,
        /// What the customer reads, at most 1000 characters.
        customer_memo "CustomerMemo": Memo,
        /// What only the books show, at most 4000 characters.
        private_note "PrivateNote": String,
        /// The customer's order number, at most 15 characters.
        po_number "PONumber": String,
        /// Documents it belongs to, such as the estimate it was made from.
        linked_txn "LinkedTxn": Vec<LinkedTxn>,
        /// Tax included.
        total_amt "TotalAmt": Money,
        /// What is still to be paid.
        balance "Balance": Money,
        ..rest
    }
}

members! {
    /// An estimate. An invoice that names it closes it.
    pub struct Estimate as "Estimate" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// The number people see, at most 21 characters; estimates count on their own.
        doc_number "DocNumber": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// `YYYY-MM-DD`, until when the offer holds.
        expiration_date "ExpirationDate": String,
        /// `Pending`, `Accepted`, `Closed` or `Rejected`.
        txn_status "TxnStatus": String,
        /// Whom it is for.
        customer_ref "CustomerRef": Reference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What is offered.
        line "Line": Vec<Line>,
        /// The tax on it.
        txn_tax_detail "TxnTaxDetail": TxnTaxDetail,
        /// As on an invoice.
        apply_tax_after_discount "ApplyTaxAfterDiscount": bool,
        /// Only where the company has one class for a document.
        class_ref "ClassRef": Reference,
        /// Where the estimate is mailed to.
        bill_addr "BillAddr": Address,
        /// Where the estimate is e-mailed to.
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

members! {
    /// A sale that is paid already.
    pub struct SalesReceipt as "SalesReceipt" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// The number people see, at most 21 characters; in one sequence with invoices.
        doc_number "DocNumber": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// Whom it is for; QuickBooks takes a receipt without one.
        customer_ref "CustomerRef": Reference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What is sold.
        line "Line": Vec<Line>,
        /// The tax on it.
        txn_tax_detail "TxnTaxDetail": TxnTaxDetail,
        /// As on an invoice.
        apply_tax_after_discount "ApplyTaxAfterDiscount": bool,
        /// Only where the company has one class for a document.
        class_ref "ClassRef": Reference,
        /// Where the customer lives.
        bill_addr "BillAddr": Address,
        /// Where the receipt is e-mailed to.
        bill_email "BillEmail": EmailAddress,
        /// What the customer reads, at most 1000 characters.
        customer_memo "CustomerMemo": Memo,
        /// What only the books show, at most 4000 characters.
        private_note "PrivateNote": String,
        /// The customer's order number, at most 15 characters.
        po_number "PONumber": String,
        /// How it was paid.
        payment_method_ref "PaymentMethodRef": Reference,
        /// The payment's own reference, at most 21 characters.
        payment_ref_num "PaymentRefNum": String,
        /// Where the money went; QuickBooks' undeposited funds where it is absent.
        deposit_to_account_ref "DepositToAccountRef": Reference,
        /// Tax included.
        total_amt "TotalAmt": Money,
        ..rest
    }
}

members! {
    /// A line of a sales document; `detail_type` says which detail it has.
    pub struct Line {
        /// Where it stands, from 1.
        line_num "LineNum": u32,
        /// At most 4000 characters.
        description "Description": String,
        /// Half-up(quantity × unit price); positive on a discount line.
        amount "Amount": Money,
        /// `SalesItemLineDetail`, `DiscountLineDetail`, `SubTotalLineDetail`, …
        detail_type "DetailType": String,
        /// Of a line that sells something.
        sales_item_line_detail "SalesItemLineDetail": SalesItemLine,
        /// Of the one line that lowers the total.
        discount_line_detail "DiscountLineDetail": DiscountLine,
        ..rest
    }
}

members! {
    /// What a line sells.
    pub struct SalesItemLine {
        /// The product.
        item_ref "ItemRef": Reference,
        /// How many; with a unit price the amount must be their product.
        qty "Qty": Quantity,
        /// The price of one.
        unit_price "UnitPrice": UnitPrice,
        /// `TAX` or `NON` in a US company.
        tax_code_ref "TaxCodeRef": Reference,
        /// Only where the company has a class for each line.
        class_ref "ClassRef": Reference,
        ..rest
    }
}

members! {
    /// How a discount line counts.
    pub struct DiscountLine {
        /// `true` where the discount is a percentage instead of the line's amount.
        percent_based "PercentBased": bool,
        /// The company's default where it is absent.
        discount_account_ref "DiscountAccountRef": Reference,
        ..rest
    }
}

members! {
    /// The tax on a document.
    pub struct TxnTaxDetail {
        /// The sum of all taxes.
        total_tax "TotalTax": Money,
        ..rest
    }
}

members! {
    /// A text that the customer reads.
    pub struct Memo {
        /// The text.
        value "value": String,
    }
}

members! {
    /// Another document that a document belongs to.
    pub struct LinkedTxn {
        /// The other document's id.
        txn_id "TxnId": String,
        /// Its entity, such as `Estimate`.
        txn_type "TxnType": String,
        ..rest
    }
}
