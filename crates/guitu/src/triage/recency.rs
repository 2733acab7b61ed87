//! How new the files are: what newer exports said is not undone by older ones, and a request that a
//! newer export should have and has not is marked.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::Result;
use dossier::{Command, Dossier, command::Application};
use engine::Engine;
use intake::{Complaint, Expected, Severity, commands::Planned};
use kernel::{DossierKey, ShopId, Timestamp, Zone};
use store::{Document, Store};

/// When the exports were made, as far as is known: as said, else the newest time in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recency {
    made_at: Option<Timestamp>,
    /// When newer exports of these shops were made that the database has already.
    newer: Option<Timestamp>,
}

/// Kind of the documents that say when a shop's exports were made.
const EXPORT: &str = "export";

impl Recency {
    pub(super) fn of(
        store: &dyn Store,
        shops: &BTreeSet<ShopId>,
        made_at: Option<Timestamp>,
    ) -> Result<Self> {
        let known = store.documents(EXPORT)?.into_iter().filter_map(|it| {
            let (seconds, shop) = it.name.split_once(' ')?;
            let is_ours = shops.iter().any(|it| it.as_str() == shop);
            let at = Timestamp::from_epoch_seconds(seconds.parse().ok()?);
            is_ours.then_some(at)
        });
        let newer = known.max().filter(|it| made_at.is_some_and(|made| made < *it));
        Ok(Self { made_at, newer })
    }

    /// Remembers how new these files were.
    pub(super) fn keep(self, store: &dyn Store, shops: &BTreeSet<ShopId>) -> Result<()> {
        let Some(made_at) = self.made_at else { return Ok(()) };
        for shop in shops {
            let name = format!("{} {shop}", made_at.epoch_seconds());
            store.keep(&Document { kind: EXPORT.to_owned(), name, body: String::new() })?;
        }
        Ok(())
    }

    /// Leaves out of `planned` what newer exports have said already: orders and requests that are
    /// known. Scans have times of their own and can only add. What would have changed is counted in
    /// one complaint.
    pub(super) fn leave_out_older(
        self,
        engine: &Engine,
        planned: Vec<Planned>,
        (file, zone): (&Arc<str>, Zone),
    ) -> Result<(Vec<Planned>, Option<Complaint>)> {
        let Some(newer) = self.newer else { return Ok((planned, None)) };
        let mut kept = Vec::with_capacity(planned.len());
        let mut differ: usize = 0;
        let mut current: Option<(DossierKey, Dossier)> = None;
        for it in planned {
            // Commands of one order follow each other.
            let known = match current.take().filter(|(key, _)| *key == it.dossier) {
                Some(known) => known,
                None => (it.dossier.clone(), engine.dossier(&it.dossier)?.1),
            };
            match says(&known.1, &it.command) {
                Said::New => kept.push(it),
                Said::Same => (),
                Said::Otherwise => differ = differ.saturating_add(1),
            }
            current = Some(known);
        }
        let complaint = (0 < differ).then(|| Complaint {
            file: Arc::clone(file),
            row: None,
            column: None,
            found: differ.to_string(),
            expected: older(zone, newer),
            severity: Severity::Warning,
        });
        Ok((kept, complaint))
    }

    /// Whether a request opened then would be in these exports, had they not left it out: `from` is
    /// when the first one in them was filed.
    pub(super) fn covers(self, from: Timestamp, opened_at: Timestamp) -> bool {
        let until = self.made_at.filter(|_| self.newer.is_none());
        until.is_some_and(|until| from <= opened_at && opened_at <= until)
    }
}

/// What a command is beside what the dossier knows.
enum Said {
    New,
    Same,
    Otherwise,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "files make no other commands")]
fn says(known: &Dossier, command: &Command) -> Said {
    let Dossier::Open(body) = known else { return Said::New };
    match command {
        Command::RecordOrder(_) => Said::Same,
        Command::Apply(application) => match body.case(&application.case) {
            Some(case) if is_same(case, application) => Said::Same,
            Some(_) => Said::Otherwise,
            None => Said::New,
        },
        _ => Said::New,
    }
}

fn is_same(case: &dossier::Case, application: &Application) -> bool {
    case.market.standing == application.market.standing
        && case.market.deadline == application.market.deadline
        && case.request.kind == application.request.kind
        && case.request.asked == application.request.asked
}

fn older(zone: Zone, newer: Timestamp) -> Expected {
    let at = zone.civil(newer);
    Expected::Entry {
        english: format!(
            "requests differ from what exports up to {at} said and are left as they are: these \
             files are older; if they are not, say when they were made with --exported"
        ),
        chinese: format!(
            "条申请与截至 {at} 的导出不一致，保持原样：这次的文件更旧；\
             如果不是，请用 --exported 注明导出时间"
        ),
    }
}
