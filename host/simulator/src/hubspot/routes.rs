//! Every path of the portal, on one page.

mod associations;
mod callbacks;
mod objects;
mod properties;
mod search;

use http::Method;
use jiff::Timestamp;

use super::answer::{Answer, CrmError};
use super::kind::Kind;
use super::object::ObjectId;
use super::portal::Portal;
use super::request::CrmRequest;
use super::{CompletedCallback, Settings, fixture};

/// What a route works with. `now` is read once, so that one request happens at one time.
pub(super) struct Context<'request> {
    pub(super) portal: &'request mut Portal,
    pub(super) callbacks: &'request mut Vec<CompletedCallback>,
    pub(super) request: &'request CrmRequest,
    pub(super) settings: &'request Settings,
    pub(super) now: Timestamp,
}

pub(super) fn route(context: &mut Context<'_>) -> Result<Answer, CrmError> {
    let request = context.request;
    match (request.method.as_str(), request.segments().as_slice()) {
        ("GET", ["crm", "v3", "objects", of]) => objects::list(context, kind(of)?),
        ("POST", ["crm", "v3", "objects", of]) => objects::create(context, kind(of)?),
        ("GET", ["crm", "v3", "objects", of, id]) => objects::read(context, object(of, id)?),
        ("PATCH", ["crm", "v3", "objects", of, id]) => objects::update(context, object(of, id)?),
        ("DELETE", ["crm", "v3", "objects", of, id]) => objects::archive(context, object(of, id)?),
        ("POST", ["crm", "v3", "objects", of, "search"]) => search::search(context, kind(of)?),
        ("POST", ["crm", "v3", "objects", of, "batch", "read"]) => objects::batch_read(context, kind(of)?),
        ("GET", ["crm", "v3", "objects", of, id, "associations", to]) => {
            associations::list_v3(context, object(of, id)?, kind(to)?)
        }
        ("PUT", ["crm", "v3", "objects", of, id, "associations", to, other, type_name]) => {
            associations::associate_v3(context, object(of, id)?, object(to, other)?, type_name)
        }
        ("GET", ["crm", "v3", "properties", of]) => Ok(properties::list(context, kind(of)?)),
        ("POST", ["crm", "v3", "properties", of]) => properties::create(context, kind(of)?),
        ("GET", ["crm", "v3", "properties", of, name]) => properties::read(context, kind(of)?, name),
        ("GET", ["crm", "v4", "objects", of, id, "associations", to]) => {
            associations::list(context, object(of, id)?, kind(to)?)
        }
        ("PUT", ["crm", "v4", "objects", of, id, "associations", "default", to, other]) => {
            associations::associate(context, object(of, id)?, object(to, other)?)
        }
        ("GET", ["crm", "v4", "associations", from, to, "labels"]) => {
            Ok(associations::labels(context, kind(from)?, kind(to)?))
        }
        ("POST", ["crm", "v4", "associations", from, to, "batch", "read"]) => {
            associations::batch_read(context, kind(from)?, kind(to)?)
        }
        ("POST", ["automation", "v4", "actions", "callbacks", id, "complete"]) => callbacks::complete(context, id),
        _ => Err(CrmError::Path),
    }
}

/// Search has a limit of its own and shows no rate headers.
pub(super) fn is_search(request: &CrmRequest) -> bool {
    request.method == Method::POST && request.path().ends_with("/search")
}

fn kind(name: &str) -> Result<Kind, CrmError> {
    Kind::named(name).ok_or_else(|| CrmError::Kind { name: name.to_owned() })
}

/// An id that is no number names no object, which HubSpot answers like any other absent object.
fn object(of: &str, id: &str) -> Result<ObjectId, CrmError> {
    let kind = kind(of)?;
    fixture::parse_id(id).map(|id| ObjectId { kind, id }).ok_or_else(|| CrmError::missing(kind, id))
}
