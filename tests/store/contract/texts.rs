//! Messages to HubSpot, and components.

use qbo_host::runs::Status;
use qbo_host::runs::service_store::{Changed, MESSAGE_LEASE, MESSAGES_TAKEN_OVER, Message, MessageState, Settled};
use qbo_host::runs::store::{Fence, Learned, NewMessage};

use super::{COMPANY, Kept, facts, seconds, values, wasm};

facts! {
    a_message_is_due_once_its_run_has_ended
    a_message_is_lent_to_one_sender
    a_message_that_was_taken_is_not_sent_again
    a_message_that_was_refused_says_why
    a_message_that_failed_is_due_again
    a_later_end_takes_the_place_of_a_message_that_nobody_took
    a_note_is_told_anew_when_its_run_ended_anew
    what_nobody_took_of_an_end_is_not_told_when_the_run_begins_anew
    what_a_sender_learns_of_an_earlier_message_changes_nothing_of_a_later_one
    a_host_that_takes_over_sends_what_the_one_before_it_did_not_settle
    a_component_is_kept_as_it_is
    a_component_is_needed_until_its_runs_have_ended_well
    a_component_that_nobody_needs_is_forgotten
}

impl Kept {
    /// The only message that is due.
    async fn lent(&self) -> Message {
        let [message] = self.messages(9).await.expect("an answer").try_into().expect("one message");
        message
    }

    /// Ends an attempt with a message of this kind and body.
    async fn end_telling(&self, fence: Fence, status: Status, kind: &str, body: &str) {
        let message = NewMessage { kind: kind.into(), body: body.into() };
        let end = values::record(fence.run, status, "over");
        self.finish(fence, Learned::default(), end, vec![message]).await.expect("an answer");
    }
}

/// Ends run 1 with a callback.
async fn told(kept: &Kept) -> qbo_host::ids::RunId {
    let claim = kept.held(1).await;
    let message = NewMessage { kind: "callback".into(), body: "{\"a\":1}".into() };
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    kept.finish(claim.fence, Learned::default(), end, vec![message]).await.expect("an answer");
    claim.fence.run
}

async fn a_message_is_due_once_its_run_has_ended(kept: Kept) {
    kept.accept(2).await;
    assert!(kept.messages(9).await.expect("an answer").is_empty());
    let run = told(&kept).await;
    let lent = kept.lent().await;
    let message = Message {
        run,
        kind: "callback".into(),
        body: "{\"a\":1}".into(),
        portal: "77".into(),
        company: COMPANY.into(),
        failures: 0,
        lent: lent.lent,
    };
    assert_eq!(lent, message);
}

async fn a_message_is_lent_to_one_sender(kept: Kept) {
    told(&kept).await;
    assert_eq!(kept.messages(9).await.expect("an answer").len(), 1);
    assert!(kept.messages(9).await.expect("an answer").is_empty());
    kept.pass(MESSAGE_LEASE.as_secs());
    assert_eq!(kept.messages(9).await.expect("an answer").len(), 1);
}

async fn a_message_that_was_taken_is_not_sent_again(kept: Kept) {
    let run = told(&kept).await;
    kept.settle_message(&kept.lent().await, Settled::Taken).await.expect("an answer");
    kept.pass(3_600);
    assert!(kept.messages(9).await.expect("an answer").is_empty());
    assert_eq!(kept.stored(run).await.messages[0].state, MessageState::Taken);
    assert_eq!(kept.counts().await.expect("an answer").messages, 0);
}

async fn a_message_that_was_refused_says_why(kept: Kept) {
    let run = told(&kept).await;
    let refused = Settled::Refused { code: "hubspot_object_gone".into(), why: "it answers 404: gone".into() };
    kept.settle_message(&kept.lent().await, refused).await.expect("an answer");
    let line = &kept.stored(run).await.messages[0];
    assert_eq!((line.state, line.code.as_deref()), (MessageState::Refused, Some("hubspot_object_gone")));
    assert_eq!(line.why.as_deref(), Some("it answers 404: gone"));
}

async fn a_message_that_failed_is_due_again(kept: Kept) {
    told(&kept).await;
    kept.settle_message(&kept.lent().await, Settled::Again(seconds(5))).await.expect("an answer");
    assert!(kept.messages(9).await.expect("an answer").is_empty());
    kept.pass(5);
    assert_eq!(kept.messages(9).await.expect("an answer")[0].failures, 1);
}

