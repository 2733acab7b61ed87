//! The buyer's own order.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use dossier::{Case, Command, Context, Dossier, Event, command::Actor, react};
use kernel::{CaseNo, DossierKey, ParcelNo, Timestamp};
use people::Permission;
use policy::Language;
use serde::Serialize;
use store::Version;
use utoipa::ToSchema;
use views::reply::{Of, Sender, text};

use super::shown::{Beside, BuyerCaseView, TextView};
use crate::{
    App, Problem,
    app::Known,
    caller::Caller,
    headers::{InLanguage, etag},
    wire::{
        Fen, Moment,
        order::{LineView, ParcelView, TendersBody},
    },
};

/// An order, as its buyer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuyerOrderView {
    shop_name: String,
    order: String,
    /// Send it as `If-Match` with a command.
    version: u64,
    placed_at: Moment,
    paid_at: Option<Moment>,
    ship_by: Option<Moment>,
    shipped_at: Option<Moment>,
    confirmed_at: Option<Moment>,
    lines: Vec<LineView>,
    postage: Fen,
    /// Everything that was paid, postage included.
    paid: TendersBody,
    /// What the shop sent, and what was sent back.
    parcels: Vec<ParcelView>,
    /// Oldest first.
    cases: Vec<BuyerCaseView>,
    server_now: Moment,
}

/// Read my order
///
/// With its parcels and cases, in words for buyers.
#[utoipa::path(
    get,
    path = "/api/v1/buyer/order",
    operation_id = "readMyOrder",
    tag = "buyers",
    responses((status = 200, body = BuyerOrderView)),
)]
pub(crate) async fn read_my_order(
    State(app): State<App>,
    caller: Caller,
    InLanguage(language): InLanguage,
) -> Result<impl IntoResponse, Problem> {
    let key = caller.own_order()?;
    let actor = caller.actor(&key.shop, Permission::Apply)?;
    let view = app
        .run(move |app| {
            let known = app.read(&key)?;
            app.buyer_order(&key, known, (&actor, language))
        })
        .await?;
    Ok((AppendHeaders([(header::ETAG, etag(Version(view.version)))]), Json(view)))
}

impl App {
    fn buyer_order(
        &self,
        key: &DossierKey,
        known: Known,
        (actor, language): (&Actor, Language),
    ) -> Result<BuyerOrderView, Problem> {
        let now = self.now();
        let shop = self.people().shop(&key.shop)?;
        let shop_name = shop.map(|it| it.name).unwrap_or_default();
        let mut sent = self.texts_sent(key, &known)?;
        let Known { version, body, pack } = known;
        let address = pack.phrase(views::reply::RETURN_ADDRESS).ok().map(str::trim);
        let address = address.filter(|it| !matches!(*it, "" | "-")).map(str::to_owned);
        let (order, dossier) = (body.order.clone(), Dossier::Open(body));
        let Dossier::Open(body) = &dossier else { return Err(Problem::not_found()) };
        let automatic = self.engine().is_automatic();
        let context = Context { now, actor, pack: &pack, automatic, spent_today: None };
        let case = |case: &Case| {
            let of = Of {
                dossier: key,
                body,
                case,
                pack: &pack,
                sender: Sender { shop_name: Some(&shop_name), return_address: None },
            };
            let texts = sent.remove(&case.no).unwrap_or_default();
            let texts = texts
                .into_iter()
                .map(|(at, name)| TextView { at: Moment(at), text: text(&name, of, language) });
            let beside = Beside {
                return_address: address.clone(),
                texts: texts.filter(|it| !it.text.is_empty()).collect(),
                possible: possible(&dossier, case, context),
            };
            BuyerCaseView::of(body, case, now, beside)
        };
        let at = |it: Option<Timestamp>| it.map(Moment);
        let cases = body.cases.iter().map(case).collect();
        Ok(BuyerOrderView {
            order: key.order.to_string(),
            version: version.0,
            placed_at: Moment(order.placed_at),
            paid_at: at(order.paid_at),
            ship_by: at(order.ship_by),
            shipped_at: at(order.shipped_at),
            confirmed_at: at(order.confirmed_at),
            lines: order.lines.iter().map(LineView::of).collect(),
            postage: order.postage.into(),
            paid: TendersBody::of(&order.paid),
            parcels: body.parcels.values().map(ParcelView::of).collect(),
            cases,
            server_now: Moment(now),
            shop_name,
        })
    }

    /// Names of the texts that have left, by case, oldest first. Those that are still held, or were
    /// taken back, are not among them.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is a text")]
    fn texts_sent(&self, key: &DossierKey, known: &Known) -> Result<Texts, Problem> {
        let mut texts: Vec<(String, CaseNo, Timestamp, String)> = Vec::new();
        let (mut after, now) = (Version(0), self.now());
        loop {
            let commits = self.database().history(key, after, HISTORY_AT_ONCE)?;
            let n_commits = commits.len();
            for commit in commits {
                after = commit.version;
                let events = codec::decode_events(&commit.events);
                for event in events.map_err(|error| Problem::internal(&error))? {
                    let effect = react(&event, &known.body).map(|it| it.id());
                    match event {
                        Event::BuyerTold { case, text, held_until, .. }
                            if held_until.is_none_or(|it| it <= now) =>
                        {
                            texts.push((effect.unwrap_or_default(), case, commit.at, text));
                        }
                        Event::EffectCancelled { effect } => texts.retain(|it| it.0 != effect),
                        _ => (),
                    }
                }
            }
            if n_commits < HISTORY_AT_ONCE {
                break;
            }
        }
        let mut by_case = Texts::new();
        for (_, case, at, text) in texts {
            by_case.entry(case).or_default().push((at, text));
        }
        Ok(by_case)
    }
}

type Texts = BTreeMap<CaseNo, Vec<(Timestamp, String)>>;

/// Commits read at once.
const HISTORY_AT_ONCE: usize = 500;

/// What the buyer can do about a case: each command was tried.
fn possible(dossier: &Dossier, case: &Case, context: Context<'_>) -> Vec<&'static str> {
    let no = || case.no.clone();
    let parcel = ParcelNo::new("0").ok();
    let commands = [
        ("withdraw", Some(Command::Withdraw { case: no() })),
        (
            "change-request",
            Some(Command::ChangeRequest { case: no(), request: changed(&case.request) }),
        ),
        (
            "enter-return",
            parcel.map(|parcel| Command::EnterReturn {
                case: no(),
                parcel,
                carrier: String::new(),
            }),
        ),
    ];
    let is_possible = |command: Command| {
        // What changes nothing has nothing to offer.
        dossier.decide(&command, context).is_ok_and(|events| !events.is_empty())
    };
    let possible = commands.into_iter().filter(|(_, it)| it.clone().is_some_and(is_possible));
    possible.map(|(name, _)| name).collect()
}

/// A request that differs in nothing but its words.
fn changed(request: &dossier::case::Request) -> dossier::case::Request {
    let note = format!("{}.", request.note);
    dossier::case::Request { note, ..request.clone() }
}
