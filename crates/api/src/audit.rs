//! The audit trail, and what positions may do.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use kernel::{Choice as _, ShopId};
use people::{AuditEntry, AuditFilter, AuditPlace, Outcome, Permission, Position};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::{Caller, actor_named},
    problem::Asked,
    wire::{
        Code, Fen, Moment, Page, ShopPath, bounded, codes::PermissionCode, decode_place,
        encode_place, usual_limit,
    },
};

/// What was done, or not allowed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    at: Moment,
    /// Who did it, or would have.
    who: String,
    /// The code of a permission, a command or a change.
    #[schema(example = "approve")]
    what: String,
    /// The order, case, user or key it was about.
    on: String,
    allowed: bool,
    /// Why it was not.
    denied: Option<String>,
    /// If it was about money.
    amount: Option<Fen>,
    /// The request that asked.
    request: String,
    /// The network it came from.
    #[schema(example = "203.0.113.0/24")]
    address: Option<String>,
}

impl AuditView {
    fn of(it: AuditEntry) -> Self {
        let (allowed, denied) = match it.outcome {
            Outcome::Allowed => (true, None),
            Outcome::Denied(code) => (false, Some(code)),
        };
        Self {
            at: Moment(it.at),
            who: it.who.to_string(),
            what: it.what,
            on: it.on,
            allowed,
            denied,
            amount: it.amount_fen.map(Fen),
            request: it.request,
            address: it.address,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Only of this user or key, as entries name them.
    #[serde(default)]
    who: Option<String>,
    /// Only this, such as `approve`.
    #[serde(default)]
    what: Option<String>,
    /// Not before.
    #[serde(default)]
    from: Option<Moment>,
    /// Before.
    #[serde(default)]
    to: Option<Moment>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// Read the audit trail of a shop, newest first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/audit",
    operation_id = "listAudit",
    tag = "people",
    params(ShopPath, AuditQuery),
    responses((status = 200, body = Page<AuditView>)),
)]
pub(crate) async fn list_audit(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadAudit).await?;
    app.run(move |app| app.audit_page(Some(&path.shop), query)).await
}

/// Read the audit trail of the installation, newest first
///
/// What concerns no shop. For platform admins.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "listPlatformAudit",
    tag = "people",
    params(AuditQuery),
    responses((status = 200, body = Page<AuditView>)),
)]
pub(crate) async fn list_platform_audit(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    caller.require_everywhere(Permission::Platform)?;
    app.run(move |app| app.audit_page(None, query)).await
}

impl App {
    fn audit_page(
        &self,
        shop: Option<&ShopId>,
        query: AuditQuery,
    ) -> Result<Json<Page<AuditView>>, Problem> {
        let filter = AuditFilter {
            who: query.who.map(|it| actor_named(&it)).transpose()?,
            what: query.what,
            from: query.from.map(|it| it.0),
            to: query.to.map(|it| it.0),
        };
        let after = query.after.as_deref().map(decode_place::<(i64, String)>).transpose()?;
        let after = after.map(|(rank, id)| AuditPlace { rank, id });
        let limit = bounded(query.limit);
        let found = self.people().audit().entries(shop, &filter, after.as_ref(), limit)?;
        let last = found.last().filter(|_| found.len() == limit);
        let next = last.map(|it| encode_place(&(it.place.rank, &it.place.id)));
        let items = found.into_iter().map(AuditView::of).collect();
        Ok(Json(Page { items, next, server_now: Moment(self.now()) }))
    }
}

/// What positions may do in a shop. How much money is the policy pack's to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatrixView {
    /// By position, the least authority first.
    positions: Vec<PositionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PositionView {
    #[schema(example = "leader")]
    position: String,
    /// Name of the position, by language.
    names: BTreeMap<&'static str, String>,
    permissions: Vec<PermissionCode>,
}

/// Read what positions may do
#[utoipa::path(
    get,
    path = "/api/v1/permissions",
    operation_id = "readPermissions",
    tag = "people",
    responses((status = 200, body = MatrixView)),
)]
pub(crate) async fn read_permissions(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<MatrixView>, Problem> {
    caller.require_staff()?;
    let view = |it: Position| PositionView {
        position: it.code().to_owned(),
        names: BTreeMap::from([
            ("zh", views::names::name(it.code(), policy::Language::Zh)),
            ("en", views::names::name(it.code(), policy::Language::En)),
        ]),
        permissions: app.people().matrix().permissions(it).iter().map(Code).collect(),
    };
    Ok(Json(MatrixView { positions: Position::ALL.iter().copied().map(view).collect() }))
}
