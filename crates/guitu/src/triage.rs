//! `guitu triage`: today's exports in, a decided and prioritised worklist out.

mod files;
mod recency;
mod report;
mod show;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use dossier::words::Channel;
use engine::{Config, Engine, EngineError, Request, Shelf};
use intake::commands::{Planned, Setting, plan};
use kernel::{ActorId, Choice, Clock, ShopId, Timestamp, Zone};
use store::{Document, Hold, Store};
use store_sqlite::SqliteStore;

use self::{files::Files, recency::Recency, report::Report};
use crate::{clock, database::Place, packs};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Orders (CSV, XLSX or XLS, as the back office writes them).
    #[arg(long)]
    orders: PathBuf,
    /// Order lines.
    #[arg(long)]
    items: Option<PathBuf>,
    /// Refund requests.
    #[arg(long)]
    refunds: PathBuf,
    /// Courier tracks.
    #[arg(long)]
    tracks: Option<PathBuf>,
    /// The moment to decide at; the present if it is not given. Without an offset, in shop time.
    #[arg(long)]
    now: Option<String>,
    /// When the exports were made; the newest time in them if it is not given. What newer exports
    /// said (see --db) is not undone by older ones.
    #[arg(long)]
    exported: Option<String>,
    /// The policy pack to decide by.
    #[arg(long, default_value = "base")]
    pack: String,
    /// A folder of packs instead of the built-in ones.
    #[arg(long)]
    packs: Option<PathBuf>,
    /// Where the orders were placed: taobao, tmall, jd, pinduoduo, douyin, kuaishou, wechat, own.
    #[arg(long)]
    channel: Option<String>,
    /// Name of the shop, where the orders do not say.
    #[arg(long, default_value = "shop")]
    shop: String,
    /// What replies call the shop; as the pack says if it is not given.
    #[arg(long)]
    shop_name: Option<String>,
    /// Where replies tell buyers to send returns; as the pack says if it is not given.
    #[arg(long)]
    return_address: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the worklist here instead of to the screen; needed for xlsx.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write rows that could not be taken here (CSV).
    #[arg(long)]
    rejected: Option<PathBuf>,
    /// Keep the result in this database and add to it next time; otherwise it is thrown away.
    #[arg(long, env = "GUITU_DATABASE_URL")]
    db: Option<Place>,
    /// How many rows to show on the screen; 0 shows all.
    #[arg(long, default_value_t = 40)]
    rows: usize,
    /// Language of what is printed for people.
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Xlsx,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Language {
    Zh,
    En,
}

impl Language {
    pub(crate) fn of_policy(self) -> policy::Language {
        match self {
            Self::Zh => policy::Language::Zh,
            Self::En => policy::Language::En,
        }
    }

    pub(crate) fn says(self, zh: &str, en: &str) -> String {
        match self {
            Self::Zh => zh.to_owned(),
            Self::En => en.to_owned(),
        }
    }

    pub(crate) fn of_intake(self) -> intake::Language {
        match self {
            Self::Zh => intake::Language::Chinese,
            Self::En => intake::Language::English,
        }
    }
}

/// All rows were taken.
const ALL_TAKEN: u8 = 0;
/// The worklist is complete for the rows that were taken; some were not.
const SOME_REJECTED: u8 = 3;

/// How many commands are handed to the engine at a time.
const PORTION: usize = 1_024;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let pack = packs::pack(&arguments.pack, arguments.packs.as_deref())?;
    let zone = pack.calendar().zone();
    let now = match &arguments.now {
        Some(text) => clock::parse(text, zone)?,
        None => clock::now(),
    };
    let words = packs::sources(arguments.packs.as_deref())?;
    let mut files = files::read(arguments, &words, intake::Context { zone, now })?;

    let store: Arc<dyn Store> = match &arguments.db {
        Some(place) => place.open()?,
        None => Arc::new(SqliteStore::open_temporary()?),
    };
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, pack)?;
    let fixed: Arc<dyn Clock> = Arc::new(move || now);
    // Nobody's back office is connected here: people do what policy says.
    let config = Config { automatic: false, kept: 256, batch: 256, ..Config::default() };
    let engine = Engine::start(Arc::clone(&store), fixed, Arc::clone(&shelf), config)?;

    let made_at = match &arguments.exported {
        Some(text) => Some(clock::parse(text, zone)?),
        None => files.newest_time(now),
    };
    let recency = Recency::of(&*store, &files.shops(arguments), made_at)?;
    import(&engine, &mut files, arguments, (now, zone, recency))?;
    let report = Report::make(&engine, &files, arguments, (now, zone, recency))?;
    engine.shut_down();
    show::show(&report, arguments, zone)?;
    if let Some(path) = &arguments.rejected {
        files.write_rejected(path, arguments)?;
    }
    let code = if report.summary.rejected_rows == 0 { ALL_TAKEN } else { SOME_REJECTED };
    Ok(ExitCode::from(code))
}

/// Gives the engine everything the files say, then lets it look at what time has changed.
fn import(
    engine: &Engine,
    files: &mut Files,
    arguments: &Arguments,
    (now, zone, recency): (Timestamp, Zone, Recency),
) -> Result<()> {
    let setting =
        Setting { shop: ShopId::lossy(&arguments.shop), channel: channel(arguments, files)?, now };
    let (planned, complaints) = plan(files.joined(), &setting);
    files.note(complaints);
    let place = (files.refunds_file(), zone);
    let (planned, older) = recency.leave_out_older(engine, planned, place)?;
    files.note(older.into_iter().collect());
    let bar = show::progress(planned.len(), arguments.quiet);
    let actor = dossier::command::Actor {
        id: ActorId::lossy("import"),
        role: dossier::words::Role::System,
        grade: 1,
    };
    let mut planned = planned.into_iter().peekable();
    while planned.peek().is_some() {
        let portion: Vec<Planned> = planned.by_ref().take(PORTION).collect();
        let requests = portion.iter().map(|it| Request {
            dossier: it.dossier.clone(),
            key: it.key.clone(),
            actor: actor.clone(),
            command: it.command.clone(),
            pack: arguments.pack.clone(),
        });
        for (it, answer) in portion.iter().zip(engine.execute_all(requests)) {
            bar.inc(1);
            match answer {
                Ok(_) => (),
                Err(EngineError::Rejected(rejection)) => files.refuse(it, &rejection),
                Err(error) => {
                    return Err(error).with_context(|| format!("importing {}", it.dossier));
                }
            }
        }
    }
    bar.finish_and_clear();
    let shops = files.shops(arguments);
    recency.keep(&**engine.store(), &shops)?;
    for shop in shops {
        let (kind, name) = (crate::explain::SHOP.to_owned(), shop.to_string());
        engine.store().keep(&Document { kind, name, body: String::new() })?;
    }
    while engine.fire_timers(&Hold::All, PORTION)? != 0 {}
    Ok(())
}

/// As said, else as the columns tell.
fn channel(arguments: &Arguments, files: &Files) -> Result<Channel> {
    match &arguments.channel {
        Some(code) => Channel::from_code(code).with_context(|| {
            let known = Channel::CODES.join(", ");
            arguments.lang.says(
                &format!("没有“{code}”这个渠道；可以写 {known}"),
                &format!("`{code}` is not a channel; there are {known}"),
            )
        }),
        None => Ok(files.channel().and_then(|it| Channel::from_code(&it)).unwrap_or(Channel::Own)),
    }
}

/// A moment in shop time and its full form, as the worklist writes it.
pub(crate) fn stamp(at: Timestamp, zone: Zone) -> String {
    clock::rfc3339(at, zone)
}
