//! `action options`: the choices of an input, as a form shows them.

use std::process::ExitCode;

use clap::Args;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::cli::answer::answer;
use crate::cli::inputs::pairs;
use crate::cli::service::ServiceArgs;
use crate::cli::{Failure, show};
use crate::options::Page;

#[derive(Args)]
pub(in crate::cli) struct OptionsArgs {
    /// An installed action
    action: String,
    /// One of its inputs
    input: String,
    /// Id of the HubSpot account; may be left out where one connection is left without it
    #[arg(long, value_name = "PORTAL", env = "QBO_HOST_PORTAL", hide_env_values = true)]
    portal: Option<String>,
    /// Realm id of the QuickBooks company; the same
    #[arg(long, value_name = "REALM", env = "QBO_HOST_COMPANY", hide_env_values = true)]
    company: Option<String>,
    /// Only those whose label holds this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// The next page, as the one before named it
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// The value of an input that the choices depend on; may be repeated
    #[arg(long = "input", value_name = "NAME=VALUE")]
    inputs: Vec<String>,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl OptionsArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let page: Page = self.service.remote()?.get(&self.path()?).await?;
        let failed = page.why.as_ref().is_some_and(|why| why.failed);
        if self.json {
            answer(serde_json::json!(page));
        } else {
            answer(show::choices(&page).trim_end());
        }
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn path(&self) -> Result<String, Failure> {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(pairs(&self.inputs)?);
        let own = [("portal", &self.portal), ("company", &self.company), ("q", &self.search), ("after", &self.after)];
        for (name, value) in own {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let (action, input) = (part(&self.action), part(&self.input));
        Ok(format!("/v1/actions/{action}/inputs/{input}/options?{}", query.finish()))
    }
}
