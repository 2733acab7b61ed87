//! What a buyer may ask for.

use axum::extract::State;
use dossier::{Command, command::Application};
use engine::Request;
use kernel::CaseNo;
use people::Permission;
use serde::Deserialize;
use store::Version;
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    commands::{Answer, Named},
    headers::{IdempotencyKey, IfMatch},
    problem::Input,
    wire::{case::RequestBody, parsed},
};

/// What the buyer asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MyApplication {
    request: RequestBody,
    /// The case it takes up again.
    #[serde(default)]
    #[schema(max_length = 96)]
    follows: Option<String>,
}

/// Ask for something about my order
///
/// The case's number is made from the `Idempotency-Key`, so that asking twice opens one case; it is
/// the last of `GET /api/v1/buyer/order`.
#[utoipa::path(
    post,
    path = "/api/v1/buyer/cases",
    operation_id = "applyAsBuyer",
    tag = "buyers",
    params(("Idempotency-Key" = String, Header, description = "Names this request for life.")),
    request_body = MyApplication,
    responses((status = 200, body = crate::commands::Done)),
)]
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Input(body): Input<MyApplication>,
) -> Result<Answer, Problem> {
    let digest = key.digest(caller.name());
    let number = format!("b-{}", digest.get(..16).unwrap_or(&digest));
    let command_key = key.command_key(caller.name())?;
    let filed_at = app.moment_of_wish(&caller.own_order()?, command_key).await?;
    let application = Application {
        case: parsed("case", number)?,
        request: body.request.request(),
        filed_at,
        follows: body.follows.map(|it| parsed("follows", it)).transpose()?,
        market: dossier::case::Market::default(),
        findings: Vec::new(),
        return_parcel: None,
    };
    app.ask(&caller, &key, Command::Apply(Box::new(application)), None).await
}

/// A command of a buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum BuyerCommand {
    /// No longer asks.
    Withdraw {},
    /// Asks for something else.
    ChangeRequest { request: RequestBody },
    /// Has sent the goods back in this parcel.
    EnterReturn {
        #[schema(min_length = 1, max_length = 64)]
        parcel: String,
        #[serde(default)]
        #[schema(max_length = 100)]
        carrier: String,
    },
}

impl BuyerCommand {
    fn command(self, case: CaseNo) -> Result<Command, Problem> {
        Ok(match self {
            Self::Withdraw {} => Command::Withdraw { case },
            Self::ChangeRequest { request } => {
                Command::ChangeRequest { case, request: request.request() }
            }
            Self::EnterReturn { parcel, carrier } => {
                Command::EnterReturn { case, parcel: parsed("parcel", parcel)?, carrier }
            }
        })
    }
}

/// Give a command to one of my cases
#[utoipa::path(
    post,
    path = "/api/v1/buyer/cases/{case}/commands",
    operation_id = "commandAsBuyer",
    tag = "buyers",
    params(
        ("case" = String, Path, description = "The case."),
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = BuyerCommand,
    responses((status = 200, body = crate::commands::Done)),
)]
pub(crate) async fn command(
    State(app): State<App>,
    caller: Caller,
    case: Named<CaseNo>,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<BuyerCommand>,
) -> Result<Answer, Problem> {
    caller.own_order()?;
    let stands_on = stands_on.required()?;
    app.ask(&caller, &key, body.command(case.0)?, stands_on).await
}

impl App {
    /// Carries out what a buyer asks about the buyer's own order.
    async fn ask(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
        command: Command,
        stands_on: Option<Version>,
    ) -> Result<Answer, Problem> {
        let dossier = caller.own_order()?;
        self.require_open(&dossier.shop).await?;
        let request = Request {
            key: key.command_key(caller.name())?,
            actor: caller.actor(&dossier.shop, Permission::Apply)?,
            dossier,
            command,
            pack: String::new(),
        };
        self.carry_out(request, stands_on).await.map(Answer)
    }
}
