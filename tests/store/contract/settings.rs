//! The settings of connections.

use qbo_host::runs::settings_store::Replaced;

use super::{Kept, facts};

facts! {
    a_document_is_kept_for_each_connection_with_the_time_of_its_last_change
    of_two_who_read_one_version_the_second_changes_nothing
    a_change_that_is_repeated_is_one_change
}

async fn a_document_is_kept_for_each_connection_with_the_time_of_its_last_change(kept: Kept) {
    assert!(matches!(kept.settings("1", "9").await, Ok(None)));
    kept.put_settings("1", "9", 0, "first").await.expect("the store answers");
    kept.put_settings("1", "8", 0, "another").await.expect("the store answers");
    kept.pass(60);
    let changed = kept.put_settings("1", "9", 1, "second").await.expect("the store answers");
    let stands = kept.settings("1", "9").await.expect("the store answers").expect("a document");
    assert_eq!((stands.version, stands.document.as_str()), (2, "second"));
    assert_eq!(changed, Replaced::Yes(stands.clone()));
    let other = kept.settings("1", "8").await.expect("the store answers").expect("a document");
    assert_eq!((other.version, other.document.as_str()), (1, "another"));
    assert_eq!(stands.changed_at.duration_since(other.changed_at).as_secs(), 60);
    assert!(matches!(kept.settings("2", "9").await, Ok(None)));
}

async fn of_two_who_read_one_version_the_second_changes_nothing(kept: Kept) {
    for replaces in [1, 7] {
        let refused = kept.put_settings("1", "9", replaces, "early").await;
        assert_eq!(refused.expect("the store answers"), Replaced::No { version: 0 });
    }
    kept.put_settings("1", "9", 0, "hers").await.expect("the store answers");
    let refused = kept.put_settings("1", "9", 0, "his").await;
    assert_eq!(refused.expect("the store answers"), Replaced::No { version: 1 });
    let stands = kept.settings("1", "9").await.expect("the store answers").expect("a document");
    assert_eq!((stands.version, stands.document.as_str()), (1, "hers"));
}

async fn a_change_that_is_repeated_is_one_change(kept: Kept) {
    let first = kept.put_settings("1", "9", 0, "first").await.expect("the store answers");
    kept.pass(1);
    assert_eq!(kept.put_settings("1", "9", 0, "first").await.expect("the store answers"), first);
    assert_eq!(kept.settings("1", "9").await.expect("the store answers").map(|kept| kept.version), Some(1));
}
