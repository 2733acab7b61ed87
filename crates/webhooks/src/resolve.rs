//! From a host's name to addresses that may be reached.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::Rules;

/// Whoever knows the addresses of a host.
pub trait Resolver: Send + Sync {
    /// All addresses of `host`, in the order in which to try them.
    fn look_up(
        &self,
        host: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn look_up(
        &self,
        host: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|it| it.ip()).collect())
        })
    }
}

#[derive(Debug, Error)]
pub(crate) enum LookUpError {
    #[error("the host's name has no address")]
    Nothing,
    #[error("the host's name cannot be looked up")]
    Failed(#[source] io::Error),
}

/// The only way from a name to a connection: the client connects to what this returns, and to
/// nothing else.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) rules: Arc<Rules>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { resolver, rules } = self.clone();
        Box::pin(async move {
            let found = resolver.look_up(name.as_str().to_owned()).await;
            let addresses = found.map_err(LookUpError::Failed)?;
            if addresses.is_empty() {
                return Err(LookUpError::Nothing.into());
            }
            rules.check_all(&addresses)?;
            // Port 0 leaves the port to the URL.
            let addresses = addresses.into_iter().map(|it| SocketAddr::new(it, 0));
            let addresses: Addrs = Box::new(addresses);
            Ok(addresses)
        })
    }
}
