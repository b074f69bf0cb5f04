//! What QuickBooks' fault codes mean to a bookkeeper when a document is created, and how a run ends on
//! them: the codes of the Accounting API v3 at minor version 75. A table, so that a code is added without
//! a decision being added.

use Ending::{Held, Refused, Wait};

/// How a run ends on a fault, if nothing was accepted before. After an accepted write whatever is not
/// waited for ends *held*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A person mends the deal, quote, payment or QuickBooks entry that is named, and enrolls
    /// again.
    Refused,
    /// A person mends the company or the action, then the run is resumed; or the connection's settings,
    /// then the object is started again as another event: a run keeps the inputs it was accepted with.
    Held,
    /// It passes by itself, or when a person connects the company again; no action is told.
    Wait,
}

/// One fault code in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    pub ending: Ending,
    /// What is wrong, one sentence.
    pub sentence: &'static str,
    /// What to do about it, one sentence.
    pub remedy: &'static str,
}

/// Every code that is explained, in order.
pub fn explained() -> impl Iterator<Item = (&'static str, Explanation)> {
    CODES.iter().map(|(code, ending, sentence, remedy)| (*code, Explanation { ending: *ending, sentence, remedy }))
}

/// The explanation of a code that QuickBooks gave; `None` for codes that say nothing about
/// creating a document.
pub fn explain(code: &str) -> Option<Explanation> {
    explained().find(|(known, _)| *known == code).map(|(_, explanation)| explanation)
}

const ASK_THE_AUTHOR: &str =
    "Report the code and the run to the author of the action; another version of it may be chosen to resume the run.";
const CONNECT_AGAIN: &str = "Connect the QuickBooks company again as an administrator; the run then goes on by itself.";
const ASKED_AGAIN: &str = "The host asks again under the same request id; if it stays so, look in QuickBooks whether the document is there, and cancel the run.";
const NOTHING_TO_DO: &str = "There is nothing to do; the run goes on by itself.";

