//! What becomes of a parcel that nobody announced, or that is not taken in.

use ::evidence::{Limits, Source, Upload};
use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use dossier::{Command, words::Direction};
use engine::EngineError;
use kernel::{CaseNo, DossierKey, OrderNo, ParcelNo, ShopId};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::Version;
use utoipa::ToSchema;

use super::{
    CaseName, IncomingView, ReceiptId, Standing,
    expected::{Expecting, expecting},
    kept::{self, Kept},
    scan::short,
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::{Named, give},
    evidence::limits,
    headers::{IdempotencyKey, IfMatch, changed, etag},
    problem::{Input, Said},
    wire::{Code, Moment, ShopPath, parsed},
};

/// What is done with a parcel that nobody announced.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum ReceiptCommand {
    /// It carries the goods of this case, which has them from now on.
    Match { order: String, case: String },
    /// It goes back to whoever sent it.
    GiveBack {
        #[schema(min_length = 1, max_length = 2_000)]
        ground: String,
    },
}

/// Give a command to a receipt
///
/// Photos of a parcel that is matched become evidence of the case.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/commands",
    operation_id = "commandReceipt",
    tag = "parcels",
    params(
        ShopPath,
        ("receipt" = String, Path, description = "The receipt."),
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = ReceiptCommand,
    responses((status = 200, body = IncomingView)),
)]
pub(crate) async fn command_receipt(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    id: Named<ReceiptId>,
    Input(body): Input<ReceiptCommand>,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Receive).await?;
    let stands_on = stands_on.required()?;
    let last = (key.digest(caller.name()), kept::fingerprint(&body));
    let (shop, name) = (path.shop.clone(), id.0.clone());
    let found = app.run(move |app| kept::find(app, &shop, &name)).await?;
    let (version, before) = found.ok_or_else(Problem::not_found)?;
    if before.last.0 == last.0 && before.state.0 != Standing::Open {
        if before.last.1 != last.1 {
            return Err(EngineError::KeyReused.into());
        }
        return answer(&app, &path.shop, id.0, (version, before), true).await;
    }
    if stands_on.is_some_and(|it| it != version) {
        return Err(changed(version));
    }
    if before.state.0 != Standing::Open {
        return Err(not_open(&before));
    }
    let mut after = Kept { last, ..before };
    match body {
        ReceiptCommand::Match { order, case } => {
            let order: OrderNo = parsed("order", order)?;
            let case: CaseNo = parsed("case", case)?;
            let dossier = DossierKey::new(path.shop.clone(), order);
            let matching = Matching { id: &id.0, dossier: &dossier, case: &case };
            matching.carry_out(&app, &caller, &key, &after).await?;
            let (order, case) = (dossier.order.to_string(), case.to_string());
            after.cases.insert(CaseName { order, case });
            after.close(&app, &caller, Standing::Matched);
        }
        ReceiptCommand::GiveBack { ground } => {
            after.ground = some("ground", ground)?;
            after.close(&app, &caller, Standing::GivenBack);
        }
    }
    let (shop, name) = (path.shop.clone(), id.0.clone());
    let written = app.run(move |app| {
        let written = kept::write(app, &shop, &name, (version, &after))?;
        Ok(written.map(|it| (it, after)))
    });
    let Some(now) = written.await? else {
        return Err(changed(Version(version.0.saturating_add(1))));
    };
    answer(&app, &path.shop, id.0, now, false).await
}

fn some(field: &str, text: String) -> Result<String, Problem> {
    short(field, &text, 2_000)?;
    if text.trim().is_empty() {
        return Err(Problem::malformed(field, "say why"));
    }
    Ok(text)
}

fn not_open(kept: &Kept) -> Problem {
    let state = kept.state.0;
    let detail = Said::new(
        format!("这件包裹已经处理过，现在是“{state}”"),
        format!("the parcel is dealt with: it is `{state}`"),
    );
    Problem::new(StatusCode::CONFLICT, "receipt-closed", detail)
}

