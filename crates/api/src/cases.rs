//! Cases: lists, one with everything about it, and why it was decided so.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::{CasePage, CaseRow, Cursor, Listed, Version};
use utoipa::{IntoParams, ToSchema};
use views::{reply::Of, worklist::Item};

use crate::{
    App, Problem,
    app::Known,
    caller::Caller,
    headers::{InLanguage, etag},
    problem::Asked,
    wire::{
        CasePath, Fen, Moment, Page, ShopPath, bounded,
        case::CaseView,
        codes::{CaseKindCode, ReasonCode},
        decode_cursor, encode_cursor,
        judgement::RulingView,
        usual_limit,
    },
};

/// A case, as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseLine {
    order: String,
    case: String,
    #[schema(example = "return-refund")]
    kind: String,
    reason: String,
    /// The name that stands for the buyer in this shop.
    buyer: String,
    status: String,
    /// What policy says should become of it.
    verdict: String,
    clause: Option<String>,
    /// What is paid if policy is followed.
    amount: Fen,
    /// What was asked for; none asks for all that is due.
    asked: Option<Fen>,
    cap: Fen,
    opened_at: Moment,
    /// When the marketplace acts by itself.
    deadline: Option<Moment>,
    /// By when to look at it; lists are in this order.
    rank: Moment,
    /// 1 passed or within two hours, 2 within a day, 3 within two days, 4 later.
    priority: u8,
    flags: Vec<String>,
    lines: Vec<CaseLineGoods>,
    /// Open tasks, the first being what the case waits for.
    tasks: Vec<CaseLineTask>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseLineGoods {
    line: u16,
    sku: String,
    title: String,
    quantity: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseLineTask {
    task: String,
    kind: String,
    role: String,
    due: Moment,
    overdue: bool,
    owner: Option<String>,
}

impl CaseLine {
    fn of(item: Item, now: kernel::Timestamp) -> Self {
        let priority = item.priority(now);
        let goods = |it: views::worklist::LineOf| CaseLineGoods {
            line: it.line,
            sku: it.sku,
            title: it.title,
            quantity: it.quantity,
        };
        let task = |it: views::worklist::TaskLine| CaseLineTask {
            task: it.task,
            kind: it.kind,
            role: it.role,
            due: Moment(it.due),
            overdue: it.overdue,
            owner: it.owner,
        };
        Self {
            order: item.order_no,
            case: item.refund_no,
            kind: item.kind,
            reason: item.reason,
            buyer: item.buyer,
            status: item.status,
            verdict: item.ruling,
            clause: item.clause,
            amount: Fen(item.amount_fen),
            asked: item.requested_fen.map(Fen),
            cap: Fen(item.cap_fen),
            opened_at: Moment(item.opened_at),
            deadline: item.deadline.map(Moment),
            rank: Moment(item.rank),
            priority,
            flags: item.flags,
            lines: item.lines.into_iter().map(goods).collect(),
            tasks: item.tasks.into_iter().map(task).collect(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CasesQuery {
    /// Only open cases, or only closed ones.
    #[serde(default = "yes")]
    #[param(default = true)]
    open: bool,
    /// Only cases in this status, such as `under-review`.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    kind: Option<CaseKindCode>,
    #[serde(default)]
    reason: Option<ReasonCode>,
    /// Only cases policy wants this of, such as `refund`.
    #[serde(default)]
    verdict: Option<String>,
    /// Only cases with this flag, such as `high-risk`.
    #[serde(default)]
    flag: Option<String>,
    /// Only cases of this buyer.
    #[serde(default)]
    buyer: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

fn yes() -> bool {
    true
}

impl CasesQuery {
    /// The filters that no index serves.
    fn wants(&self, item: &Item) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|it| it == found);
        is(&self.verdict, &item.ruling)
            && is(&self.buyer, &item.buyer)
            && self.kind.is_none_or(|it| it.0.to_string() == item.kind)
            && self.reason.is_none_or(|it| it.0.to_string() == item.reason)
            && self.flag.as_ref().is_none_or(|it| item.flags.contains(it))
    }
}

/// Most rows looked through for one page of a filtered list. The next page goes on from there.
pub(crate) const MOST_SEEN: usize = 4_000;

/// Collects a page of what `wants` takes out of rows that come in order, `read` by `read`, and says
/// where the next page begins.
pub(crate) fn sift<R, T>(
    limit: usize,
    after: Option<Cursor>,
    mut read: impl FnMut(Option<Cursor>, usize) -> Result<Vec<R>, Problem>,
    place: impl Fn(&R) -> Cursor,
    mut take: impl FnMut(R) -> Option<T>,
) -> Result<(Vec<T>, Option<String>), Problem> {
    let (mut items, mut after, mut n_seen) = (Vec::new(), after, 0_usize);
    loop {
        // A page that is filtered reads ahead; one that is not reads what it shows.
        let portion = if n_seen == 0 { limit } else { limit.saturating_mul(4).max(200) };
        let rows = read(after.clone(), portion)?;
        let is_last = rows.len() < portion;
        for row in rows {
            n_seen = n_seen.saturating_add(1);
            let here = place(&row);
            items.extend(take(row));
            after = Some(here);
            if items.len() == limit {
                return Ok((items, after.as_ref().map(encode_cursor)));
            }
        }
        if is_last {
            return Ok((items, None));
        }
        if MOST_SEEN <= n_seen {
            return Ok((items, after.as_ref().map(encode_cursor)));
        }
    }
}

/// List cases, most urgent first
///
/// A filtered page may hold fewer items than asked for and still have a `next`.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/cases",
    operation_id = "listCases",
    tag = "cases",
    params(ShopPath, CasesQuery),
    responses((status = 200, body = Page<CaseLine>)),
)]
pub(crate) async fn list_cases(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<CasesQuery>,
) -> Result<Json<Page<CaseLine>>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let after = query.after.as_deref().map(|it| decode_cursor(it, &path.shop)).transpose()?;
        let now = app.now();
        let mut failed = None;
        let read = |after, limit| {
            let status = query.status.clone();
            let page = CasePage { shop: path.shop.clone(), open: query.open, status, after, limit };
            Ok(app.database().cases(&page)?)
        };
        let take = |it: Listed<CaseRow>| match Item::decode(&it.row.body) {
            Ok(item) => query.wants(&item).then(|| CaseLine::of(item, now)),
            Err(error) => {
                failed = Some(error);
                None
            }
        };
        let (items, next) = sift(bounded(query.limit), after, read, place_of_case, take)?;
        match failed {
            Some(error) => Err(Problem::internal(&error)),
            None => Ok(Json(Page { items, next, server_now: Moment(now) })),
        }
    })
    .await
}

