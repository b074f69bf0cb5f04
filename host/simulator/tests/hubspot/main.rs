//! The HubSpot portal over real HTTP: each endpoint, each error, each thing that surprises.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod associations;
mod callbacks;
mod faults;
mod objects;
mod search;
mod writes;

use std::net::SocketAddr;

use bytes::Bytes;
use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::{HubSpot, TOKEN};
use qbo_simulator::server::Server;
use reqwest::Method;
use serde_json::Value;

struct Client {
    hubspot: HubSpot,
    base: String,
    http: reqwest::Client,
    _server: Server,
}

struct Answered {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Client {
    fn of(hubspot: HubSpot) -> Self {
        let served = hubspot.clone();
        let handle = move |request: http::Request<Bytes>| {
            let hubspot = served.clone();
            async move { hubspot.handle(request).await }
        };
        let server = Server::start(SocketAddr::from(([127, 0, 0, 1], 0)), handle).unwrap();
        let base = format!("http://{}", server.address());
        Self { hubspot, base, http: reqwest::Client::new(), _server: server }
    }

    fn seeded() -> Self {
        Self::of(HubSpot::seeded())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<Answered> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = serde_json::from_str(&answer.text().await?).unwrap_or(Value::Null);
        Ok(Answered { status, headers, body })
    }

    async fn get(&self, path: &str) -> Answered {
        self.ask(Method::GET, path, None).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        self.ask(Method::POST, path, Some(body)).await.unwrap()
    }

    async fn patch(&self, path: &str, body: Value) -> Answered {
        self.ask(Method::PATCH, path, Some(body)).await.unwrap()
    }

    fn inject(&self, matches: &str, effect: Effect) {
        self.hubspot.faults().inject(Fault { matches: matches.to_owned(), skip: 0, times: 1, effect });
    }
}

fn ids(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry[name].to_string().replace('"', "")).collect()
}
