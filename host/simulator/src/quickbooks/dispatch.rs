//! From a request to the Accounting API to what it does.
//!
//! Order as in the real service: token, company, idempotency, then the operation.

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::State;
use super::answer::{Answer, Gateway};
use super::books::Books;
use super::entity::{Entity, Family};
use super::fault::Fault;
use super::oauth::Denied;
use super::operation::Operation;
use super::query::{self, Dialect};
use super::request::Incoming;
use super::write::{self, Circumstances};
use super::{batch, changes, exchange_rates, pdf, reports, schema, sign_in};

/// The documented longest `requestid`.
const REQUEST_ID_CHARACTERS_MAX: usize = 50;

/// Answers any request of a client; `reserved` says that its `requestid` is under way on its behalf.
pub(crate) fn answer(state: &mut State, request: &Incoming, reserved: bool) -> Answer {
    let now = state.settings.clock.now();
    let segments = request.segments();
    match (&request.method, segments.as_slice()) {
        (&Method::GET, [".well-known", "openid_configuration" | "openid_sandbox_configuration"]) => {
            Answer::plain(StatusCode::OK, &super::oauth::discovery(&request.base()))
        }
        (&Method::POST, ["oauth2", "v1", "tokens", "bearer"]) => sign_in::token(state, request, now),
        (&Method::POST, ["v2", "oauth2", "tokens", "revoke"]) => sign_in::revoke(state, request),
        (_, ["v3", "company", realm, operation @ ..]) => authorised(state, request, realm, operation, reserved, now),
        _ => Answer::fault(&Fault::unsupported_operation(request.method.as_str(), &request.path), now),
    }
}

fn authorised(
    state: &mut State,
    request: &Incoming,
    realm: &str,
    operation: &[&str],
    reserved: bool,
    now: Timestamp,
) -> Answer {
    let Some(token) = request.bearer() else { return Answer::gateway(&Gateway::no_token(), now) };
    match state.tokens.check(token, realm, now) {
        Err(Denied::Expired) => return Answer::gateway(&Gateway::expired_token(token), now),
        Err(Denied::OtherCompany) => return Answer::gateway(&Gateway::other_company(), now),
        Ok(()) => {}
    }
    if let Some(limits) = state.settings.rate_limits
        && !state.throttle.admit(realm, operation == ["batch"], limits, now)
    {
        return Answer::gateway(&Gateway::throttled(), now);
    }
    let Some(id) = request.request_id() else { return performed(state, request, realm, operation, now) };
    if id.chars().count() > REQUEST_ID_CHARACTERS_MAX {
        return Answer::fault(&Fault::request_id_format(id), now);
    }
    let key = (realm.to_owned(), id.to_owned());
    let memory = signed(state.settings.request_id_memory);
    if let Some(body) = state.replies.recall(&key, memory, now) {
        return Answer::replayed(body);
    }
    if !reserved && state.replies.is_under_way(&key) {
        return Answer::fault(&Fault::duplicate_request_id(id), now);
    }
    let answer = performed(state, request, realm, operation, now);
    if answer.committed {
        state.replies.remember(key, answer.body.clone(), memory, now);
    }
    answer
}

fn performed(state: &mut State, request: &Incoming, realm: &str, operation: &[&str], now: Timestamp) -> Answer {
    let dialect = Dialect { email_queryable: state.settings.email_queryable };
    let Some(books) = state.companies.get_mut(realm) else {
        return Answer::gateway(&Gateway::other_company(), now);
    };
    let done =
        if books.suspended { Err(Fault::company_status()) } else { perform(books, request, operation, dialect, now) };
    done.unwrap_or_else(|fault| Answer::fault(&fault, now))
}

