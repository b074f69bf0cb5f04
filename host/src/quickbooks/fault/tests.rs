//! Facts about answers. The bodies have the shapes of recorded ones, with texts of our own.

use proptest::prelude::*;

use super::body::cut;
use super::{Answer, BODY_BYTES_MAX, Ending, Explanation, FaultError, Rejection, explain, explained, read};

const JSON: Option<&str> = Some("application/json");
const TID: Option<&str> = Some("1-5f000000-000000000000000000000000");
const TOKEN: &str = "AB0160139026-secret";

fn tid() -> Option<String> {
    TID.map(str::to_owned)
}

fn service(errors: &str, kind: &str) -> String {
    format!(r#"{{"Fault":{{"Error":[{errors}],"type":"{kind}"}},"time":"2020-09-29T06:58:50.262-07:00"}}"#)
}

fn gateway(code: &str, message: &str, detail: &str, kind: &str) -> String {
    format!(
        r#"{{"warnings":null,"intuitObject":null,"fault":{{"error":[{{"message":"{message}","detail":"{detail}","code":"{code}","element":null}}],"type":"{kind}"}},"report":null,"batchItemResponse":[],"time":1601391072830}}"#
    )
}

fn rejected(answer: Answer<'_>) -> Rejection {
    match answer {
        Answer::Rejected(rejection) => rejection,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_without_a_fault_is_accepted_as_it_came() {
    let body = r#" {"Invoice":{"Id":"130","TotalAmt":362.070},"Fault":null,"time":"x"} "#;
    assert_eq!(read(200, JSON, TID, body.as_bytes()), Answer::Accepted(body.trim()));
}

#[test]
fn a_fault_is_rejected_with_all_its_errors() {
    let errors = r#"{"Message":"Duplicate Name","Detail":"taken : by \nsomebody","code":"6240","element":""},
        {"Message":"Required","code":2020,"element":"Name"}"#;
    let body = service(errors, "ValidationFault");
    let rejection = rejected(read(400, JSON, TID, body.as_bytes()));
    assert_eq!(rejection.code, "6240");
    assert_eq!(rejection.message, "Duplicate Name");
    assert_eq!(rejection.detail, "taken : by \nsomebody");
    assert_eq!(rejection.body, body);
    assert_eq!(rejection.tid, tid());
    let second = FaultError {
        code: "2020".to_owned(),
        message: "Required".to_owned(),
        detail: String::new(),
        element: "Name".to_owned(),
    };
    assert_eq!(rejection.errors[1], second);
}

#[test]
fn a_fault_under_the_status_200_is_rejected() {
    let body = service(r#"{"Message":"Invalid query","code":"4001"}"#, "ValidationFault");
    assert_eq!(rejected(read(200, JSON, TID, body.as_bytes())).code, "4001");
}

#[test]
fn a_fault_with_nothing_in_it_is_still_a_no() {
    for body in [
        r#"{"Fault":{}}"#,
        r#"{"Fault":{"Error":null}}"#,
        r#"{"Fault":{"Error":[]}}"#,
        r#"{"Fault":{"Error":[{"code":""}]}}"#,
        r#"{"fault":{"error":{"code":null}}}"#,
        r#"{"Fault":"no"}"#,
        "{}",
        "no",
        "",
    ] {
        assert_eq!(rejected(read(400, JSON, TID, body.as_bytes())).code, "http-400", "{body}");
    }
}

#[test]
fn throttling_is_read_from_the_status_and_from_json_and_xml() {
    let throttled = Answer::Throttled { tid: tid() };
    let message = "message=ThrottleExceeded; errorCode=003001; statusCode=429";
    let json = gateway("3001", message, "Too many.", "SERVICE");
    let xml = format!(
        r#"<?xml version="1.0"?><IntuitResponse time="x" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="003001">
<Message>{message}</Message><Detail>Too many.</Detail></Error></Fault></IntuitResponse>"#
    );
    assert_eq!(read(429, None, TID, b""), throttled);
    assert_eq!(read(429, Some("text/html"), TID, b"<html>"), throttled);
    assert_eq!(read(429, JSON, TID, json.as_bytes()), throttled);
    assert_eq!(read(403, JSON, TID, json.as_bytes()), throttled);
    assert_eq!(read(403, Some("text/xml"), TID, xml.as_bytes()), throttled);
}

#[test]
fn nothing_but_code_and_tid_is_kept_of_an_expired_token() {
    let message = "message=AuthenticationFailed; errorCode=003200; statusCode=401";
    let detail = format!("Token expired: {TOKEN}");
    let bodies = [
        gateway("3200", message, &detail, "AUTHENTICATION"),
        gateway("003200", message, &detail, "AUTHENTICATION"),
        service(&format!(r#"{{"code":"3200","Detail":"{detail}"}}"#), "AuthenticationFault"),
    ];
    // 400 and 200 aren't seen in practice; a token must not pass even so.
    for status in [401, 403, 400, 200] {
        for body in &bodies {
            let answer = read(status, JSON, TID, body.as_bytes());
            assert_eq!(answer, Answer::SignedOut { code: "3200".to_owned(), tid: tid() });
        }
    }
}

#[test]
fn a_token_is_kept_by_no_answer_whatever_the_code() {
    let detail = format!("Token revoked: {TOKEN}");
    let unknown = gateway("9999", "message=AuthenticationFailed", &detail, "SERVICE");
    let second = service(&format!(r#"{{"code":"6240"}},{{"code":"9999","Detail":"{detail}"}}"#), "ValidationFault");
    let broken = &unknown[..unknown.len() - 5];
    for status in [200, 302, 400, 401, 403, 404, 429, 500, 503] {
        for body in [unknown.as_str(), second.as_str(), broken, &detail] {
            let answer = format!("{:?}", read(status, JSON, TID, body.as_bytes()));
            assert!(!answer.contains(TOKEN), "{status}: {answer}");
        }
    }
}

#[test]
fn an_answer_401_without_a_body_is_signed_out() {
    for body in [&b""[..], b"<html></html>", b"\xff"] {
        assert_eq!(read(401, None, None, body), Answer::SignedOut { code: "http-401".to_owned(), tid: None });
    }
}

#[test]
fn a_company_that_may_not_be_used_is_forbidden() {
    let forbidden = |code: &str| Answer::Forbidden { code: code.to_owned(), tid: tid() };
    let message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403";
    let body = gateway("3100", message, "", "AuthorizationFault");
    assert_eq!(read(403, JSON, TID, body.as_bytes()), forbidden("3100"));
    assert_eq!(read(403, Some("text/html"), TID, b"<html>"), forbidden("http-403"));
    let body = service(r#"{"Message":"Authorization Failure","code":"120"}"#, "AuthorizatonFault");
    assert_eq!(read(400, JSON, TID, body.as_bytes()), forbidden("120"));
}

#[test]
fn outages_prove_nothing_about_a_write() {
    let unavailable = |code: &str| Answer::Unavailable { code: code.to_owned(), tid: tid() };
    let failure = service(r#"{"Message":"An application error","code":"10000"}"#, "SystemFault");
    assert_eq!(read(500, JSON, TID, failure.as_bytes()), unavailable("10000"));
    assert_eq!(read(200, JSON, TID, failure.as_bytes()), unavailable("10000"));
    assert_eq!(read(503, Some("text/html"), TID, b"<html>Sorry</html>"), unavailable("http-503"));
    assert_eq!(read(504, None, TID, b""), unavailable("http-504"));
    assert_eq!(read(404, Some("text/html"), TID, b"<!DOCTYPE html>"), unavailable("http-404"));
    assert_eq!(read(400, Some("text/html; charset=utf-8"), TID, b""), unavailable("http-400"));
    assert_eq!(read(302, None, TID, b""), unavailable("http-302"));
    assert_eq!(read(408, JSON, TID, b""), unavailable("http-408"));
    for code in ["130", "140", "150"] {
        let body = service(&format!(r#"{{"code":"{code}"}}"#), "ValidationFault");
        assert_eq!(read(400, JSON, TID, body.as_bytes()), unavailable(code));
    }
}

/// What is explained as waiting is never told to an action, and everything else is.
#[test]
fn every_explained_code_is_read_as_it_is_explained() {
    for (code, explanation) in explained() {
        let body = service(&format!(r#"{{"Message":"m","Detail":"d","code":"{code}"}}"#), "ValidationFault");
        let is_rejected = matches!(read(400, JSON, TID, body.as_bytes()), Answer::Rejected(_));
        assert_eq!(is_rejected, explanation.ending != Ending::Wait, "{code}");
    }
}

#[test]
fn an_operation_that_failed_without_a_reason_concerns_no_other_run() {
    for code in ["1000", "1010", "1020"] {
        let body = service(&format!(r#"{{"code":"{code}"}}"#), "ValidationFault");
        assert_eq!(read(400, JSON, TID, body.as_bytes()), Answer::Unfinished { code: code.to_owned(), tid: tid() });
    }
}

#[test]
fn a_company_without_a_subscription_is_closed() {
    let body = service(r#"{"Message":"Invalid Company Status","code":"6190"}"#, "ValidationFault");
    assert_eq!(read(400, JSON, TID, body.as_bytes()), Answer::Closed { code: "6190".to_owned(), tid: tid() });
}

#[test]
fn a_duplicate_request_is_in_progress() {
    let body = service(r#"{"Message":"Duplicate Request ID","code":"600"}"#, "ValidationFault");
    assert_eq!(read(400, JSON, TID, body.as_bytes()), Answer::InProgress { tid: tid() });
}

#[test]
fn a_request_that_is_too_large_is_rejected_even_by_a_page() {
    for status in [413, 414, 431] {
        let rejection = rejected(read(status, Some("text/html"), TID, b"<html>"));
        assert_eq!(rejection.code, format!("http-{status}"));
        assert!(rejection.errors.is_empty());
    }
}

#[test]
fn a_success_that_can_not_be_read_is_malformed() {
    for body in [
        &b""[..],
        b"<html></html>",
        b"[]",
        b"\"text\"",
        br#"{"Invoice":{"Id":"1"}"#,
        br#"{"Invoice":1} {"#,
        b"{\"Invoice\":\"\xff\"}",
        &vec![b'['; 100_000],
    ] {
        assert!(matches!(read(200, JSON, TID, body), Answer::Malformed { .. }));
    }
}

#[test]
fn an_xml_fault_is_rejected_with_its_texts() {
    let body = r#"<IntuitResponse><Fault type="ValidationFault"><Error code="2500" element="Reference Id"><Message>Invalid &amp;lt; Id</Message><Detail>Names &lt;583&gt; &quot;x&quot;</Detail></Error><Error code="6000"/></Fault></IntuitResponse>"#;
    let rejection = rejected(read(400, Some("application/xml"), TID, body.as_bytes()));
    assert_eq!((rejection.code.as_str(), rejection.element.as_str()), ("2500", "Reference Id"));
    assert_eq!(rejection.message, "Invalid &lt; Id");
    assert_eq!(rejection.detail, "Names <583> \"x\"");
    assert_eq!(rejection.errors[1].code, "6000");
    assert!(rejection.body.is_empty(), "the contract promises JSON");
}

#[test]
fn of_a_long_fault_a_bounded_part_is_kept() {
    let error = format!(r#"{{"code":"2010","Detail":"{}"}}"#, "é".repeat(BODY_BYTES_MAX));
    let body = service(&vec![error; 9].join(","), "ValidationFault");
    let rejection = rejected(read(400, JSON, TID, body.as_bytes()));
    assert_eq!(rejection.code, "2010");
    assert!(rejection.body.is_empty());
    let kept: usize = rejection.errors.iter().map(|error| error.detail.len()).sum();
    assert!(!rejection.errors.is_empty() && kept <= BODY_BYTES_MAX);
}

#[test]
fn a_cut_keeps_characters_whole() {
    assert_eq!(cut("aé", 2), "a");
    assert_eq!(cut("aé", 3), "aé");
    assert_eq!(cut("aé", 100), "aé");
}

#[test]
fn codes_are_explained_once_each_in_a_sentence_with_a_remedy() {
    let known: Vec<_> = (0..=10_500).filter_map(|code: u32| explain(&code.to_string())).collect();
    assert_eq!(known.len(), super::codes::CODES.len());
    for Explanation { sentence, remedy, .. } in known {
        assert!(sentence.ends_with('.') && remedy.ends_with('.'));
    }
}

#[test]
fn explanations_tell_mending_from_waiting() {
    let ending = |code| explain(code).map(|explanation| explanation.ending);
    assert_eq!(ending("6240"), Some(Ending::Refused));
    assert_eq!(ending("6200"), Some(Ending::Refused));
    assert_eq!(ending("6190"), Some(Ending::Wait));
    assert_eq!(ending("2010"), Some(Ending::Held));
    assert_eq!(ending("3001"), Some(Ending::Wait));
    assert_eq!(ending("600"), Some(Ending::Wait));
    assert_eq!(ending("http-400"), None);
}

proptest! {
    #[test]
    fn no_body_panics(
        status in prop_oneof![Just(200_u16), Just(400), Just(401), Just(403), Just(429), Just(500), any::<u16>()],
        content_type in prop::option::of(any::<String>()),
        tid in prop::option::of(any::<String>()),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = read(status, content_type.as_deref(), tid.as_deref(), &body);
    }

    #[test]
    fn no_row_of_pieces_panics(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"Fault\"", "\"Error\"", "\"code\"", "\"6240\"", "7", "null",
            "<Fault", "<Error", " code=\"", "\"", ">", "</Error>", "<Message>", "</Message>", "&amp;", "é",
        ]), 0..20)
    ) {
        let body = pieces.concat();
        for status in [200, 400] {
            let _ = read(status, None, None, body.as_bytes());
        }
    }
}
