//! What people choose from in front of a form.

use super::{NotDone, Service};
use crate::catalog::Version;
use crate::connection::accounts::{Accounts, accounts};
use crate::options::{Page, Wanted, Why, page};

impl Service {
    /// The choices of an input of an action, for a connection. What they depend on and isn't given has
    /// the value that a run would get.
    pub async fn options(
        &self,
        action: &str,
        (portal, company): (Option<&str>, Option<&str>),
        mut wanted: Wanted,
    ) -> Result<Page, NotDone> {
        self.check_open()?;
        let Some(Version { version, grants }) = self.installed.active(action) else {
            return Err(NotDone::UnknownAction { action: action.to_owned(), known: self.installed.actions() });
        };
        let connection = match self.connection(portal, company) {
            Ok(connection) => connection,
            Err(no_connection) => return Ok(Page { why: Some(not_chosen(&no_connection)), ..Page::default() }),
        };
        let settings = self.settings_of(&connection).await?;
        for effective in settings.effective(&version.definition) {
            if let Some(value) = effective.value {
                wanted.depends_on.entry(effective.input).or_insert(value);
            }
        }
        Ok(page(&version.definition, &grants, &connection.quickbooks, &wanted).await?)
    }

    /// The QuickBooks companies that a portal is connected to.
    pub async fn accounts(&self, portal: &str) -> Result<Accounts, NotDone> {
        self.check_open()?;
        Ok(accounts(&self.connections.between(Some(portal), None)).await)
    }
}

/// A form whose first field is not filled in asks too.
fn not_chosen(no_connection: &NotDone) -> Why {
    let remedy = "choose the QuickBooks account first";
    if matches!(no_connection, NotDone::ConnectionUnnamed) {
        return Why::failed("fill_in_first", no_connection.to_string(), remedy);
    }
    Why::failed("not_connected", no_connection.to_string(), remedy)
}
