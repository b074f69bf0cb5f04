//! Search over HTTP, which sees the portal as it was a while ago.
//!
//! Filters of one group must all hold, and one group is enough. Three operators are known; a client
//! that needs another one is refused rather than misled.

use serde::Deserialize;
use serde_json::json;

use super::Context;
use crate::hubspot::answer::{Answer, CrmError, object as object_json};
use crate::hubspot::kind::Kind;
use crate::hubspot::object::ObjectId;
use crate::hubspot::object::Version;
use crate::hubspot::request::{Page, start};

/// HubSpot's longest page of search results.
const PAGE_SIZE_MAX: usize = 200;

/// The page that HubSpot answers unless asked for another.
const PAGE_SIZE_DEFAULT: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Search {
    #[serde(default)]
    filter_groups: Vec<FilterGroup>,
    #[serde(default)]
    properties: Vec<String>,
    limit: Option<usize>,
    after: Option<String>,
}

#[derive(Deserialize)]
struct FilterGroup {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    property_name: String,
    operator: Operator,
    value: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operator {
    Eq,
    In,
    HasProperty,
}

pub(super) fn search(context: &mut Context<'_>, kind: Kind) -> Result<Answer, CrmError> {
    let search: Search = context.request.json()?;
    let page = search.page()?;
    for filter in search.filter_groups.iter().flat_map(|group| &group.filters) {
        filter.check(|name| context.portal.defines(kind, name))?;
    }
    let indexed_at = context.now.saturating_sub(context.settings.search_lag).unwrap_or(context.now);
    let portal = &*context.portal;
    let found: Vec<_> = portal
        .objects(kind)
        .filter_map(|(id, object)| Some((id, object.created, object.at(indexed_at)?)))
        .filter(|(id, _, version)| !version.archived && search.finds(*id, version))
        .collect();
    let total = found.len();
    let results =
        found.into_iter().map(|(id, created, version)| object_json(portal, id, created, version, &search.properties));
    let (results, after) = page.of(results);
    let mut body = json!({ "total": total, "results": results });
    if let Some(after) = after {
        body["paging"] = json!({ "next": { "after": after } });
    }
    Ok(Answer::read(body))
}

impl Search {
    fn page(&self) -> Result<Page, CrmError> {
        let size = self.limit.unwrap_or(PAGE_SIZE_DEFAULT);
        if !(1..=PAGE_SIZE_MAX).contains(&size) {
            let message = format!("limit must be from 1 to {PAGE_SIZE_MAX}");
            return Err(CrmError::invalid("INVALID_LIMIT", "limit", message));
        }
        Ok(Page { start: start(self.after.as_deref())?, size })
    }

    fn finds(&self, id: ObjectId, version: &Version) -> bool {
        let mut groups = self.filter_groups.iter();
        self.filter_groups.is_empty()
            || groups.any(|group| group.filters.iter().all(|filter| filter.finds(id, version)))
    }
}

impl Filter {
    fn check(&self, defines: impl Fn(&str) -> bool) -> Result<(), CrmError> {
        if defines(&self.property_name) {
            return Ok(());
        }
        let message = format!("there is no property {:?}", self.property_name);
        Err(CrmError::invalid("PROPERTY_DOESNT_EXIST", &self.property_name, message))
    }

    fn finds(&self, id: ObjectId, version: &Version) -> bool {
        let own_id = (self.property_name == "hs_object_id").then(|| id.id.to_string());
        let Some(found) = own_id.as_ref().or_else(|| version.properties.get(&self.property_name)) else {
            return false;
        };
        // HubSpot's search ignores case.
        let is = |wanted: &String| wanted.to_lowercase() == found.to_lowercase();
        match self.operator {
            Operator::Eq => self.value.as_ref().is_some_and(is),
            Operator::In => self.values.iter().any(is),
            Operator::HasProperty => true,
        }
    }
}