async fn answer(
    app: &App,
    shop: &ShopId,
    id: ReceiptId,
    (version, kept): (Version, Kept),
    is_repeat: bool,
) -> Result<Response, Problem> {
    let shop = shop.clone();
    let view = app.run(move |app| app.shown(&shop, &id, (version, kept))).await?;
    let mut response = (AppendHeaders([(header::ETAG, etag(version))]), Json(view)).into_response();
    if is_repeat {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// A parcel and the case it turned out to be of.
struct Matching<'a> {
    id: &'a ReceiptId,
    dossier: &'a DossierKey,
    case: &'a CaseNo,
}

impl Matching<'_> {
    /// Photos first: the case is looked at as soon as it has the goods. To do it again is harmless.
    async fn carry_out(
        &self,
        app: &App,
        caller: &Caller,
        key: &IdempotencyKey,
        kept: &Kept,
    ) -> Result<(), Problem> {
        let (dossier, case) = (self.dossier.clone(), self.case.clone());
        let limits = app.run(move |app| {
            let known = app.read(&dossier)?;
            known.body.case(&case).ok_or_else(Problem::not_found)?;
            Ok(limits(&known.pack))
        });
        let limits = limits.await?;
        // The case refuses before anything is put to it.
        let (parcel, carrier) = (kept.parcel_no(), kept.carrier.clone());
        let command = Command::RecordReceipt { case: self.case.clone(), parcel, carrier };
        let request =
            crate::commands::request(app, caller, key, self.dossier.clone(), command.clone());
        let trial = request.await?;
        app.run(move |app| app.engine().preview(&trial).map(drop).map_err(Problem::from)).await?;
        self.hand_over_photos(app, caller, limits).await?;
        give(app, caller, key, (self.dossier.clone(), command), None).await.map(drop)
    }

    async fn hand_over_photos(
        &self,
        app: &App,
        caller: &Caller,
        limits: Limits,
    ) -> Result<(), Problem> {
        let shop = &self.dossier.shop;
        for photo in app.evidence().list(shop, &self.id.as_case()).await? {
            let upload = Upload {
                shop: shop.clone(),
                case: ::evidence::CaseRef {
                    order: self.dossier.order.clone(),
                    case: self.case.clone(),
                },
                by: caller.principal().actor(),
                source: Source::Warehouse,
                name: photo.name,
                limits,
                zone: app.settings().zone,
            };
            let contents = app.evidence().read(shop, photo.hash, None).await?;
            let taken = app.evidence().take(upload, contents.chunks).await;
            taken.map_err(crate::evidence::not_taken)?;
        }
        Ok(())
    }
}

/// A parcel that is not taken in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusalBody {
    #[schema(min_length = 1, max_length = 96)]
    parcel: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    carrier: String,
    /// What is seen; the buyer is told.
    #[schema(min_length = 1, max_length = 2_000)]
    ground: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    person: String,
}

/// Refuse a parcel at the door
///
/// Every case that expects it hears of it and, by policy, has to have a picture of the problem
/// first. A parcel nobody expects is noted as refused.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/receipts:refuse",
    operation_id = "refuseParcel",
    tag = "parcels",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this refusal for life."),
    ),
    request_body = RefusalBody,
    responses((status = 200, body = IncomingView)),
)]
pub(crate) async fn refuse_parcel(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    Input(body): Input<RefusalBody>,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Receive).await?;
    let parcel: ParcelNo = parsed("parcel", body.parcel.trim())?;
    short("carrier", &body.carrier, 200)?;
    short("person", &body.person, 200)?;
    let last = (key.digest(caller.name()), kept::fingerprint(&body));
    let ground = some("ground", body.ground)?;
    let id = ReceiptId::of_parcel(&parcel);
    let (shop, name, number) = (path.shop.clone(), id.clone(), parcel.clone());
    let read = app.run(move |app| {
        let found = kept::find(app, &shop, &name)?;
        Ok((found, expecting(app, &shop, &number)?))
    });
    let (found, cases) = read.await?;
    if let Some((version, kept)) = found.clone() {
        if kept.last.0 == last.0 {
            if kept.last.1 != last.1 {
                return Err(EngineError::KeyReused.into());
            }
            return answer(&app, &path.shop, id, (version, kept), true).await;
        }
        if matches!(kept.state.0, Standing::TakenIn | Standing::Open | Standing::Matched) {
            return Err(not_open(&kept));
        }
    }
    tell_refused(&app, &caller, &key, (&parcel, &ground), &cases).await?;
    let name = |it: &Expecting| CaseName {
        order: it.dossier.order.to_string(),
        case: it.case.to_string(),
    };
    let kept = Kept {
        v: 1,
        parcel: Some(parcel.to_string()),
        carrier: body.carrier,
        weight_g: None,
        shelf: String::new(),
        skus: Vec::new(),
        person: body.person,
        note: String::new(),
        state: Code(Standing::Refused),
        received_at: Moment(app.now()),
        by: caller.name().to_owned(),
        cases: cases.iter().map(name).collect(),
        ground,
        closed_at: Some(Moment(app.now())),
        closed_by: Some(caller.name().to_owned()),
        last,
    };
    let version = found.map_or(Version(0), |(version, _)| version);
    let (shop, name) = (path.shop.clone(), id.clone());
    let written = app.run(move |app| {
        let written = kept::write(app, &shop, &name, (version, &kept))?;
        Ok(written.map(|it| (it, kept)))
    });
    // Somebody else has it in hand at the same moment; asked again, it is as they left it.
    let now = written.await?.ok_or_else(Problem::busy)?;
    answer(&app, &path.shop, id, now, false).await
}

async fn tell_refused(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    (parcel, ground): (&ParcelNo, &str),
    cases: &[Expecting],
) -> Result<(), Problem> {
    for it in cases.iter().filter(|it| it.direction == Direction::Return) {
        let part = key.of_part(&format!("{}/{}", it.dossier.order, it.case));
        let command = Command::RefuseReturn {
            case: it.case.clone(),
            parcel: Some(parcel.clone()),
            ground: ground.to_owned(),
        };
        give(app, caller, &part, (it.dossier.clone(), command), None).await?;
    }
    Ok(())
}
