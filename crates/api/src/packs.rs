//! Versions of the policy: reading, checking, publishing, going back.
//!
//! A pack that several shops may use is the installation's; a pack whose name is the shop's, or
//! begins with it and a hyphen, is the shop's own. A shop's pack may extend any pack that is live.

mod releases;

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use kernel::{PackId, ShopId};
use people::Permission;
use policy::{Complaint, Pack};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch},
    problem::{Input, Said},
    wire::{Moment, ShopPath, parsed},
};

/// A version made live.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Release {
    /// `name@version`
    version: String,
    by: String,
    at: Moment,
    /// What changed and why.
    note: String,
}

/// A version of a pack.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackView {
    /// `name@version`: the version its author gave, and a hash of all it says.
    #[schema(example = "apparel@3-1f9c2a7b4d")]
    version: String,
    name: String,
    title_zh: String,
    title_en: String,
    /// Whether new orders come under it.
    live: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Packs {
    packs: Vec<PackView>,
    /// The name of the pack new orders of the shop come under.
    usual: String,
}

/// Everything a version says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackFiles {
    version: String,
    /// Texts by path within the pack, with what it inherits written out.
    files: BTreeMap<String, String>,
    /// Oldest first; of the pack, not of this version alone.
    releases: Vec<Release>,
}

/// A pack to be checked or published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackBody {
    /// Texts by path within the pack: `pack.toml`, `tables/refund-path.csv`. A pack that extends
    /// another only has what it changes.
    files: BTreeMap<String, String>,
    /// What changed and why; required to publish.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
}

/// What is wrong with a pack.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// The version it would be; none if it cannot be used.
    version: Option<String>,
    complaints: Vec<ComplaintView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintView {
    /// An error keeps the pack from being used; a warning does not.
    error: bool,
    file: String,
    table: Option<String>,
    row: Option<String>,
    what: String,
}

impl ComplaintView {
    fn of(it: Complaint) -> Self {
        let error = it.is_error();
        Self { error, file: it.file, table: it.table, row: it.row, what: it.what }
    }
}

/// List the versions of packs a shop can use
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/packs",
    operation_id = "listPacks",
    tag = "packs",
    params(ShopPath),
    responses((status = 200, body = Packs)),
)]
pub(crate) async fn list_packs(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
) -> Result<Json<Packs>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let usual = app.usual_pack(&path.shop).await?;
    app.run(move |app| {
        app.follow_releases()?;
        let shelf = app.engine().shelf();
        let shops = app.names_of_shops()?;
        let mut packs = Vec::new();
        for pack in shelf.versions() {
            if belongs_to_another(pack.name(), &path.shop, &shops) {
                continue;
            }
            let live = shelf.current(pack.name()).is_some_and(|it| it.id() == pack.id());
            packs.push(PackView {
                version: pack.id().to_string(),
                name: pack.name().to_owned(),
                title_zh: pack.title().zh.clone(),
                title_en: pack.title().en.clone(),
                live,
            });
        }
        Ok(Json(Packs { packs, usual }))
    })
    .await
}

/// Whether the name is one of `shop`'s own.
fn is_own(name: &str, shop: &str) -> bool {
    name.strip_prefix(shop).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a pack of the name is some other shop's own. The longest shop's name that fits owns it.
pub(crate) fn belongs_to_another(name: &str, shop: &ShopId, shops: &[String]) -> bool {
    let owners = shops.iter().filter(|it| is_own(name, it));
    owners.max_by_key(|it| it.len()).is_some_and(|it| it != shop.as_str())
}

/// Read everything a version of a pack says
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/packs/{version}",
    operation_id = "readPack",
    tag = "packs",
    params(ShopPath, ("version" = String, Path, description = "`name@version`")),
    responses((status = 200, body = PackFiles)),
)]
pub(crate) async fn read_pack(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    version: crate::commands::Named<PackId>,
) -> Result<Json<PackFiles>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        app.follow_releases()?;
        let found = app.engine().shelf().version(&version.0).ok_or_else(Problem::not_found)?;
        if belongs_to_another(found.name(), &path.shop, &app.names_of_shops()?) {
            return Err(Problem::not_found());
        }
        let releases = app.releases(found.name())?.map_or_else(Vec::new, |(_, it)| it.releases);
        let files = found.files("").map(|(path, text)| (path.to_owned(), text.to_owned()));
        Ok(Json(PackFiles { version: found.id().to_string(), files: files.collect(), releases }))
    })
    .await
}

