//! The service's configuration: a file, the environment, the command line; and `guitu config`.
//!
//! **Invariant:** whatever is wrong is said at once, with its line or its variable; a setting that
//! nobody knows is wrong.

mod settings;
mod source;
#[cfg(test)]
mod tests;
mod typed;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

pub(crate) use self::typed::{Configuration, Evidence, Keys, Tls, Webhooks, Work};
use self::{
    settings::{SETTINGS, Setting},
    source::{Gathered, Origin},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says everything that is wrong with the configuration, or what it comes to.
    Check(Sources),
    /// Prints a file with every setting, its default and what it is for.
    Example,
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Sources {
    /// The file; without it, only the environment and the command line count.
    #[arg(long, value_name = "FILE", env = "GUITU_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Sets one setting, such as `limits.at_once=32`; may be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) set: Vec<(String, String)>,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let mut stdout = stdout().lock();
    match command {
        Command::Example => stdout.write_all(example().as_bytes())?,
        Command::Check(sources) => {
            let (gathered, _) = sources.gather()?;
            for note in &gathered.notes {
                eprintln!("note: {note}");
            }
            stdout.write_all(shown(&gathered).as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Sources {
    /// The configuration, or everything that is wrong with it.
    pub(crate) fn read(&self) -> Result<(Configuration, Vec<String>)> {
        let (gathered, configuration) = self.gather()?;
        Ok((configuration, gathered.notes))
    }

    fn gather(&self) -> Result<(Gathered, Configuration)> {
        let gathered = Gathered::gather(self.config.as_deref(), &environment(), &self.set)?;
        let configuration = judge(&gathered)?;
        Ok((gathered, configuration))
    }
}

fn judge(gathered: &Gathered) -> Result<Configuration> {
    let configuration = Configuration::read(gathered)?;
    let mut complaints = gathered.complaints.clone();
    complaints.extend(configuration.contradictions(gathered));
    if complaints.is_empty() {
        return Ok(configuration);
    }
    bail!("the configuration is wrong\n{}", complaints.join("\n"))
}

/// Variables that look like ours.
fn environment() -> BTreeMap<String, String> {
    let ours = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok().filter(|it| it.starts_with("GUITU_"))?;
        Some((name, value.to_string_lossy().into_owned()))
    };
    std::env::vars_os().filter_map(ours).collect()
}

/// Every value and who said it.
fn shown(gathered: &Gathered) -> String {
    let lines: Vec<(String, String)> = SETTINGS
        .iter()
        .filter_map(|it| {
            let said = gathered.said.get(it.key)?;
            let origin = match &said.origin {
                Origin::Default => String::new(),
                it @ (Origin::CommandLine | Origin::Variable(_) | Origin::Line { .. }) => {
                    it.to_string()
                }
            };
            Some((format!("{} = {}", it.key, it.kind.in_toml(&said.text)), origin))
        })
        .collect();
    let width = lines.iter().map(|(it, _)| it.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (line, origin) in lines {
        // Writing to a string does not fail.
        let _ = match &*origin {
            "" => writeln!(text, "{line}"),
            origin => writeln!(text, "{line:width$}  # {origin}"),
        };
    }
    text
}

/// A file in which nothing is set.
fn example() -> String {
    let mut text = "# Every setting of the service. A line without its `#` counts.\n\
         # The variable at the end of a line says the same; the command line wins over it.\n"
        .to_owned();
    let mut last = "";
    for it in SETTINGS {
        let (section, name) = it.key.split_once('.').unwrap_or(("", it.key));
        if section != last {
            let _ = write!(text, "\n[{section}]\n");
            last = section;
        }
        if !it.about.is_empty() {
            let _ = writeln!(text, "# {}", it.about);
        }
        let _ = writeln!(text, "#{name} = {}  # {}", it.kind.in_toml(it.default), it.variable());
    }
    text
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key)
    }
}
