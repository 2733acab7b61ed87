//! A parcel is scanned at our door.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use dossier::{
    Command,
    parcel::Scan,
    words::{Direction, ScanKind},
};
use engine::EngineError;
use kernel::{ParcelNo, ShopId};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::Version;
use utoipa::ToSchema;
use vault::{Personal, Plain};

use super::{
    CaseName, IncomingView, ReceiptId, Standing,
    expected::{ExpectedCase, Expecting, expecting},
    kept::{self, Kept},
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::give,
    headers::{IdempotencyKey, InLanguage, etag},
    problem::Input,
    wire::{Code, Moment, ShopPath, parsed},
};

/// How often others may change a receipt while it is written.
const TRIES: u32 = 8;
/// Longest text of each kind, in characters.
const MOST_WORDS: usize = 200;
const MOST_NOTE: usize = 2_000;
const MOST_SKUS: usize = 50;

/// What somebody sees who has a parcel in hand.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrivalBody {
    /// The courier's number; none if it cannot be read.
    #[serde(default)]
    #[schema(max_length = 96)]
    parcel: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    carrier: String,
    /// What the scale says, in grams.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    weight_g: Option<u32>,
    /// Where it is put.
    #[serde(default)]
    #[schema(max_length = 200)]
    shelf: String,
    /// What can be seen to be in it.
    #[serde(default)]
    #[schema(max_items = 50)]
    skus: Vec<String>,
    /// Who has it in hand, where several share a station.
    #[serde(default)]
    #[schema(max_length = 200)]
    person: String,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    note: String,
    #[serde(default)]
    label: LabelBody,
}

/// What the label says of the sender. Sealed; a masked name or the last digits of a phone are as
/// good as all of it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelBody {
    #[serde(default)]
    #[schema(max_length = 200)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    phone: String,
}

/// What became of a scan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Scanned {
    receipt: IncomingView,
    /// The cases that have the goods now; none for a parcel nobody announced.
    cases: Vec<ExpectedCase>,
}

/// Receive a parcel
///
/// Finds by its number who expects it, and takes it in for them. A parcel nobody announced is
/// received all the same, and waits for somebody to find its case. Scanning a parcel again changes
/// nothing, but for what was not said before.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/receipts",
    operation_id = "scanParcel",
    tag = "parcels",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this scan for life."),
    ),
    request_body = ArrivalBody,
    responses((status = 200, body = Scanned)),
)]
pub(crate) async fn scan_parcel(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    InLanguage(language): InLanguage,
    Input(body): Input<ArrivalBody>,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Receive).await?;
    let asked = body.checked()?;
    let id = match &asked.parcel {
        Some(parcel) => ReceiptId::of_parcel(parcel),
        None => ReceiptId::of_request(&caller, &key),
    };
    let last = (key.digest(caller.name()), kept::fingerprint(&asked.body));
    let scanning = Scanning { shop: path.shop.clone(), id, by: caller.name().to_owned(), last };
    let found = app.run(move |app| scanning.write(app, asked)).await?;
    take_in(&app, &caller, &key, &found).await?;
    let actor = caller.usual_actor(&path.shop)?;
    let (id, is_repeat, parcel) = (found.id, found.is_repeat, found.kept.parcel_no());
    let scanned = app.run(move |app| {
        let now_kept = kept::find(app, &path.shop, &id)?.ok_or_else(Problem::not_found)?;
        let all = match &parcel {
            Some(parcel) => expecting(app, &path.shop, parcel)?,
            None => Vec::new(),
        };
        let who = (&actor, app.now());
        let cases = all.iter().filter_map(|it| ExpectedCase::of(it, who, language)).collect();
        Ok(Scanned { receipt: app.shown(&path.shop, &id, now_kept)?, cases })
    });
    let scanned = scanned.await?;
    let tag = AppendHeaders([(header::ETAG, etag(Version(scanned.receipt.version)))]);
    let mut response = (tag, Json(scanned)).into_response();
    if is_repeat {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Tells every case that expects the parcel.
async fn take_in(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    found: &Found,
) -> Result<(), Problem> {
    for it in found.cases.iter().filter(|it| !it.is_here) {
        let Some(parcel) = found.kept.parcel_no() else { continue };
        let part = key.of_part(&format!("{}/{}", it.dossier.order, it.case));
        let carrier = found.kept.carrier.clone();
        let command = match it.direction {
            Direction::Return => {
                Command::RecordReceipt { case: it.case.clone(), parcel: Some(parcel), carrier }
            }
            Direction::Outbound => Command::RecordScans {
                parcel,
                carrier,
                direction: Direction::Outbound,
                case: it.of.clone(),
                scans: vec![Scan {
                    // Of the receipt, so that a repeat says the same.
                    at: found.kept.received_at.0,
                    kind: ScanKind::Returned,
                    signer: None,
                }],
            },
        };
        give(app, caller, &part, (it.dossier.clone(), command), None).await?;
    }
    Ok(())
}

/// A scan that makes sense.
pub(super) struct Checked {
    pub(super) body: ArrivalBody,
    pub(super) parcel: Option<ParcelNo>,
}

impl ArrivalBody {
    fn checked(self) -> Result<Checked, Problem> {
        let parcel = said(self.parcel.as_deref()).map(|it| parsed("parcel", it)).transpose()?;
        let texts = [
            ("carrier", &self.carrier, MOST_WORDS),
            ("shelf", &self.shelf, MOST_WORDS),
            ("person", &self.person, MOST_WORDS),
            ("note", &self.note, MOST_NOTE),
            ("label.name", &self.label.name, MOST_WORDS),
            ("label.phone", &self.label.phone, MOST_WORDS),
        ];
        for (field, text, most) in texts {
            short(field, text, most)?;
        }
        if MOST_SKUS < self.skus.len() {
            return Err(Problem::malformed("skus", format!("has more than {MOST_SKUS}")));
        }
        for sku in &self.skus {
            short("skus", sku, MOST_WORDS)?;
        }
        if self.weight_g.is_some_and(|it| 1_000_000 < it) {
            return Err(Problem::malformed("weight_g", "is more than a ton"));
        }
        Ok(Checked { body: self, parcel })
    }
}

pub(super) fn short(field: &str, text: &str, most: usize) -> Result<(), Problem> {
    if most < text.chars().count() {
        return Err(Problem::malformed(field, format!("has more than {most} characters")));
    }
    Ok(())
}

fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
}

