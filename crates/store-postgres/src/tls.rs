//! Making the connection itself.

use tokio_postgres::{Client, Error, NoTls};

use crate::Config;

/// Connects, and leaves the connection to be driven by the runtime that this runs in.
pub(crate) async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.server.connect(NoTls).await?;
    drop(tokio::spawn(connection));
    Ok(client)
}
