//! A client of the simulator's handler, as short as tests like it.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use jiff::Timestamp;
use qbo_simulator::clock::Clock;
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, QuickBooks, Settings};
use qbo_simulator::server::AnswerLost;
use serde_json::{Value, json};

/// A company, the token that opens it, and the clock that its day follows.
pub(crate) struct Client {
    pub(crate) service: QuickBooks,
    pub(crate) clock: Clock,
    pub(crate) realm: String,
    pub(crate) token: String,
}

/// An answer with its body as JSON.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

/// The morning of 29 September 2020 in California, when the answers that tests quote were recorded.
pub(crate) const NOW: &str = "2020-09-29T05:58:07-07:00";

impl Client {
    /// The sample company.
    pub(crate) async fn craigs() -> Self {
        Self::of(CRAIGS_DESIGN).await
    }

    pub(crate) async fn of(realm: &str) -> Self {
        // Long enough that a test which moves the clock need not refresh.
        let token_lifetime = Duration::from_secs(30 * 24 * 60 * 60);
        Self::with(realm, Settings { token_lifetime, ..Settings::default() }).await
    }

    pub(crate) async fn with(realm: &str, settings: Settings) -> Self {
        let clock = Clock::fixed(NOW.parse::<Timestamp>().unwrap());
        let settings = Settings { clock: clock.clone(), ..settings };
        let service = QuickBooks::seeded_with(settings);
        let mut client = Self { service, clock, realm: realm.to_owned(), token: String::new() };
        let tokens = client.refresh(&format!("simulator-refresh-{realm}")).await;
        client.token = tokens.json()["access_token"].as_str().unwrap().to_owned();
        client
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answered {
        let request = Request::post("/oauth2/v1/tokens/bearer")
            .header("authorization", "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(format!("grant_type=refresh_token&refresh_token={token}")));
        self.answer(request.unwrap()).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.ask(Method::GET, path, String::new()).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answered {
        self.ask(Method::POST, path, body.to_string()).await.unwrap()
    }

    /// What a successful create, update or void stored.
    pub(crate) async fn stored(&self, entity: &str, body: &Value) -> Value {
        let answer = self.post(&entity.to_lowercase(), body).await;
        answer.json().get(entity).unwrap_or_else(|| panic!("{}", answer.text)).clone()
    }

    /// The fault code that a write is refused with.
    pub(crate) async fn refused(&self, entity: &str, body: &Value) -> String {
        self.post(entity, body).await.code()
    }

    pub(crate) async fn query(&self, statement: &str) -> Answered {
        let statement = url::form_urlencoded::byte_serialize(statement.as_bytes()).collect::<String>();
        self.get(&format!("query?query={statement}")).await
    }

    /// The rows that a statement finds.
    pub(crate) async fn rows(&self, entity: &str, statement: &str) -> Vec<Value> {
        let answer = self.query(statement).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["QueryResponse"][entity].as_array().cloned().unwrap_or_default()
    }

    /// A request to the company, whose connection may die.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: String) -> Result<Answered, AnswerLost> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v3/company/{}/{path}", self.realm))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Bytes::from(body));
        self.answer(request.unwrap()).await
    }

    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Result<Answered, AnswerLost> {
        let answer = self.service.handle(request).await?;
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        Ok(Answered { status: answer.status(), text })
    }
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of a fault, in either spelling.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        let code = body["Fault"]["Error"][0]["code"].as_str().or(body["fault"]["error"][0]["code"].as_str());
        code.unwrap_or_else(|| panic!("no fault: {}", self.text)).to_owned()
    }
}

/// A line for an item, with an amount and no quantity.
pub(crate) fn line(item: &str, amount: &str) -> Value {
    json!({
        "Amount": number(amount),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": { "ItemRef": { "value": item } },
    })
}

/// A line for an item with quantity and price.
pub(crate) fn priced_line(item: &str, quantity: &str, price: &str, amount: &str) -> Value {
    let mut line = line(item, amount);
    line["SalesItemLineDetail"]["Qty"] = number(quantity);
    line["SalesItemLineDetail"]["UnitPrice"] = number(price);
    line
}

/// An invoice or estimate with these lines.
pub(crate) fn sale(customer: &str, lines: &[Value]) -> Value {
    json!({ "CustomerRef": { "value": customer }, "Line": lines })
}

/// A JSON number exactly as written.
pub(crate) fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