async fn a_later_end_takes_the_place_of_a_message_that_nobody_took(kept: Kept) {
    let claim = kept.held(1).await;
    kept.end(&claim, Status::Held).await;
    for body in ["first", "second"] {
        kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
        let again = kept.hold(claim.fence.run).await;
        kept.end_telling(again.fence, Status::Held, "callback", body).await;
    }
    let due = kept.lent().await;
    assert_eq!(due.body, "second");
    kept.settle_message(&due, Settled::Taken).await.expect("an answer");
    kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    let again = kept.hold(claim.fence.run).await;
    kept.end_telling(again.fence, Status::Succeeded, "callback", "third").await;
    kept.pass(3_600);
    assert!(kept.messages(9).await.expect("an answer").is_empty());
}

async fn a_note_is_told_anew_when_its_run_ended_anew(kept: Kept) {
    let claim = kept.held(1).await;
    let run = claim.fence.run;
    kept.end_telling(claim.fence, Status::Held, "note", "first").await;
    kept.settle_message(&kept.lent().await, Settled::Taken).await.expect("an answer");
    kept.resume(run, None, "jo").await.expect("an answer");
    kept.end_telling(kept.hold(run).await.fence, Status::Held, "note", "second").await;
    assert_eq!(kept.lent().await.body, "second");
}

async fn what_nobody_took_of_an_end_is_not_told_when_the_run_begins_anew(kept: Kept) {
    let claim = kept.held(1).await;
    let messages = ["callback", "note"].map(|kind| NewMessage { kind: kind.into(), body: "first".into() });
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    kept.finish(claim.fence, Learned::default(), end, messages.into()).await.expect("an answer");
    let digest = values::component(1);
    let restarted = kept.restart(claim.fence.run, claim.fence.epoch, digest, "jo").await.expect("an answer");
    assert_eq!(restarted, Changed::Yes);
    // The workflow waits for whatever comes of the run.
    assert_eq!(kept.lent().await.kind, "callback");
}

async fn what_a_sender_learns_of_an_earlier_message_changes_nothing_of_a_later_one(kept: Kept) {
    let claim = kept.held(1).await;
    let run = claim.fence.run;
    kept.end_telling(claim.fence, Status::Succeeded, "note", "first").await;
    let earlier = kept.lent().await;
    kept.restart(run, claim.fence.epoch, values::component(1), "jo").await.expect("an answer");
    kept.end_telling(kept.hold(run).await.fence, Status::Succeeded, "note", "second").await;
    for settled in [Settled::Again(seconds(3_600)), Settled::Taken] {
        kept.settle_message(&earlier, settled).await.expect("an answer");
    }
    assert_eq!(kept.lent().await.body, "second");
}

async fn a_host_that_takes_over_sends_what_the_one_before_it_did_not_settle(kept: Kept) {
    told(&kept).await;
    assert_eq!(kept.messages(9).await.expect("an answer").len(), 1);
    kept.take_over(&[]).await.expect("an answer");
    // HubSpot may still be at work for the host before.
    assert!(kept.messages(9).await.expect("an answer").is_empty());
    kept.pass(MESSAGES_TAKEN_OVER.as_secs());
    assert_eq!(kept.messages(9).await.expect("an answer").len(), 1);
}

async fn a_component_is_kept_as_it_is(kept: Kept) {
    let digest = values::component(1);
    assert_eq!(kept.component(digest).await.expect("an answer"), None);
    kept.put_component(digest, wasm(b"\0asm")).await.expect("an answer");
    kept.put_component(digest, wasm(b"\0asm")).await.expect("an answer");
    assert_eq!(kept.component(digest).await.expect("an answer"), Some(wasm(b"\0asm")));
}

async fn a_component_is_needed_until_its_runs_have_ended_well(kept: Kept) {
    let needed = || async { kept.components_needed().await.expect("an answer").len() };
    let claim = kept.held(1).await;
    assert_eq!(needed().await, 1);
    kept.end(&claim, Status::Held).await;
    assert_eq!(needed().await, 1);
    kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    assert_eq!(needed().await, 1);
    let again = kept.hold(claim.fence.run).await;
    kept.end(&again, Status::Succeeded).await;
    assert_eq!(needed().await, 0);
}

async fn a_component_that_nobody_needs_is_forgotten(kept: Kept) {
    for number in 1..=3 {
        kept.put_component(values::component(number), wasm(&[number])).await.expect("an answer");
    }
    kept.accept(1).await;
    kept.forget_components(&[values::component(2)].into()).await.expect("an answer");
    for (number, kept_still) in [(1, true), (2, true), (3, false)] {
        assert_eq!(
            kept.component(values::component(number)).await.expect("an answer").is_some(),
            kept_still,
            "{number}"
        );
    }
}
