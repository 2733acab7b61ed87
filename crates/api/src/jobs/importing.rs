//! An import at work: files into commands, in portions.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use dossier::{
    Command,
    command::Actor,
    words::{Channel, Role},
};
use engine::{EngineError, Reply, Request};
use intake::{
    Context, FileError, ItemRow, Language as Spoken, OrderRow, Reading, RefundRow, Sheet, TrackRow,
    check_references,
    commands::{Files, Planned, Setting, plan},
    open_sheet, read_items, read_orders, read_refunds, read_tracks,
};
use kernel::{Choice as _, OrderNo, Timestamp};
use people::Shop;
use policy::Language;

use super::{
    Sheets,
    known::{self, Known},
    lines::Lines,
    record::{Failure, Held, folder},
    sealing,
    workers::Stopped,
};
use crate::{App, Problem, caller::actor_named};

/// How many commands are handed to the engine at a time.
const PORTION: usize = if cfg!(test) { 16 } else { 256 };

/// How work on a job ends.
pub(super) enum End {
    Done(Lines),
    Failed(Failure),
    /// Whoever works on it was told to stop.
    Stopped,
    /// It was cancelled, or somebody else holds it by now.
    Lost,
}

/// Everything the files say, by what it is about.
#[derive(Default)]
struct Rows {
    orders: Vec<OrderRow>,
    items: Vec<ItemRow>,
    refunds: Vec<RefundRow>,
    tracks: Vec<TrackRow>,
    channel: Option<Arc<str>>,
}

/// What ends work early.
enum Early {
    End(End),
    Problem(Problem),
}

impl From<Problem> for Early {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Works until it is done, or `stopped` says so. A problem is one that may pass. Blocks.
pub(super) fn import(
    app: &App,
    held: &mut Held,
    sheets: &[Sheets],
    stopped: Stopped<'_>,
) -> Result<End, Problem> {
    let mut one = Importing { app, held, stopped, lines: Lines::default() };
    match one.run(sheets) {
        Ok(()) => Ok(End::Done(one.lines)),
        Err(Early::End(end)) => Ok(end),
        Err(Early::Problem(problem)) => Err(problem),
    }
}

struct Importing<'a> {
    app: &'a App,
    held: &'a mut Held,
    stopped: Stopped<'a>,
    lines: Lines,
}