/// Check a pack without publishing it
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/packs:check",
    operation_id = "checkPack",
    tag = "packs",
    params(ShopPath),
    request_body = PackBody,
    responses((status = 200, body = Checked)),
)]
pub(crate) async fn check_pack(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Input(body): Input<PackBody>,
) -> Result<Json<Checked>, Problem> {
    caller.require(&app, &path.shop, Permission::PublishPacks).await?;
    app.run(move |app| {
        let name = named(&body.files)?;
        let sources = app.sources_of(&name, body.files)?;
        let mut complaints = policy::check(&name, &sources, &dossier::VOCABULARY);
        let version = match Pack::build(&name, &sources, &dossier::VOCABULARY) {
            Ok(pack) => Some(pack.id().to_string()),
            Err(errors) => {
                complaints = errors;
                None
            }
        };
        let complaints = complaints.into_iter().map(ComplaintView::of).collect();
        Ok(Json(Checked { version, complaints }))
    })
    .await
}

/// Publish a pack of the shop's own
///
/// New orders come under it from now on; orders that are known keep theirs.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/packs",
    operation_id = "publishPack",
    tag = "packs",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this publication for life."),
    ),
    request_body = PackBody,
    responses((status = 200, body = Release)),
)]
pub(crate) async fn publish_pack(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    _: IdempotencyKey,
    Input(body): Input<PackBody>,
) -> Result<Json<Release>, Problem> {
    caller.require(&app, &path.shop, Permission::PublishPacks).await?;
    if body.note.trim().is_empty() {
        return Err(Problem::malformed("note", "say what changed and why"));
    }
    let by = caller.name().to_owned();
    app.run(move |app| {
        let name = named(&body.files)?;
        app.require_own(&name, &path.shop)?;
        let sources = app.sources_of(&name, body.files)?;
        let pack =
            Pack::build(&name, &sources, &dossier::VOCABULARY).map_err(|it| unusable(&it))?;
        let published = app
            .engine()
            .shelf()
            .publish(&**app.engine().store(), pack)
            .map_err(engine::EngineError::from)?;
        app.release(published.id(), None, (by, body.note)).map(Json)
    })
    .await
}

/// Which version is to be live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveBody {
    /// `name@version`
    version: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// Make an earlier version of a pack of the shop's own live again
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/packs:live",
    operation_id = "goBackToPack",
    tag = "packs",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this change for life."),
    ),
    request_body = LiveBody,
    responses((status = 200, body = Release)),
)]
pub(crate) async fn go_back_to_pack(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    _: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<LiveBody>,
) -> Result<Json<Release>, Problem> {
    caller.require(&app, &path.shop, Permission::PublishPacks).await?;
    let by = caller.name().to_owned();
    app.run(move |app| {
        let version: PackId = parsed("version", body.version)?;
        app.follow_releases()?;
        let shelf = app.engine().shelf();
        let pack = shelf.version(&version).ok_or_else(Problem::not_found)?;
        app.require_own(pack.name(), &path.shop)?;
        app.release(&version, stands_on.optional(), (by, body.note)).map(Json)
    })
    .await
}

fn named(files: &BTreeMap<String, String>) -> Result<String, Problem> {
    let manifest = files.get("pack.toml");
    let manifest = manifest.ok_or_else(|| Problem::malformed("files", "`pack.toml` is missing"))?;
    let line = manifest.lines().find_map(|it| it.trim().strip_prefix("name"));
    let name = line.and_then(|it| it.split('"').nth(1));
    name.map(str::to_owned).ok_or_else(|| {
        Problem::malformed("files", "`pack.toml` has a line such as name = \"shop\"")
    })
}

fn unusable(complaints: &[Complaint]) -> Problem {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    let first = lines.first().cloned().unwrap_or_default();
    let detail = Said::new(
        format!("策略包不能使用，共 {} 处错误，第一处：{first}", lines.len()),
        format!("the pack cannot be used for {} reasons, the first: {first}", lines.len()),
    );
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "pack-unusable", detail).at("files")
}
