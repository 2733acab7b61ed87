//! Traces of requests, sent to a collector by OTLP over HTTP.

use anyhow::{Context, Result};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
};
use url::Url;

/// Sends what is left when it is dropped.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

pub(crate) type TraceLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// `endpoint` is the collector's; traces go to `/v1/traces` under it.
pub(crate) fn start(endpoint: &Url) -> Result<(TraceLayer, Traces)> {
    let address = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(address)
        .build()
        .context("starting traces")?;
    let resource = Resource::builder().with_service_name("guitu").build();
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    // Only what is about requests: what libraries trace by themselves is theirs, and what sends
    // traces must not trace itself.
    let ours = Targets::new().with_target("api", LevelFilter::INFO);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("guitu"));
    Ok((layer.with_filter(ours).boxed(), Traces(provider)))
}

impl Drop for Traces {
    fn drop(&mut self) {
        // Nobody listening is no reason to complain on the way out.
        let _ = self.0.shutdown();
    }
}
