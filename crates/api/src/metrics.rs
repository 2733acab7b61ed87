//! Figures of a shop over some days.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use insight::{Average, InsightError, Rate, Segment};
use kernel::{Choice as _, Timestamp};
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::Caller,
    problem::Asked,
    wire::{Fen, Moment, ShopPath},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsQuery {
    /// First day, such as 2026-11-01; thirty days before the last if it is not given.
    #[serde(default)]
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, included; today if it is not given.
    #[serde(default)]
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// A share, with what it is a share of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RateView {
    part: i64,
    of: i64,
    /// In hundredths of a percent; none of nothing.
    basis_points: Option<i64>,
}

impl RateView {
    fn of(it: Rate) -> Self {
        Self { part: it.part, of: it.of, basis_points: it.basis_points() }
    }
}

/// A mean, with what it is the mean of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AverageView {
    count: i64,
    /// In seconds; none of nothing.
    mean_seconds: Option<i64>,
}

impl AverageView {
    fn of(it: Average) -> Self {
        Self { count: it.count, mean_seconds: it.mean() }
    }
}

/// One of the five parts of a return's time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentView {
    /// `approval`, `mailing`, `transit`, `inspection` or `refund`.
    #[schema(example = "approval")]
    segment: &'static str,
    /// Whether the merchant answers for it.
    controllable: bool,
    time: AverageView,
}

/// Pieces that came back, or were asked for, for a reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GoodsView {
    reason: String,
    sku: String,
    pieces: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentView {
    /// Who.
    agent: String,
    decided: i64,
    answered: i64,
    handed_over: i64,
    given: Fen,
}

/// What a day added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    #[schema(format = Date)]
    day: String,
    orders: i64,
    cases: i64,
    refunds: i64,
    refunded: Fen,
    tasks_overdue: i64,
}

/// The figures of a shop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metrics {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    /// METRIC-01: orders whose first request is for quality, of all orders closed.
    quality_refund_rate: RateView,
    /// METRIC-02: refunds without return, from application to completion.
    refund_only_time: AverageView,
    /// METRIC-03: refunds with return, from application to the completed refund.
    return_refund_time: AverageView,
    /// METRIC-06: disputes lost, of all orders.
    dispute_refund_rate: RateView,
    /// METRIC-13: interventions of the marketplace, of all refunds.
    intervention_rate: RateView,
    /// METRIC-23: refunds, of all orders.
    refund_rate: RateView,
    /// METRIC-04: the five parts of a return's time, in order.
    segments: Vec<SegmentView>,
    /// METRIC-09: time from application to completion, by route.
    routes: BTreeMap<String, AverageView>,
    /// METRIC-18: requests by reason.
    reasons: BTreeMap<String, i64>,
    /// The 200 largest, largest first.
    goods: Vec<GoodsView>,
    /// Money given by the clause behind it.
    clauses: BTreeMap<String, Fen>,
    /// Money given by what it was for.
    purposes: BTreeMap<String, Fen>,
    agents: Vec<AgentView>,
    /// METRIC-21: tasks answered, and due times missed.
    tasks_answered: i64,
    tasks_overdue: i64,
    /// Days on which anything happened.
    days: Vec<DayView>,
    /// How far behind what happens the figures are, in commits; counted to 1000.
    behind: usize,
    server_now: Moment,
}

/// Days of a report if nobody says, and the most there may be.
const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 400;
const MOST_GOODS: usize = 200;