impl Importing<'_> {
    fn run(&mut self, sheets: &[Sheets]) -> Result<(), Early> {
        let shop = self.app.people().shop(&self.held.shop).map_err(Problem::from)?;
        let shop = shop.ok_or_else(Problem::not_found)?;
        // The moment of the job, not of this beginning: commands are named after it.
        let now = Timestamp::from_epoch_seconds(self.held.job.created_at);
        let rows = self.rows(sheets, now)?;
        let planned = self.planned(rows, &shop, now)?;
        let n_commands = u64::try_from(planned.len()).unwrap_or(u64::MAX);
        self.held.job.progress.commands = n_commands;
        self.told()?;
        let actor = self.actor()?;
        let mut planned = planned.into_iter().peekable();
        while planned.peek().is_some() {
            let portion: Vec<Planned> = planned.by_ref().take(PORTION).collect();
            self.give(&portion, &actor, &shop.pack)?;
            self.told()?;
        }
        Ok(())
    }

    /// Writes how far it is; ends if there is nothing more to do here.
    fn told(&mut self) -> Result<(), Early> {
        let progress = &mut self.held.job.progress;
        progress.rows_rejected = self.lines.n_rejected();
        progress.warnings = self.lines.n_warnings();
        if !self.held.keep(self.app)? {
            return Err(Early::End(End::Lost));
        }
        if (self.stopped)() {
            return Err(Early::End(End::Stopped));
        }
        Ok(())
    }

    fn path(&self, sheet: Sheets) -> PathBuf {
        folder(self.app, &self.held.job.folder).join(sheet.code())
    }

    fn rows(&mut self, sheets: &[Sheets], now: Timestamp) -> Result<Rows, Early> {
        let context = Context { zone: self.app.settings().zone, now };
        let mut rows = Rows::default();
        for &sheet in sheets {
            let path = self.path(sheet);
            let open = open_sheet(&path, self.app.dictionary()).map_err(|it| unreadable(&it))?;
            match sheet {
                Sheets::Orders => {
                    rows.channel = open.channel();
                    let read = self.read(open, &context, read_orders)?;
                    rows.orders = self.sealed(&read.rejected.file, read.rows)?;
                }
                Sheets::Items => rows.items = self.read(open, &context, read_items)?.rows,
                Sheets::Refunds => rows.refunds = self.read(open, &context, read_refunds)?.rows,
                Sheets::Tracks => rows.tracks = self.read(open, &context, read_tracks)?.rows,
            }
            self.told()?;
        }
        Ok(rows)
    }

    fn read<'s, R>(
        &mut self,
        sheet: Sheet<'s>,
        context: &Context,
        read: fn(Sheet<'s>, &Context) -> Result<Reading<R>, FileError>,
    ) -> Result<Reading<R>, Early> {
        let reading = read(sheet, context).map_err(|it| unreadable(&it))?;
        reading.complaints.iter().for_each(|it| self.lines.complain(it));
        let n_rows = reading.rows.len().saturating_add(reading.rejected.rows.len());
        let progress = &mut self.held.job.progress;
        let n_rows = u64::try_from(n_rows).unwrap_or(u64::MAX);
        progress.rows_read = progress.rows_read.saturating_add(n_rows);
        Ok(reading)
    }

    fn sealed(&mut self, file: &Arc<str>, rows: Vec<OrderRow>) -> Result<Vec<OrderRow>, Early> {
        let (shop, mut sealed) = (self.held.shop.clone(), Vec::with_capacity(rows.len()));
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let portion = rows.by_ref().take(sealing::PORTION).collect();
            let (more, complaints) = sealing::seal(self.app, &shop, file, portion)?;
            for it in complaints {
                self.lines.complain(&it);
            }
            sealed.extend(more);
            self.told()?;
        }
        Ok(sealed)
    }

    /// The commands that the rows ask for, those of orders that are known already among them.
    fn planned(&mut self, rows: Rows, shop: &Shop, now: Timestamp) -> Result<Vec<Planned>, Early> {
        let Rows { mut orders, mut items, refunds, mut tracks, channel } = rows;
        let [refunds_file, tracks_file, items_file]: [Arc<str>; 3] =
            [Sheets::Refunds, Sheets::Tracks, Sheets::Items].map(|it| it.code().into());
        let uploaded: BTreeSet<OrderNo> = orders.iter().map(|it| it.order_no.clone()).collect();
        let named = orders.iter().flat_map(|it| &it.parcels);
        let named = named.chain(refunds.iter().filter_map(|it| it.return_parcel.as_ref()));
        let named = named.cloned().collect();
        let id = &self.held.shop;
        let mut complaints = known::find_orders(self.app, id, &named, &tracks_file, &mut tracks)?;
        let known = Known::read(self.app, id, &uploaded, &refunds, &tracks)?;
        orders.extend(known.orders);
        items.extend(known.items);
        complaints.extend(known::strangers(&orders, &tracks_file, &tracks));
        let items = reading(items_file, items);
        let refunds = reading(Arc::clone(&refunds_file), refunds);
        complaints.extend(check_references(&orders, &items, &refunds));
        let files = Files {
            orders: &orders,
            items: &items.rows,
            refunds: &refunds.rows,
            tracks: &tracks,
            refunds_file: &refunds_file,
        };
        let setting = Setting { shop: id.clone(), channel: channel_of(shop, channel), now };
        let (mut planned, more) = plan(files, &setting);
        complaints.iter().chain(&more).for_each(|it| self.lines.complain(it));
        planned.retain(|it| {
            !matches!(it.command, Command::RecordOrder(_)) || uploaded.contains(&it.dossier.order)
        });
        for it in &mut planned {
            known::as_known(self.app, it, now)?;
        }
        Ok(planned)
    }

    /// Who it is that the history shows: whoever brought the file, speaking for the marketplace.
    fn actor(&self) -> Result<Actor, Early> {
        Ok(Actor { id: actor_named(&self.held.job.by)?, role: Role::System, grade: 1 })
    }

    fn give(&mut self, portion: &[Planned], actor: &Actor, pack: &str) -> Result<(), Early> {
        let requests = portion.iter().map(|it| Request {
            dossier: it.dossier.clone(),
            key: it.key.clone(),
            actor: actor.clone(),
            command: it.command.clone(),
            pack: pack.to_owned(),
        });
        let answers = self.app.engine().execute_all(requests);
        for (planned, answer) in portion.iter().zip(answers) {
            self.hear(planned, answer)?;
        }
        Ok(())
    }

    fn hear(&mut self, planned: &Planned, answer: Result<Reply, EngineError>) -> Result<(), Early> {
        let progress = &mut self.held.job.progress;
        let said = match answer {
            Ok(reply) => {
                let count = if reply.kinds.is_empty() {
                    &mut progress.unchanged
                } else {
                    &mut progress.accepted
                };
                *count = count.saturating_add(1);
                return Ok(());
            }
            Err(EngineError::Rejected(it)) => {
                let said = |language| views::refusal(&it, language);
                (said(Language::Zh), said(Language::En))
            }
            Err(error @ (EngineError::UnknownPack { .. } | EngineError::Unreadable(_))) => {
                ("这张订单现在无法处理".to_owned(), error.to_string())
            }
            Err(error) => return Err(Problem::from(error).into()),
        };
        progress.refused = progress.refused.saturating_add(1);
        let sheet = if matches!(planned.command, Command::Apply(_)) {
            Sheets::Refunds
        } else if matches!(planned.command, Command::RecordScans { .. }) {
            Sheets::Tracks
        } else {
            Sheets::Orders
        };
        self.lines.refuse((sheet.code(), planned.refund_row), &planned.dossier.order, said);
        Ok(())
    }
}

fn reading<R>(file: Arc<str>, rows: Vec<R>) -> Reading<R> {
    let rejected =
        intake::Rejected { file, order_column: None, columns: Vec::new(), rows: Vec::new() };
    Reading { rows, complaints: Vec::new(), rejected }
}

fn channel_of(shop: &Shop, of_file: Option<Arc<str>>) -> Channel {
    let of_shop = Channel::from_code(&shop.channel);
    of_shop.or_else(|| Channel::from_code(&of_file?)).unwrap_or(Channel::Own)
}

fn unreadable(error: &FileError) -> Early {
    let said = |language| error.line(language);
    let (zh, en) = (said(Spoken::Chinese), said(Spoken::English));
    Early::End(End::Failed(Failure::new("unreadable-file", zh, en)))
}
