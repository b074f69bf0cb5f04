//! Makes a finished run again from its history (I8): it asks QuickBooks nothing, and says the same.
//! For both auditors.

use std::sync::Arc;

use qbo_host::catalog::ActionVersion;
use qbo_host::clock::Clock;
use qbo_host::effects::Door;
use qbo_host::grant::Grants;
use qbo_host::ids::RunId;
use qbo_host::quickbooks::transport::NoAnswer;
use qbo_host::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use qbo_host::runs::service_store::Stored;
use qbo_host::runs::store::{Claim, Fence};
use qbo_host::runs::{MemoryStore, RunRecord};
use qbo_host::sandbox::{Ending, Given, Sandbox};

/// Where runs are made again.
pub(crate) struct Again<'a> {
    pub(crate) sandbox: &'a Sandbox,
    /// The version that made them.
    pub(crate) version: &'a ActionVersion,
    pub(crate) clock: &'a Clock,
}

impl Again<'_> {
    /// What is wrong with a run that succeeded, if anything is.
    pub(crate) async fn violation(&self, run: RunId, stored: &Stored, record: &RunRecord) -> Option<String> {
        let Self { sandbox, version, clock } = *self;
        if version.digest != stored.digest {
            return Some(format!("I8: run {run} was made by {}, which is not installed", stored.digest));
        }
        let Some(snapshot) = stored.history.snapshot.clone() else {
            return Some(format!("I8: run {run} succeeded without an enrolled object on record"));
        };
        let fence = Fence { run, epoch: 1 };
        let claim = Claim::new(fence, Arc::clone(&stored.enrollment), stored.digest, stored.history.clone());
        let grants = Arc::new(Grants::of(&version.definition, |_| true));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let door = Door::new(&claim, store, nobody(clock), grants, clock);
        let given = Given { run, mark: run, enrollment: Arc::clone(&stored.enrollment), snapshot };
        let again = sandbox.attempt(&version.loaded, given, door).await;
        match again.ending {
            Ending::Outcome(outcome) if outcome.outputs == record.outputs => None,
            ending => Some(format!("I8: run {run} made again from its history ends otherwise: {ending:?}")),
        }
    }
}

/// A company that does not answer.
fn nobody(clock: &Clock) -> Arc<Client> {
    let silent = Transport::new(|_| Box::pin(std::future::ready(Err(NoAnswer::Lost("nobody answers".into())))));
    let company = Company {
        base_url: "http://nobody".into(),
        realm: "1".into(),
        oauth: OAuth {
            token_url: "http://nobody".into(),
            client_id: String::new(),
            client_secret: Secret::new(""),
            refresh_token: Secret::new(""),
        },
        rates: Rates::default(),
    };
    Arc::new(Client::new(company, silent, clock))
}