fn place_of_case(it: &Listed<CaseRow>) -> Cursor {
    Cursor { rank: it.row.rank, dossier: it.dossier.clone(), id: it.row.case.to_string() }
}

/// Read a case with everything about it
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}",
    operation_id = "readCase",
    tag = "cases",
    params(CasePath),
    responses((status = 200, body = CaseView)),
)]
pub(crate) async fn read_case(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let view = app.run(move |app| app.read(&path.dossier())?.case_view(&path)).await?;
    Ok((AppendHeaders([(header::ETAG, etag(Version(view.version)))]), Json(view)))
}

impl Known {
    pub(crate) fn case(&self, path: &CasePath) -> Result<&dossier::Case, Problem> {
        self.body.case(&path.case).ok_or_else(Problem::not_found)
    }

    fn case_view(&self, path: &CasePath) -> Result<CaseView, Problem> {
        Ok(CaseView::of(&path.dossier(), self.version, &self.body, self.case(path)?))
    }
}

/// Why a case was decided as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// In plain words, a line each.
    lines: Vec<String>,
    /// What policy said to each question, in the order asked. The last one decided.
    rulings: Vec<RulingView>,
    /// What to say to the buyer, with this case's figures filled in.
    reply: String,
}

/// Explain a case
///
/// The rulings with the facts they stood on, the amount and how it came about, and the reply
/// policy suggests, in the caller's language.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/rulings",
    operation_id = "explainCase",
    tag = "cases",
    params(CasePath),
    responses((status = 200, body = Explanation)),
)]
pub(crate) async fn explain_case(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    InLanguage(language): InLanguage,
) -> Result<Json<Explanation>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let (key, known) = (path.dossier(), app.read(&path.dossier())?);
        let case = known.case(&path)?;
        let of = Of {
            dossier: &key,
            body: &known.body,
            case,
            pack: &known.pack,
            sender: views::reply::Sender::default(),
        };
        let rulings = case.judgement.iter().flat_map(|it| &it.rulings);
        Ok(Json(Explanation {
            lines: views::explain::explain(of, language).lines().map(str::to_owned).collect(),
            rulings: rulings.map(RulingView::of).collect(),
            reply: views::reply::draft(of, language),
        }))
    })
    .await
}
