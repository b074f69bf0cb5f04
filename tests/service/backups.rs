//! The store of a service as a file that people look after: backed up, checked, restored, and used
//! by one process at a time.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::{Serving, config, serve};
use crate::cli::binary::finish;

/// Deals that become an invoice each. The last two, from after the backup, need a new customer and a
/// new product.
const DEALS: [&str; 4] = ["1002", "1007", "1001", "1003"];

async fn invoice(serving: &Serving, deal: &str) -> Value {
    let inputs = json!({ "create_product": "yes", "income_account": "79" });
    let start = json!({ "event": format!("event of {deal}"), "inputs": inputs });
    let made = serving.run(&format!("deal:{deal}"), start).await;
    assert_eq!(made.body["record"]["status"], "succeeded", "{made:?}");
    made.body
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of the tests")
}

#[tokio::test(flavor = "multi_thread")]
async fn last_nights_backup_and_the_same_events_again_make_no_second_invoice() {
    let serving = Serving::start();
    serving.stage.books.set_request_id_memory(Duration::ZERO);
    let (before, after) = DEALS.split_at(2);
    for deal in before {
        invoice(&serving, deal).await;
    }
    let (backup, restored) = (serving.folder().join("monday.db"), serving.folder().join("restored.db"));
    let copied = serving.command(&["store", "backup", text(&backup), "--json"]);
    assert_eq!((copied.code, &copied.json()["file"]), (Some(0), &json!(backup)), "{copied:?}");
    for deal in after {
        invoice(&serving, deal).await;
    }
    let checked = serving.command(&["store", "check", text(&backup), "--json"]);
    assert_eq!((checked.code, &checked.json()["sound"]), (Some(0), &json!(true)), "{checked:?}");
    let made = serving.command(&["store", "restore", text(&backup), "--to", text(&restored), "--json"]);
    assert_eq!((made.code, &made.json()["look_back_hours"]), (Some(0), &json!(72)), "{made:?}");

    let counts = |serving: &Serving| ["Customer", "Item", "Invoice"].map(|kind| serving.stage.documents(kind).len());
    let stood = counts(&serving);
    let serving = serving.again("store = \"restored.db\"");
    for deal in DEALS {
        let again = invoice(&serving, deal).await;
        let known = if before.contains(&deal) { "duplicate" } else { "new" };
        assert_eq!(again["accepted"], known, "{deal}");
    }
    for deal in DEALS {
        assert_eq!(serving.invoices_of(deal).len(), 1, "{deal}");
    }
    assert_eq!(counts(&serving), stood);
    let checked = serving.command(&["store", "check", text(&restored), "--json"]);
    assert_eq!((checked.code, &checked.json()["sound"]), (Some(0), &json!(true)), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_backup_nor_a_restore_takes_the_place_of_a_file() {
    let serving = Serving::start();
    let relative = serving.post("/v1/store/backup", json!({ "file": "copy.db" })).await;
    relative.assert_problem(422, "bad_member", "a relative path");
    let (file, backup) = (serving.folder().join("letter.txt"), serving.folder().join("copy.db"));
    std::fs::write(&file, "dear").expect("a file");
    let answer = serving.post("/v1/store/backup", json!({ "file": file })).await;
    answer.assert_problem(409, "backup_exists", "a file that is there");
    serving.command(&["store", "backup", text(&file), "--json"]).assert_error(1, "backup_exists");
    assert_eq!(serving.command(&["store", "backup", text(&backup)]).code, Some(0));
    let restore = ["store", "restore", text(&backup), "--to", text(&file), "--json"];
    serving.command(&restore).assert_error(1, "store_exists");
    assert_eq!(std::fs::read(&file).expect("the file is there"), b"dear");
    let nowhere = serving.folder().join("no/such/folder/copy.db");
    let answer = serving.post("/v1/store/backup", json!({ "file": nowhere })).await;
    answer.assert_problem(500, "backup_failed", "a folder that is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_belongs_to_one_service_at_a_time() {
    let serving = Serving::start();
    let folder = TempDir::new().expect("a folder");
    let store = format!("store = {:?}", serving.folder().join("qbo-host.db"));
    let (mut second, _) = serve(&folder, &config(&serving.stage, &store, ""));
    second.arg("--json");
    finish(second).assert_error(1, "store_in_use");
    assert_eq!(serving.run("deal:1001", json!({})).await.body["record"]["code"], "created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_store_is_left_as_it_is() {
    let serving = Serving::start();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("letter.txt");
    let letter = "dear customer, ".repeat(1_000);
    std::fs::write(&file, &letter).expect("a file");
    let (mut command, _) = serve(&folder, &config(&serving.stage, "store = \"letter.txt\"", ""));
    command.arg("--json");
    finish(command).assert_error(1, "store_not_ours");
    let (to, letters) = (folder.path().join("new.db"), text(&file));
    serving.command(&["store", "restore", letters, "--to", text(&to), "--json"]).assert_error(1, "store_not_ours");
    serving.command(&["store", "check", letters, "--json"]).assert_error(1, "store_not_ours");
    assert_eq!(std::fs::read_to_string(&file).expect("the file is there"), letter);
    assert!(!to.exists());
}
