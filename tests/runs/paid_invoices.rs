//! A paid invoice is two documents: when only the first of them can be written, a person mends what stands
//! in the way, and the second one follows.

use std::sync::Arc;

use qbo_host::enrollment::Enrollment;
use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_tests::COMPANY;
use qbo_tests::world::portal::{PAYMENT, of_a_payment};
use qbo_tests::world::{Setting, World, version};
use serde_json::{Value, json};

use super::{alone, assert_ended, ended, resumed};

const CLEARING_ACCOUNT: &str = "91";

fn setting() -> Setting {
    Setting {
        versions: vec![version("action-modules/create-paid-invoice", None)],
        portal: Some(of_a_payment()),
        ..Setting::of_one_company()
    }
}

fn enrollment(world: &World, object: &str, event: &str) -> Arc<Enrollment> {
    let inputs = [("clearing_account", CLEARING_ACCOUNT)];
    world.enrolled_object(&world.version(0), COMPANY, object, event, &inputs)
}

fn set_active(world: &World, account: &str, active: bool) {
    let accounts = world.books.documents(COMPANY, "Account");
    let stored = accounts.iter().find(|one| one["Id"] == account).expect("the account");
    let change = json!({ "Id": account, "SyncToken": stored["SyncToken"], "sparse": true, "Active": active });
    let changed = world.books.update(COMPANY, "Account", change);
    assert!(changed.is_ok(), "{changed:?}");
}

fn stored(world: &World, entity: &str) -> Vec<Value> {
    world.documents_of(COMPANY, entity, PAYMENT)
}

/// A payment like the other one, but of another customer.
fn add_a_payment_before(world: &World) {
    let mut portal = of_a_payment();
    portal["payments"][0]["id"] = json!("30");
    portal["payments"][0]["line_items"][0]["id"] = json!("301");
    world.portal.load(&portal).expect("a portal");
}

/// The account was made inactive since the host has read it.
#[test]
fn a_payment_that_quickbooks_refuses_is_held_beside_its_invoice_and_follows_once_it_can_be_booked() {
    alone(&setting(), async |world| {
        add_a_payment_before(&world);
        // Reads the account, which is believed for five minutes.
        assert_ended(&ended(&world, &enrollment(&world, "payment:30", "before")).await, Status::Succeeded, "created");
        set_active(&world, CLEARING_ACCOUNT, false);
        let refused = enrollment(&world, PAYMENT, "event");
        let held = ended(&world, &refused).await;
        assert_ended(&held, Status::Held, "partly_written");
        let standing: Vec<_> = held.documents.iter().map(|document| document.entity.as_str()).collect();
        assert_eq!(standing, ["Invoice"]);
        assert_eq!((stored(&world, "Invoice").len(), stored(&world, "Payment").len()), (1, 0));
        set_active(&world, CLEARING_ACCOUNT, true);
        let finished = resumed(&world, RunId::of(&refused.event)).await;
        assert_ended(&finished, Status::Succeeded, "created");
        assert_eq!((stored(&world, "Invoice").len(), stored(&world, "Payment").len()), (1, 1));
        let invoice = &stored(&world, "Invoice")[0];
        assert_eq!((&invoice["Balance"], &invoice["LinkedTxn"][0]["TxnType"]), (&json!(0), &json!("Payment")));
    });
}