struct Scanning {
    shop: ShopId,
    id: ReceiptId,
    by: String,
    last: (String, String),
}

/// A receipt as it was written, and who is to hear of it.
struct Found {
    id: ReceiptId,
    kept: Kept,
    cases: Vec<Expecting>,
    is_repeat: bool,
}

impl Scanning {
    /// Blocks.
    fn write(self, app: &App, asked: Checked) -> Result<Found, Problem> {
        let Checked { body, parcel } = asked;
        self.seal(app, &body.label)?;
        for _ in 0..TRIES {
            let cases = match &parcel {
                Some(parcel) => expecting(app, &self.shop, parcel)?,
                None => Vec::new(),
            };
            let found = kept::find(app, &self.shop, &self.id)?;
            if let Some((_, kept)) = &found
                && kept.last.0 == self.last.0
                && kept.last.1 != self.last.1
            {
                return Err(EngineError::KeyReused.into());
            }
            let is_repeat = found.as_ref().is_some_and(|(_, it)| it.last == self.last);
            let (version, before) = match found {
                Some((version, kept)) => (version, Some(kept)),
                None => (Version(0), None),
            };
            let kept = self.merged(app, before.as_ref(), &body, &cases);
            let is_same = before.as_ref().is_some_and(|it| {
                let last = kept.last.clone();
                Kept { last, ..it.clone() } == kept
            });
            if is_same || kept::write(app, &self.shop, &self.id, (version, &kept))?.is_some() {
                return Ok(Found { id: self.id, kept, cases, is_repeat });
            }
        }
        Err(Problem::busy())
    }

    /// Before the receipt, so that there is none without what its label says.
    fn seal(&self, app: &App, label: &LabelBody) -> Result<(), Problem> {
        let said = |it: &str| (!it.trim().is_empty()).then(|| Plain::new(it.trim()));
        let personal =
            Personal { name: said(&label.name), phone: said(&label.phone), ..Personal::default() };
        if personal != Personal::default() {
            app.vault().keep(&self.shop, &self.id.as_order(), &personal)?;
        }
        Ok(())
    }

    /// What was said before stays, but for what is said anew. A parcel that was refused or given
    /// back and is here again begins anew.
    fn merged(
        &self,
        app: &App,
        before: Option<&Kept>,
        body: &ArrivalBody,
        cases: &[Expecting],
    ) -> Kept {
        let is_gone = |it: &&Kept| matches!(it.state.0, Standing::Refused | Standing::GivenBack);
        let before = before.filter(|it| !is_gone(it));
        let text = |now: &str, before: Option<&String>| match now.trim() {
            "" => before.cloned().unwrap_or_default(),
            now => now.to_owned(),
        };
        let names = cases
            .iter()
            .map(|it| CaseName { order: it.dossier.order.to_string(), case: it.case.to_string() });
        let mut all: BTreeSet<CaseName> = before.map(|it| it.cases.clone()).unwrap_or_default();
        all.extend(names);
        let state = match before.map(|it| it.state.0) {
            None | Some(Standing::Open) if cases.is_empty() => Standing::Open,
            None | Some(Standing::Open) => Standing::TakenIn,
            Some(other) => other,
        };
        Kept {
            v: 1,
            parcel: said(body.parcel.as_deref()),
            carrier: text(&body.carrier, before.map(|it| &it.carrier)),
            weight_g: body.weight_g.or(before.and_then(|it| it.weight_g)),
            shelf: text(&body.shelf, before.map(|it| &it.shelf)),
            skus: match before {
                Some(before) if body.skus.is_empty() => before.skus.clone(),
                _ => body.skus.clone(),
            },
            person: text(&body.person, before.map(|it| &it.person)),
            note: text(&body.note, before.map(|it| &it.note)),
            state: Code(state),
            received_at: before.map_or(Moment(app.now()), |it| it.received_at),
            by: before.map_or_else(|| self.by.clone(), |it| it.by.clone()),
            cases: all,
            ground: before.map(|it| it.ground.clone()).unwrap_or_default(),
            closed_at: before.and_then(|it| it.closed_at),
            closed_by: before.and_then(|it| it.closed_by.clone()),
            last: self.last.clone(),
        }
    }
}
