//! What callers say of webhooks.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use kernel::ShopId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webhooks::{EndpointId, Wish};

use super::check_events;
use crate::Problem;

/// `/shops/{shop}/webhooks/{webhook}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WebhookPath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    pub(crate) shop: ShopId,
    /// The webhook.
    #[param(value_type = String, example = "whk_4f0c2a7b91d3e5864f0c2a7b91d3e586")]
    pub(crate) webhook: EndpointId,
}

impl<S: Send + Sync> FromRequestParts<S> for WebhookPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Texts {
            shop: String,
            webhook: String,
        }
        let texts = Path::<Texts>::from_request_parts(parts, state).await;
        let Path(texts) = texts.map_err(|_| Problem::not_found())?;
        let shop = texts.shop.parse().map_err(|_| Problem::not_found())?;
        let webhook = EndpointId::parse(&texts.webhook).ok_or_else(Problem::not_found)?;
        Ok(Self { shop, webhook })
    }
}

/// What a webhook is to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookBody {
    /// `https:`, and a host that is reached from the internet unless the installation says
    /// otherwise.
    #[schema(max_length = 2000, example = "https://erp.example/guitu")]
    url: String,
    /// What it is for; at most 500 bytes.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// Types of messages (`case.opened`) and patterns (`case.*`); none stands for all.
    #[serde(default)]
    #[schema(max_items = 50)]
    events: Vec<String>,
}

impl WebhookBody {
    pub(crate) fn wish(&self) -> Result<Wish, Problem> {
        check_events(&self.events)?;
        Ok(Wish {
            url: self.url.clone(),
            description: self.description.clone(),
            events: self.events.clone(),
        })
    }
}

/// How secrets change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateBody {
    /// For how long the old secret signs as well: up to seven days.
    #[serde(default = "usual_overlap")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub(crate) overlap_seconds: i64,
}

/// A day.
fn usual_overlap() -> i64 {
    86_400
}
