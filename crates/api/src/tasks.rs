//! Work that is owed.

use axum::{Json, extract::State};
use dossier::words::{Role, TaskKind};
use kernel::{Choice as _, Timestamp};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::{Cursor, Listed, TaskPage, TaskRow};
use utoipa::{IntoParams, ToSchema};
use views::worklist::TaskLine;

use crate::{
    App, Problem,
    caller::Caller,
    cases::sift,
    problem::Asked,
    wire::{
        Code, Moment, Page, ShopPath, bounded,
        codes::{RoleCode, TaskKindCode},
        decode_cursor,
        order::TaskView,
        usual_limit,
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TasksQuery {
    /// Only tasks owed by this role.
    #[serde(default)]
    role: Option<RoleCode>,
    #[serde(default)]
    kind: Option<TaskKindCode>,
    /// Only tasks this person has taken on; `me` for the caller, `nobody` for those nobody has.
    #[serde(default)]
    owner: Option<String>,
    /// Only tasks due before then.
    #[serde(default)]
    due_before: Option<Moment>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

impl TasksQuery {
    /// The filters that no index serves.
    fn wants(&self, row: &TaskRow, line: &TaskLine, me: &str) -> bool {
        let is_owner = |wanted: &str| match wanted {
            "nobody" => line.owner.is_none(),
            "me" => line.owner.as_deref() == Some(me),
            wanted => line.owner.as_deref() == Some(wanted),
        };
        self.kind.is_none_or(|it| it.0.code() == row.kind)
            && self.due_before.is_none_or(|it| row.due < it.0)
            && self.owner.as_deref().is_none_or(is_owner)
    }
}

/// List open tasks, most urgent first
///
/// A filtered page may hold fewer items than asked for and still have a `next`.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/tasks",
    operation_id = "listTasks",
    tag = "tasks",
    params(ShopPath, TasksQuery),
    responses((status = 200, body = Page<TaskView>)),
)]
pub(crate) async fn list_tasks(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<TasksQuery>,
) -> Result<Json<Page<TaskView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let me = caller.name().to_owned();
    app.run(move |app| {
        let after = query.after.as_deref().map(|it| decode_cursor(it, &path.shop)).transpose()?;
        let now = app.now();
        let role = query.role.map(|it| it.0.code().to_owned());
        let read = |after, limit| {
            let page = TaskPage { shop: path.shop.clone(), role: role.clone(), after, limit };
            Ok(app.database().tasks(&page)?)
        };
        let mut failed = None;
        let take = |it: Listed<TaskRow>| match TaskLine::decode(&it.row.body) {
            Ok(line) => query.wants(&it.row, &line, &me).then(|| listed(it, line, now)).flatten(),
            Err(error) => {
                failed = Some(error);
                None
            }
        };
        let (items, next) = sift(bounded(query.limit), after, read, place_of_task, take)?;
        match failed {
            Some(error) => Err(Problem::internal(&error)),
            None => Ok(Json(Page { items, next, server_now: Moment(now) })),
        }
    })
    .await
}

fn place_of_task(it: &Listed<TaskRow>) -> Cursor {
    Cursor { rank: it.row.rank, dossier: it.dossier.clone(), id: it.row.task.to_string() }
}

/// A row of the list. One of a kind that this version does not know is left to a newer one.
fn listed(it: Listed<TaskRow>, line: TaskLine, now: Timestamp) -> Option<TaskView> {
    Some(TaskView {
        order: it.dossier.order.to_string(),
        task: it.row.task.to_string(),
        case: it.row.case.map(|it| it.to_string()),
        kind: Code(TaskKind::from_code(&it.row.kind)?),
        role: Code(Role::from_code(&it.row.role)?),
        due: Moment(it.row.due),
        overdue: line.overdue || it.row.due < now,
        owner: line.owner,
    })
}

/// How many tasks are open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskCounts {
    roles: Vec<RoleCount>,
    server_now: Moment,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleCount {
    role: RoleCode,
    /// Counted no further than 1000.
    open: usize,
    overdue: usize,
}

/// Most tasks counted for one role.
const MOST_COUNTED: usize = 1_000;

/// Count open tasks by role
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/tasks/counts",
    operation_id = "countTasks",
    tag = "tasks",
    params(ShopPath),
    responses((status = 200, body = TaskCounts)),
)]
pub(crate) async fn count_tasks(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
) -> Result<Json<TaskCounts>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let now = app.now();
        let mut roles = Vec::new();
        for &role in Role::ALL {
            let page = TaskPage {
                shop: path.shop.clone(),
                role: Some(role.code().to_owned()),
                after: None,
                limit: MOST_COUNTED,
            };
            let rows = app.database().tasks(&page)?;
            let overdue = rows.iter().filter(|it| it.row.due < now).count();
            if !rows.is_empty() {
                roles.push(RoleCount { role: Code(role), open: rows.len(), overdue });
            }
        }
        Ok(Json(TaskCounts { roles, server_now: Moment(now) }))
    })
    .await
}
