//! Which version of a pack is live, and which were before.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use kernel::{PackId, ShopId};
use policy::Sources;
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Version};

use super::{Release, belongs_to_another, is_own};
use crate::{App, Problem, headers::changed, problem::Said, wire::Moment};

/// Which version of a pack new orders come under, and those before.
const RELEASE: &str = "pack-release";

/// What is kept of a pack's releases.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Releases {
    /// The last is live.
    pub(super) releases: Vec<Release>,
}

impl App {
    pub(super) fn require_own(&self, name: &str, shop: &ShopId) -> Result<(), Problem> {
        if is_own(name, shop.as_str()) && !belongs_to_another(name, shop, &self.names_of_shops()?) {
            return Ok(());
        }
        let detail = Said::new(
            format!("店铺只能发布自己的策略包：名称须是“{shop}”或以“{shop}-”开头"),
            format!("a shop publishes packs of its own, named `{shop}` or `{shop}-…`"),
        );
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "pack-not-own", detail).at("files"))
    }

    /// The files of a pack, beside the live versions of all others.
    pub(super) fn sources_of(
        &self,
        name: &str,
        files: BTreeMap<String, String>,
    ) -> Result<Sources, Problem> {
        self.follow_releases()?;
        let shelf = self.engine().shelf();
        let mut all = BTreeMap::new();
        for version in shelf.versions() {
            let is_live = shelf.current(version.name()).is_some_and(|it| it.id() == version.id());
            if is_live && version.name() != name {
                for (path, text) in version.files("") {
                    all.insert(format!("{}/{path}", version.name()), text.to_owned());
                }
            }
        }
        all.extend(files.into_iter().map(|(path, text)| (format!("{name}/{path}"), text)));
        Ok(Sources::new(all))
    }

    pub(super) fn releases(&self, name: &str) -> Result<Option<(Version, Releases)>, Problem> {
        let found = self.database().records(&[RecordKey::of_all(RELEASE, name)])?;
        found.into_iter().flatten().next().map(|it| read_releases(&it)).transpose()
    }

    /// Makes a version live for every process, and says so in the pack's own history.
    pub(super) fn release(
        &self,
        version: &PackId,
        stands_on: Option<Version>,
        (by, note): (String, String),
    ) -> Result<Release, Problem> {
        let name = version.as_str().split('@').next().unwrap_or_default().to_owned();
        let (found, mut known) = match self.releases(&name)? {
            Some((found, known)) => (found, known),
            None => (Version(0), Releases { releases: Vec::new() }),
        };
        if stands_on.is_some_and(|it| it != found) {
            return Err(changed(found));
        }
        let release = Release { version: version.to_string(), by, at: Moment(self.now()), note };
        if let Some(last) = known.releases.last().filter(|it| it.version == release.version) {
            return Ok(last.clone());
        }
        known.releases.push(release.clone());
        let body = serde_json::to_string(&known).map_err(|error| Problem::internal(&error))?;
        let draft = Draft {
            key: RecordKey::of_all(RELEASE, name),
            rank: self.now().epoch_seconds(),
            marks: BTreeSet::new(),
            body,
        };
        let change = RecordChange::Put { draft, expected: Some(found) };
        if !self.database().write_records(&[change])? {
            return Err(changed(Version(found.0.saturating_add(1))));
        }
        self.engine().shelf().make_current(version);
        Ok(release)
    }

    /// Takes over what other processes have published or made live.
    pub fn follow_releases(&self) -> Result<(), Problem> {
        let shelf = self.engine().shelf();
        for record in self.database().list_records(&RecordPage::of(RELEASE, "", usize::MAX))? {
            let (_, known) = read_releases(&record)?;
            let Some(live) = known.releases.last() else { continue };
            let Ok(id) = PackId::new(live.version.as_str()) else { continue };
            let name = live.version.split('@').next().unwrap_or_default();
            if shelf.current(name).is_some_and(|it| *it.id() == id) {
                continue;
            }
            if !shelf.make_current(&id) {
                shelf.take_down(&**self.engine().store()).map_err(engine::EngineError::from)?;
                shelf.make_current(&id);
            }
        }
        Ok(())
    }
}

fn read_releases(record: &Record) -> Result<(Version, Releases), Problem> {
    let read = serde_json::from_str(&record.draft.body);
    Ok((record.version, read.map_err(|error| Problem::internal(&error))?))
}
