//! A play that is over is made wrong, for the proof that the auditor would notice.

use qbo_host::ids::RunId;
use serde_json::{Value, json};

use super::Over;
use super::world::Deal;

impl Over {
    /// Books the invoice of the first deal once more.
    pub fn bill_again(&self) {
        let deal = &self.world.deals[0];
        self.book(deal, deal.total);
    }

    /// Puts an invoice over more in the place of another deal's.
    pub fn bill_more(&self) {
        let deal = &self.world.deals[1];
        let realm = &self.world.companies[deal.company];
        let wrong = self.book(deal, deal.total + 1);
        for invoice in self.world.invoices(deal).iter().filter(|invoice| invoice["Id"] != wrong["Id"]) {
            let id = invoice["Id"].as_str().expect("an id");
            self.world.books.delete(realm, "Invoice", id).expect("it can be deleted");
        }
    }

    /// Takes the note from a third deal.
    pub fn unsay(&self) {
        let deal = &self.world.deals[2];
        for note in self.world.portal.associated(("deal", &deal.id), "note") {
            self.world.portal.archive("note", &note);
        }
    }

    /// Lets a caller believe in a run that the store doesn't have.
    pub fn acknowledge_nothing(&mut self) {
        self.told.insert("an event of which nothing is left".into(), vec![RunId::from([0; 16])]);
    }

    fn book(&self, deal: &Deal, total: u64) -> Value {
        let made = self.world.invoices(deal).into_iter().next().expect("the deal was billed");
        let invoice = json!({
            "CustomerRef": made["CustomerRef"],
            "PrivateNote": made["PrivateNote"],
            "Line": [{
                "Amount": total, "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": { "ItemRef": made["Line"][0]["SalesItemLineDetail"]["ItemRef"] },
            }],
        });
        let realm = &self.world.companies[deal.company];
        self.world.books.create(realm, "Invoice", invoice).expect("it is a good invoice")
    }
}
