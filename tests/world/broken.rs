//! A host with one of its guards taken out, for the proof that the auditor would notice.

/// What is taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Broken {
    /// Nothing.
    #[default]
    Nothing,
    /// The store takes writes of attempts whose claim was taken from them.
    Fence,
    /// A write is sent under another request id each time.
    RequestId,
    /// Writes are sent without an intent on record.
    Intent,
    /// Sales that HubSpot associates stay apart.
    Family,
}
