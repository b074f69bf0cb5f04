//! The accounts that money comes to and goes from. QuickBooks takes each only where its type fits, so
//! the type is checked here, before anything is written.

use super::listed;
use crate::quickbooks::Account;
use crate::{Company, Enrollment, Problem, Problems, codes};

/// The connection's payments clearing account, which stands in where a step names no account.
const CLEARING_ACCOUNT: &str = "clearing_account";

/// The account that an input must pick, of one of the `types` that QuickBooks has, such as `Bank`.
pub fn account(
    enrollment: &Enrollment,
    company: &Company<'_>,
    input: &'static str,
    types: &[&str],
    problems: &mut Problems,
) -> Option<Account> {
    problems.note(enrollment.require_input(input))?;
    let account: Account = listed::picked(enrollment, company, input, problems)?;
    let kind = account.account_type.as_deref().unwrap_or_default();
    if types.contains(&kind) {
        return Some(account);
    }
    let name = account.fully_qualified_name.as_deref().unwrap_or_default();
    problems.add(
        Problem::new(
            codes::ACCOUNT_UNUSABLE,
            format!("The account “{name}” is of the type “{kind}”; needed is one of: {}.", types.join(", ")),
        )
        .about(input)
        .remedy("Choose another account."),
    );
    None
}

/// The account that an input picks, or else the connection's payments clearing account.
pub fn account_or_clearing(
    enrollment: &Enrollment,
    company: &Company<'_>,
    input: &'static str,
    types: &[&str],
    problems: &mut Problems,
) -> Option<Account> {
    let input = if enrollment.chosen(input).is_some() { input } else { CLEARING_ACCOUNT };
    account(enrollment, company, input, types, problems)
}
