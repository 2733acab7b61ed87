//! Logs: lines of text or of JSON on standard error.

use std::str::FromStr;

use anyhow::{Context, Result};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use super::traces::{self, Traces};
use crate::config::Configuration;

/// How lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Text,
    Json,
}

/// No such format.
#[derive(Debug, thiserror::Error)]
#[error("there are `text` and `json`")]
pub(crate) struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(UnknownFormat),
        }
    }
}

/// From now on what is logged anywhere in the process is written. Traces end with what is returned.
pub(crate) fn start(configuration: &Configuration) -> Result<Option<Traces>> {
    let filter = || EnvFilter::builder().parse(&configuration.logs.level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let lines = match configuration.logs.format {
        Format::Text => lines.compact().with_filter(filter()?).boxed(),
        Format::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            lines.with_filter(filter()?).boxed()
        }
    };
    let (layer, traces) = match &configuration.traces {
        Some(endpoint) => {
            let (layer, traces) = traces::start(endpoint)?;
            (Some(layer), Some(traces))
        }
        None => (None, None),
    };
    Registry::default().with(layer).with(lines).try_init().context("starting the log")?;
    Ok(traces)
}
