//! The same over real sockets: headers, connections that die, and the simulator's own routes.

use std::net::{Ipv4Addr, SocketAddr};

use qbo_simulator::quickbooks::{CRAIGS_DESIGN, QuickBooks};
use qbo_simulator::server::Server;
use serde_json::{Value, json};

struct Wire {
    server: Server,
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Wire {
    async fn start() -> Self {
        let service = QuickBooks::seeded();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = service.serve(address).unwrap();
        let base = format!("http://{}", server.address());
        let http = reqwest::Client::new();
        let discovery = json_of(http.get(format!("{base}/.well-known/openid_sandbox_configuration/"))).await;
        let refresh = format!("grant_type=refresh_token&refresh_token=simulator-refresh-{CRAIGS_DESIGN}");
        let tokens = http
            .post(discovery["token_endpoint"].as_str().unwrap())
            .basic_auth("simulator-client", Some("simulator-secret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(refresh);
        let token = json_of(tokens).await["access_token"].as_str().unwrap().to_owned();
        Self { server, base, http, token }
    }

    fn company(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let address = format!("{}/v3/company/{CRAIGS_DESIGN}/{path}", self.base);
        self.http.request(method, address).bearer_auth(&self.token)
    }
}

async fn json_of(request: reqwest::RequestBuilder) -> Value {
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn answers_carry_the_headers_that_were_recorded() {
    let wire = Wire::start().await;
    let good = wire.company(reqwest::Method::GET, "customer/1").send().await.unwrap();
    assert_eq!(good.headers()["content-type"], "application/json;charset=utf-8");
    assert!(good.headers()["intuit_tid"].to_str().unwrap().starts_with("1-"));
    let bad = wire.company(reqwest::Method::GET, "customer/9999").send().await.unwrap();
    assert_eq!((bad.status().as_u16(), &bad.headers()["content-type"]), (400, &"application/json".parse().unwrap()));
    let denied = wire.http.get(format!("{}/v3/company/1/customer/1", wire.base)).send().await.unwrap();
    assert_eq!(denied.headers()["www-authenticate"], "Bearer realm=\"Intuit\", error=\"invalid_token\"");
}

#[tokio::test]
async fn a_lost_answer_closes_the_connection_and_the_next_one_replays() {
    let wire = Wire::start().await;
    let fault = json!({"matches": "POST /v3", "effect": {"kind": "answer_lost"}});
    let armed = wire.http.post(format!("{}/simulator/faults", wire.base)).body(fault.to_string()).send().await;
    assert_eq!(armed.unwrap().status(), 204);
    let create = || {
        let body = json!({"DisplayName": "Jane Doe"}).to_string();
        wire.company(reqwest::Method::POST, "customer?requestid=r1").body(body)
    };
    assert!(create().send().await.is_err());
    assert_eq!(json_of(create()).await["Customer"]["DisplayName"], "Jane Doe");
    let log = json_of(wire.http.get(format!("{}/simulator/requests", wire.base))).await;
    let writes: Vec<&Value> = log.as_array().unwrap().iter().filter(|row| row["requestid"] == "r1").collect();
    assert_eq!((&writes[0]["status"], &writes[0]["committed"]), (&Value::Null, &json!(true)));
    assert_eq!((&writes[1]["status"], &writes[1]["committed"]), (&json!(200), &json!(false)));
}

#[tokio::test]
async fn a_query_is_read_from_the_address_with_plus_for_blanks() {
    let wire = Wire::start().await;
    let path = "query?query=select+*+from+Customer+where+DisplayName+=+%27Amy%5C%27s+Bird+Sanctuary%27";
    let answer = json_of(wire.company(reqwest::Method::GET, path)).await;
    assert_eq!(answer["QueryResponse"]["Customer"][0]["Id"], "1");
}

#[tokio::test]
async fn a_stopped_server_answers_nothing() {
    let wire = Wire::start().await;
    wire.server.stop().await;
    assert!(wire.http.get(&wire.base).send().await.is_err());
}
