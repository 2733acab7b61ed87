//! `guitu pack`.

use std::{
    fs,
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use policy::{Severity, Sources};

use crate::packs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Proves every table of the packs in a folder complete, and names what is wrong with file,
    /// table and row.
    Check {
        /// A folder of packs, or of one pack beside its parents; the built-in packs if not given.
        dir: Option<PathBuf>,
        /// Only this pack.
        #[arg(long)]
        pack: Option<String>,
    },
    /// Lists the packs, their versions and tables.
    List { dir: Option<PathBuf> },
    /// Writes a table as a GoRules JDM document.
    ExportJdm {
        /// Pack and table, such as `base/refund-path`.
        table: String,
        #[arg(long)]
        packs: Option<PathBuf>,
        /// Where to; the screen if not given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Reads the decision table of a GoRules JDM document and writes it as one of ours.
    ImportJdm {
        file: PathBuf,
        /// Where to; the screen if not given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes every table that GoRules can express, with generated inputs and our answers.
    #[command(hide = true)]
    Comparison {
        #[arg(long, default_value_t = 200)]
        cases: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Check { dir, pack } => check(dir.as_ref(), pack.as_deref()),
        Command::List { dir } => list(dir.as_ref()),
        Command::ExportJdm { table, packs, out } => {
            let (pack, table) = table
                .split_once('/')
                .with_context(|| format!("`{table}` should be pack/table, base/window say"))?;
            let pack = packs::pack(pack, packs.as_deref())?;
            let found = pack
                .table(table)
                .with_context(|| format!("pack `{}` has no table `{table}`", pack.name()))?;
            let document = codec::jdm::export(found)
                .map_err(|reason| anyhow!("table `{table}` cannot be exported: {reason}"))?;
            write(out.as_ref(), &serde_json::to_string_pretty(&document)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::ImportJdm { file, out } => {
            let text = fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            let table = codec::jdm::import(&text)
                .map_err(|reason| anyhow!("{}: {reason}", file.display()))?;
            write(out.as_ref(), &table)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Comparison { cases, seed } => comparison(*cases, *seed),
    }
}

fn check(dir: Option<&PathBuf>, only: Option<&str>) -> Result<ExitCode> {
    let files = packs::sources(dir.map(PathBuf::as_path))?;
    let names: Vec<String> = packs::names(&files).map(str::to_owned).collect();
    let sources = Sources::new(files);
    let chosen: Vec<&String> =
        names.iter().filter(|it| only.is_none_or(|only| it.as_str() == only)).collect();
    if let (true, Some(dir)) = (names.is_empty(), dir) {
        anyhow::bail!("{} has no folder with a pack.toml", dir.display());
    }
    if chosen.is_empty() {
        anyhow::bail!("no pack to check; there are {}", names.join(", "));
    }
    let mut out = stdout();
    let mut said = std::collections::BTreeSet::new();
    let mut errors = 0_usize;
    for name in &chosen {
        for complaint in policy::check(name, &sources, &dossier::VOCABULARY) {
            // A child repeats what is wrong with its parent.
            if said.insert(complaint.to_string()) {
                writeln!(out, "{complaint}")?;
                if complaint.severity == Severity::Error {
                    errors = errors.saturating_add(1);
                }
            }
        }
    }
    if errors == 0 {
        writeln!(out, "{} packs checked, every table is complete", chosen.len())?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{} packs checked, {errors} errors", chosen.len())?;
    Ok(ExitCode::FAILURE)
}

fn list(dir: Option<&PathBuf>) -> Result<ExitCode> {
    let mut out = stdout();
    let files = packs::sources(dir.map(PathBuf::as_path))?;
    for name in packs::names(&files) {
        let pack = packs::pack(name, dir.map(PathBuf::as_path))?;
        writeln!(out, "{}  {} / {}", pack.id(), pack.title().zh, pack.title().en)?;
        for table in pack.tables() {
            writeln!(out, "    {:<18} {:>3} rows", table.name(), table.rows().len())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn comparison(cases: usize, seed: u64) -> Result<ExitCode> {
    let files = packs::sources(None)?;
    let mut packs = Vec::new();
    for name in packs::names(&files) {
        packs.push(packs::pack(name, None)?);
    }
    let tables = packs.iter().flat_map(policy::Pack::tables);
    writeln!(stdout(), "{}", codec::jdm::comparison(tables, cases, seed))?;
    Ok(ExitCode::SUCCESS)
}

fn write(out: Option<&PathBuf>, text: &str) -> Result<()> {
    if let Some(path) = out {
        return fs::write(path, text)
            .with_context(|| format!("{} cannot be written", path.display()));
    }
    Ok(writeln!(stdout(), "{text}")?)
}
