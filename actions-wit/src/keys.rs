//! Keys of writes. A key names a write within its run, so that a later attempt, which may read
//! more or less than the first, still means the same write by it. An action that makes one
//! document needs no other keys than these.

use std::fmt::Write as _;

/// The host takes no longer key, in bytes.
const KEY_BYTES_MAX: usize = 200;
/// The sixteen digits of a hash and the sign before them.
const HASH_BYTES: usize = 17;

/// The one document of an action that makes an invoice.
pub const INVOICE: &str = "invoice";
/// The one document of an action that makes an estimate.
pub const ESTIMATE: &str = "estimate";
/// The one document of an action that makes a sales receipt.
pub const SALES_RECEIPT: &str = "sales-receipt";

/// The one document of an action that books an expense.
pub const EXPENSE: &str = "expense";

/// The payment of an action's one invoice.
pub const PAYMENT: &str = "payment";

/// The one document of an action that books a refund.
pub const REFUND_RECEIPT: &str = "refund-receipt";

/// A customer, by e-mail address or name.
pub fn customer(who: &str) -> String {
    key("customer", &who.to_lowercase())
}

/// A product, by its name: QuickBooks lets no two have the same.
pub fn item(name: &str) -> String {
    key("item", name)
}

fn key(entity: &str, name: &str) -> String {
    let key = format!("{entity}:{name}");
    if key.len() <= KEY_BYTES_MAX {
        return key;
    }
    let mut short = key[..key.floor_char_boundary(KEY_BYTES_MAX - HASH_BYTES)].to_owned();
    // Writing to a String cannot fail.
    let _ = write!(short, "#{:016x}", fnv(&key));
    short
}

/// FNV-1a, 64 bits: two long names that begin alike still differ.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_one_whatever_the_case_of_the_address() {
        assert_eq!(customer("Jane@X.com"), customer("jane@x.com"));
    }

    #[test]
    fn long_names_fit_and_still_differ() {
        let long = "席".repeat(100);
        let (one, other) = (item(&format!("{long}1")), item(&format!("{long}2")));
        assert!(one.len() <= KEY_BYTES_MAX && other.len() <= KEY_BYTES_MAX);
        assert_ne!(one, other);
    }
}