fn perform(
    books: &mut Books,
    request: &Incoming,
    operation: &[&str],
    dialect: Dialect,
    now: Timestamp,
) -> Result<Answer, Fault> {
    let unsupported = || Fault::unsupported_operation(request.method.as_str(), &request.path);
    match (&request.method, operation) {
        (&Method::GET | &Method::POST, ["query"]) => {
            let answer = query::answer(books, &statement(request), dialect)?;
            Ok(Answer::success("QueryResponse", answer, now))
        }
        (&Method::GET, ["preferences"]) => read(books, Entity::Preferences, "1", now),
        (&Method::POST, ["batch"]) => batch::answer(books, &request.body, dialect, circumstances(request, now)),
        (&Method::GET, ["cdc"]) => {
            let (entities, since) = (request.parameter("entities"), request.parameter("changedSince"));
            let changes = changes::since(books, entities.unwrap_or_default(), since.unwrap_or_default(), now)?;
            Ok(Answer::success("CDCResponse", changes, now))
        }
        // The real service answers whatever id is asked for with the one company there is.
        (&Method::GET, ["companyinfo", _]) => read(books, Entity::CompanyInfo, "1", now),
        (&Method::GET, ["reports", name]) => {
            Ok(Answer::plain(StatusCode::OK, &reports::answer(books, name, request, now)?))
        }
        (&Method::GET, ["exchangerate"]) => {
            let (currency, day) = (request.parameter("sourcecurrencycode"), request.parameter("asofdate"));
            Ok(Answer::success("ExchangeRate", exchange_rates::read(books, currency, day, now)?, now))
        }
        (&Method::POST, ["exchangerate"]) => {
            let sent = schema::parse_class("ExchangeRate", &request.body)?;
            let rate = exchange_rates::update(books, &sent, circumstances(request, now))?;
            Ok(Answer::success("ExchangeRate", rate, now).committed())
        }
        (&Method::GET, [entity, id]) => read(books, known(entity)?, id, now),
        (&Method::GET, [entity, id, "pdf"]) => {
            let entity = known(entity)?;
            let Family::Sale(_) = entity.family() else { return Err(unsupported()) };
            Ok(Answer::pdf(pdf::of_sale(books, entity, write::find(books, entity, id)?)))
        }
        (&Method::POST, [entity]) => store(books, request, known(entity)?, now),
        (&Method::POST, [entity, id, "send"]) => {
            let entity = known(entity)?;
            let Family::Sale(kind) = entity.family() else { return Err(unsupported()) };
            let row = write::send(books, kind, id, request.parameter("sendTo"), circumstances(request, now))?;
            Ok(Answer::success(entity.name(), Value::Object(row), now).committed())
        }
        _ => Err(unsupported()),
    }
}

fn known(entity: &str) -> Result<Entity, Fault> {
    Entity::named(entity).ok_or_else(|| Fault::unsupported_object(entity))
}

/// The statement is the body, a parameter of the address, or one of a form.
fn statement(request: &Incoming) -> String {
    if let Some(statement) = request.parameter("query") {
        return statement.to_owned();
    }
    if request.content_type.starts_with("application/x-www-form-urlencoded") {
        return request.form("query").unwrap_or_default();
    }
    String::from_utf8_lossy(&request.body).into_owned()
}

fn read(books: &Books, entity: Entity, id: &str, now: Timestamp) -> Result<Answer, Fault> {
    let row = write::find(books, entity, id)?;
    Ok(Answer::success(entity.name(), Value::Object(row.clone()), now))
}

fn store(books: &mut Books, request: &Incoming, entity: Entity, now: Timestamp) -> Result<Answer, Fault> {
    let sent = schema::parse(entity, &request.body)?;
    let named = request.parameter("operation").map(|name| Operation::named(name, includes(request, "void")));
    let operation = named.unwrap_or_else(|| Operation::of(entity, &sent));
    let done = operation.perform(books, entity, sent, circumstances(request, now));
    let value = done.ok_or_else(|| Fault::unsupported_operation(request.method.as_str(), &request.path))??;
    Ok(Answer::success(entity.name(), value, now).committed())
}

fn includes(request: &Incoming, option: &str) -> bool {
    let options = request.parameter("include").unwrap_or_default();
    options.split(',').any(|known| known.eq_ignore_ascii_case(option))
}

/// A duration as differences of times have it.
pub(crate) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn circumstances(request: &Incoming, now: Timestamp) -> Circumstances {
    let allow_duplicate_number = includes(request, "allowduplicatedocnum");
    Circumstances { now, allow_duplicate_number }
}
