//! `guitu evidence`: whether evidence, the journal and a dispute pack are what was kept.

use std::{
    fs::File,
    io::{BufReader, Write as _, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use ::evidence::{Archive, Bucket, CaseRef, Content, Hash, Place, pack};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use dossier::{Case, Dossier};
use kernel::{CaseNo, CommandKey, DossierKey, ShopId};
use store::{Database, RecordPage, Records, Term, TermKind, Version, Wanted};

use crate::{
    clock,
    config::{self, Configuration, Evidence},
    db::check::{check_history, check_seals},
    explain::SHOP,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Checks a case (the journal of its order against its seals, and all its evidence against its
    /// hashes), or the file of a dispute pack. Names the first thing that is wrong.
    Verify(Box<Arguments>),
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The number of a case, or a dispute pack.
    #[arg(value_name = "CASE|FILE.zip")]
    what: String,
    #[command(flatten)]
    config: config::Sources,
    /// The data folder, if not the one that the configuration says.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The database, if not the one that the configuration says.
    #[arg(long)]
    db: Option<String>,
    /// The shop, if several have a case of that number.
    #[arg(long)]
    shop: Option<String>,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Verify(arguments) = command;
    let file = Path::new(&arguments.what);
    let is_pack = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("zip"));
    let told = if is_pack { of_pack(file)? } else { of_cases(arguments)? };
    writeln!(stdout(), "{told}")?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the place where the configuration keeps evidence.
pub(crate) fn opened(configuration: &Configuration) -> Result<Content> {
    let place = match &configuration.evidence {
        Evidence::Folder(folder) => Place::Folder(folder.clone()),
        Evidence::Bucket { bucket, endpoint, region, key_id, secret } => Place::Bucket(Bucket {
            endpoint: Some(endpoint.as_str().trim_end_matches('/').to_owned()),
            name: bucket.clone(),
            region: region.clone(),
            access_key: key_id.clone(),
            secret_key: secret.reveal().to_owned(),
            allow_http: endpoint.scheme() == "http",
            in_host_name: false,
            incoming: configuration.data.join("incoming"),
        }),
    };
    place.open().context("opening the place where evidence is kept")
}

fn of_pack(file: &Path) -> Result<String> {
    let name = file.display();
    let opened = File::open(file).with_context(|| format!("opening {name}"))?;
    let verified = pack::verify(BufReader::new(opened)).with_context(|| name.to_string())?;
    let manifest = verified.manifest;
    if let Some(hash) = manifest.missing.first() {
        bail!("{name}: evidence {hash} was damaged or gone when the pack was made");
    }
    ensure!(manifest.chain != "broken", "{name}: the journal was broken when the pack was made");
    let head = manifest.chain_head.as_deref().unwrap_or("no seal");
    Ok(format!(
        "sound: case {} of order {}, {} files, {} commits up to {head}\nlist {}",
        manifest.case,
        manifest.order,
        manifest.files.len(),
        manifest.n_commits,
        manifest.files_sha256,
    ))
}

fn of_cases(arguments: &Arguments) -> Result<String> {
    let mut sources = arguments.config.clone();
    let data = arguments.data.as_ref().map(|it| it.display().to_string());
    sources.set.extend(data.map(|it| ("data".to_owned(), it)));
    sources.set.extend(arguments.db.clone().map(|it| ("database.url".to_owned(), it)));
    let (configuration, _) = sources.read()?;
    let database = configuration.database.open_existing()?;
    let records: Arc<dyn Records> = database.clone();
    let archive = Archive::new(records, opened(&configuration)?, Arc::new(clock::now));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let number: CaseNo = arguments.what.parse().with_context(|| format!("`{}`", arguments.what))?;
    let mut told = Vec::new();
    for key in found(&*database, arguments, &number)? {
        let about = format!("case {number} of order {} in shop {}", key.order, key.shop);
        let (case, n_commits, n_unsealed) =
            journal(&*database, &key, &number).with_context(|| about.clone())?;
        let n_kept = runtime.block_on(contents(&archive, &key, &case));
        let n_kept = n_kept.with_context(|| about.clone())?;
        let unsealed = match n_unsealed {
            0 => String::new(),
            n => format!(", {n} of them older than seals"),
        };
        told.push(format!("sound: {about}, {n_commits} commits{unsealed}, {n_kept} of evidence"));
    }
    if told.is_empty() {
        bail!("no case `{number}` is in {}", configuration.database);
    }
    Ok(told.join("\n"))
}

/// The orders that have a case of this number.
fn found(
    database: &dyn Database,
    arguments: &Arguments,
    number: &CaseNo,
) -> Result<Vec<DossierKey>> {
    let shops: Vec<ShopId> = match &arguments.shop {
        Some(shop) => vec![shop.parse().with_context(|| format!("`{shop}`"))?],
        None => shops(database)?,
    };
    let mut keys = Vec::new();
    for shop in shops {
        let term = Term { kind: TermKind::Case, text: number.to_string() };
        keys.extend(database.find(&shop, &term, usize::MAX)?);
    }
    Ok(keys)
}

/// Those that people made, and those whose files were imported.
fn shops(database: &dyn Database) -> Result<Vec<ShopId>> {
    let made = database.list_records(&RecordPage::of(SHOP, "", usize::MAX))?;
    let imported = database.documents(SHOP)?;
    let names = made.iter().map(|it| it.draft.key.id.as_str());
    let names = names.chain(imported.iter().map(|it| it.name.as_str()));
    let mut shops: Vec<ShopId> = names.filter_map(|it| it.parse().ok()).collect();
    shops.sort();
    shops.dedup();
    Ok(shops)
}

/// Checks the journal of an order; gives the case, and how many commits there are, and how many of
/// them without a seal.
fn journal(
    database: &dyn Database,
    key: &DossierKey,
    number: &CaseNo,
) -> Result<(Case, usize, u64)> {
    let command = CommandKey::lossy("verify");
    let wanted = Wanted { dossier: key.clone(), command };
    let loaded = database.load(&[wanted])?.pop().context("the store answers every question")?;
    let history = database.history(key, Version(0), usize::MAX)?;
    let all: Vec<_> = history.iter().collect();
    let n_unsealed = check_seals(key, &all, loaded.seal)?;
    let state = codec::decode_state(&loaded.state)?;
    check_history(&all, loaded.version, &state)?;
    let Dossier::Open(body) = state else { bail!("the order is stopped: somebody has to look") };
    let case = body.case(number).cloned().context("the order has no such case")?;
    Ok((case, all.len(), n_unsealed))
}

/// Checks every original of a case; says how many there are.
async fn contents(archive: &Archive, key: &DossierKey, case: &Case) -> Result<usize> {
    let of = CaseRef { order: key.order.clone(), case: case.no.clone() };
    let kept = archive.list(&key.shop, &of).await?;
    for it in &kept {
        archive.content().check(&key.shop, it.hash).await?;
    }
    for it in &case.evidence {
        let hash = Hash::parse(it.id.as_str());
        let is_kept = hash.is_some_and(|hash| kept.iter().any(|it| it.hash == hash));
        ensure!(is_kept, "evidence {} that shows `{}` is not kept", it.id, it.shows);
    }
    Ok(kept.len())
}

#[cfg(test)]
mod tests;