pub(super) type Row = (&'static str, Ending, &'static str, &'static str);

#[rustfmt::skip]
pub(super) const CODES: &[Row] = &[
    ("100", Wait, "QuickBooks did not accept the connection.", CONNECT_AGAIN),
    ("110", Wait, "QuickBooks did not accept the connection.", CONNECT_AGAIN),
    ("120", Wait, "The connected user may no longer use this QuickBooks company.", CONNECT_AGAIN),
    ("130", Wait, "QuickBooks is moving this company to another server.", NOTHING_TO_DO),
    ("140", Wait, "QuickBooks has locked this company for a while.", NOTHING_TO_DO),
    ("150", Wait, "QuickBooks is doing maintenance on this company.", NOTHING_TO_DO),
    ("500", Held, "QuickBooks does not know the operation that the action asked for.", ASK_THE_AUTHOR),
    ("600", Wait, "QuickBooks is still working on this same request.", NOTHING_TO_DO),
    ("610", Refused, "A customer, product, account or term that the document uses was deleted or made inactive in QuickBooks.",
        "Make it active again in QuickBooks, or choose another one, then enroll again."),
    ("620", Refused, "The document can't be linked to the other transaction that was named.",
        "Check in QuickBooks that the linked document is still open, then enroll again."),
    ("630", Refused, "QuickBooks already has this entry.", "Find it in QuickBooks and use it, or rename one of the two, then enroll again."),
    ("700", Refused, "The parent of a customer or product does not fit.", "Choose another parent in QuickBooks, then enroll again."),
    ("1000", Wait, "QuickBooks could not finish the operation, and does not say whether it was done.", ASKED_AGAIN),
    ("1010", Wait, "QuickBooks could not create the document, and does not say whether it was done.", ASKED_AGAIN),
    ("1020", Wait, "QuickBooks could not change the entry, and does not say whether it was done.", ASKED_AGAIN),
    ("1050", Held, "QuickBooks did not accept the form in which the request was sent.", ASK_THE_AUTHOR),
    ("2000", Held, "QuickBooks does not know this kind of document.", ASK_THE_AUTHOR),
    ("2010", Held, "The action sent something that QuickBooks does not know.", ASK_THE_AUTHOR),
    ("2020", Held, "The action left out something that QuickBooks requires.", ASK_THE_AUTHOR),
    ("2030", Held, "The action sent an id that is not a number.", ASK_THE_AUTHOR),
    ("2040", Refused, "A text has characters that QuickBooks does not accept.", "Remove colons, tabs and line breaks from the names and texts in HubSpot, then enroll again."),
    ("2050", Refused, "A text is longer than QuickBooks accepts.", "Shorten the text in HubSpot, then enroll again."),
    ("2060", Held, "The action sent a date in a form that QuickBooks does not read.", ASK_THE_AUTHOR),
    ("2070", Refused, "QuickBooks does not accept one of the dates.", "Correct the date in HubSpot, then enroll again."),
    ("2080", Held, "The action sent a number in a form that QuickBooks does not read.", ASK_THE_AUTHOR),
    ("2090", Refused, "QuickBooks does not accept one of the numbers.", "Correct the quantities and prices in HubSpot, then enroll again."),
    ("2100", Held, "The action sent an amount in a form that QuickBooks does not read.", ASK_THE_AUTHOR),
    ("2110", Refused, "QuickBooks does not accept one of the amounts.", "Correct the quantities and prices in HubSpot, then enroll again."),
    ("2120", Held, "The action sent a type that QuickBooks does not know.", ASK_THE_AUTHOR),
    ("2130", Held, "QuickBooks did not accept the form of the request's id.", "Report the code and the run to the operator of this host."),
    ("2140", Refused, "QuickBooks does not accept one of the amounts.", "Correct the quantities and prices in HubSpot, then enroll again."),
    ("2150", Refused, "QuickBooks does not accept one of the percentages.", "Correct the discount in HubSpot, then enroll again."),
    ("2160", Refused, "QuickBooks does not accept one of the quantities.", "Correct the quantity in HubSpot, then enroll again."),
    ("2170", Held, "The action sent a word that QuickBooks does not know in that place.", ASK_THE_AUTHOR),
    ("2180", Refused, "A text is outside the range that QuickBooks accepts.", "Correct the text in HubSpot, then enroll again."),
    ("2190", Refused, "A date is outside the range that QuickBooks accepts.", "Correct the date in HubSpot, then enroll again."),
    ("2200", Refused, "QuickBooks does not accept a web address.", "Correct the web address in HubSpot, then enroll again."),
    ("2210", Refused, "QuickBooks does not accept the e-mail address.", "Correct the e-mail address of the contact in HubSpot, then enroll again."),
    ("2220", Refused, "QuickBooks does not know the currency, or does not use it in this company.", "Use the currency of the QuickBooks company in HubSpot, then enroll again."),
    ("2230", Held, "The action sent something other than yes or no where QuickBooks requires it.", ASK_THE_AUTHOR),
    ("2240", Refused, "A number is outside the range that QuickBooks accepts.", "Correct the quantities and prices in HubSpot, then enroll again."),
    ("2250", Held, "The action sent a document without lines.", ASK_THE_AUTHOR),
    ("2260", Held, "The action left out on which side a line is booked.", ASK_THE_AUTHOR),
    ("2270", Held, "The action left out to what a tax applies.", ASK_THE_AUTHOR),
    ("2280", Held, "The action left out the amount of a tax.", ASK_THE_AUTHOR),
    ("2290", Refused, "The document's amount would be negative.", "Correct the prices and discounts in HubSpot, then enroll again."),
    ("2300", Held, "The debits and credits of the document differ.", ASK_THE_AUTHOR),
    ("2500", Refused, "The document uses a customer, product, account, term or class that QuickBooks does not have, or a product that is a category.",
        "Choose one that exists and is active, in the workflow step or in QuickBooks, then enroll again."),
    ("2600", Held, "The action sent things that exclude each other.", ASK_THE_AUTHOR),
    ("3000", Held, "QuickBooks does not have the custom field that is to be filled.", "Turn the custom field on in QuickBooks, then resume the run; or take it out of the connection's settings, then start the object again as another event."),
    ("3001", Wait, "Too many requests were sent to this QuickBooks company.", NOTHING_TO_DO),
    ("3100", Wait, "This app may not use the QuickBooks company.", CONNECT_AGAIN),
    ("3200", Wait, "The sign-in to QuickBooks has expired and is being renewed.", NOTHING_TO_DO),
    ("3202", Wait, "QuickBooks did not accept the connection.", CONNECT_AGAIN),
    ("5000", Held, "The action sent something that QuickBooks no longer uses.", ASK_THE_AUTHOR),
    ("5010", Refused, "Somebody else changed the same entry in QuickBooks at the same time.", "Enroll again; the entry will be read anew."),
    ("5020", Held, "The connected user has no permission for this in QuickBooks.", "Give the user the permission, or connect as an administrator, then resume the run."),
    ("5030", Held, "This QuickBooks subscription does not include what the document needs.", "Change the subscription, then resume the run; or turn the feature off in the connection's settings, then start the object again as another event."),
    ("6000", Refused, "QuickBooks does not accept the document for a reason of its own, given in the detail.", "Mend what the detail names, then enroll again."),
    ("6010", Held, "The type of an account does not fit its detail type.", "Correct the account in QuickBooks, then resume the run."),
    ("6070", Held, "The amount of a line is not its quantity times its price.", ASK_THE_AUTHOR),
    ("6080", Refused, "The customer has no name.", "Fill in the first and last name of the contact in HubSpot, then enroll again."),
    ("6090", Held, "The discount line is incomplete.", "Choose an account for discounts in QuickBooks' sales settings, then resume the run."),
    ("6100", Held, "A line has a tax code other than TAX or NON.", ASK_THE_AUTHOR),
    ("6130", Refused, "The customer is billed together with its parent.", "Change how the customer is billed in QuickBooks, then enroll again."),
    ("6140", Refused, "Another document in QuickBooks already has this number.", "Find that document in QuickBooks and check that it is not this sale; then give another number and enroll again."),
    ("6150", Held, "The parent of a customer or product is missing.", ASK_THE_AUTHOR),
    ("6160", Held, "The document needs a tax rate that QuickBooks does not have.", "Check the sales tax settings in QuickBooks, then resume the run."),
    ("6170", Held, "The document states a tax although none applies.", ASK_THE_AUTHOR),
    ("6180", Refused, "The customer or product lies too deep below its parents.", "Move it up in QuickBooks, then enroll again."),
    ("6190", Wait, "The QuickBooks subscription has ended or has a billing problem.", "Renew the subscription of the QuickBooks company; the run then goes on by itself."),
    ("6200", Refused, "The books are closed for the document's date.", "Use a later date, or move the closing date in QuickBooks, then enroll again."),
    ("6210", Refused, "The books are closed for the document's date and protected by a password.", "Use a later date, or move the closing date in QuickBooks, then enroll again."),
    ("6230", Held, "The document needs a tax rate that QuickBooks does not have.", "Check the sales tax settings in QuickBooks, then resume the run."),
    ("6240", Refused, "Another customer, vendor or employee in QuickBooks already has this name, perhaps an inactive one.", "Rename one of the two, or make the inactive one active again, then enroll again."),
    ("6250", Refused, "The customer is missing or inactive in QuickBooks.", "Make the customer active again in QuickBooks, then enroll again."),
    ("6270", Refused, "The document is dated before a product's inventory begins.", "Use a later date, or move the product's inventory start date in QuickBooks, then enroll again."),
    ("6310", Refused, "A billable line has no customer.", "Choose a customer for the line, then enroll again."),
    ("6420", Refused, "QuickBooks needs an e-mail address for this document.", "Fill in the e-mail address of the contact in HubSpot, then enroll again."),
    ("6430", Held, "An account has a type that can't be used in this place.", "Choose a bank, income or expense account as the setting asks for, then start the object again as another event."),
    ("6440", Held, "A line has neither a product nor an account.", ASK_THE_AUTHOR),
    ("6520", Refused, "A product keeps inventory but has no quantity in QuickBooks.", "Enter the product's quantity on hand in QuickBooks, then enroll again."),
    ("6530", Refused, "A text holds a payment card number.", "Remove the card number from the texts in HubSpot, then enroll again."),
    ("6540", Refused, "The payment was already deposited and can't be changed.", "Take it out of the deposit in QuickBooks, then enroll again."),
    ("10000", Wait, "QuickBooks has a failure of its own.", NOTHING_TO_DO),
    ("10200", Held, "All data of the QuickBooks company was erased.", "Check with the company's administrator, and connect it again before the run is resumed."),
];