/// Read a shop's figures
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/metrics",
    operation_id = "readMetrics",
    tag = "metrics",
    params(ShopPath, MetricsQuery),
    responses((status = 200, body = Metrics)),
)]
pub(crate) async fn read_metrics(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<MetricsQuery>,
) -> Result<Json<Metrics>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadMetrics).await?;
    app.run(move |app| {
        let last = query.to.map_or(Ok(app.day()), |it| day_of("to", &it))?;
        let usual = last.saturating_sub(USUAL_DAYS.saturating_sub(1));
        let first = query.from.map_or(Ok(usual), |it| day_of("from", &it))?;
        if last < first || MOST_DAYS <= last.saturating_sub(first) {
            let why = format!("at most {MOST_DAYS} days, the first not after the last");
            return Err(Problem::malformed("from", why));
        }
        let report = insight::report(&**app.database(), &path.shop, (first, last))?;
        let place = insight::read_up_to(&**app.database())?;
        let behind = app.database().feed(place, 1_000)?.len();
        Ok(Json(Metrics::of(report, (first, last), (behind, app.now()))))
    })
    .await
}

impl Metrics {
    fn of(
        report: insight::Report,
        (first, last): (i64, i64),
        (behind, now): (usize, Timestamp),
    ) -> Self {
        let segment = |(it, time): &(Segment, Average)| SegmentView {
            segment: it.code(),
            controllable: it.is_controllable(),
            time: AverageView::of(*time),
        };
        let mut goods: Vec<GoodsView> = report
            .goods
            .into_iter()
            .map(|((reason, sku), pieces)| GoodsView { reason, sku, pieces })
            .collect();
        goods.sort_by_key(|it| std::cmp::Reverse(it.pieces));
        goods.truncate(MOST_GOODS);
        let agent = |(agent, it): (String, insight::Agent)| AgentView {
            agent,
            decided: it.decided,
            answered: it.answered,
            handed_over: it.handed_over,
            given: Fen(it.given_fen),
        };
        let day = |(day, sums): &(i64, insight::Sums)| DayView {
            day: date(*day),
            orders: sums.get("orders"),
            cases: sums.get("cases"),
            refunds: sums.get("refunds"),
            refunded: Fen(sums.get("paid-fen.refund")),
            tasks_overdue: sums.get("tasks-overdue"),
        };
        let fen = |(name, amount): (String, i64)| (name, Fen(amount));
        Self {
            from: date(first),
            to: date(last),
            quality_refund_rate: RateView::of(report.quality),
            refund_only_time: AverageView::of(report.refund_only),
            return_refund_time: AverageView::of(report.return_refund),
            dispute_refund_rate: RateView::of(report.disputes),
            intervention_rate: RateView::of(report.interventions),
            refund_rate: RateView::of(report.refunds),
            segments: report.segments.iter().map(segment).collect(),
            routes: report
                .routes
                .into_iter()
                .map(|(name, it)| (name, AverageView::of(it)))
                .collect(),
            reasons: report.reasons,
            goods,
            clauses: report.clauses.into_iter().map(fen).collect(),
            purposes: report.purposes.into_iter().map(fen).collect(),
            agents: report.agents.into_iter().map(agent).collect(),
            tasks_answered: report.due.answered,
            tasks_overdue: report.due.overdue,
            days: report.days.iter().map(day).collect(),
            behind,
            server_now: Moment(now),
        }
    }
}

/// `2026-11-24` as the number of days since 1970-01-01.
fn day_of(field: &str, text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::malformed(field, "a day such as 2026-11-24");
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    let days = epoch.until(date).map_err(|_| wrong())?.get_days();
    Ok(i64::from(days))
}

fn date(day: i64) -> String {
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    let span = jiff::Span::new().try_days(day).unwrap_or_default();
    epoch.checked_add(span).map(|it| it.to_string()).unwrap_or_default()
}

impl From<InsightError> for Problem {
    fn from(error: InsightError) -> Self {
        match error {
            InsightError::Store(error) => error.into(),
            error @ (InsightError::Unreadable(..)
            | InsightError::Unwritable(_)
            | InsightError::History(_)) => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{date, day_of};

    #[test]
    fn days_are_dates_and_back() {
        assert_eq!(day_of("from", "1970-01-02").unwrap(), 1);
        assert_eq!(date(day_of("from", "2026-11-24").unwrap()), "2026-11-24");
        assert!(day_of("from", "2026-13-01").is_err());
        assert!(day_of("from", "yesterday").is_err());
    }
}
