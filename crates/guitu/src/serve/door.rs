//! Taking connections.
//!
//! **Invariant:** whoever says nothing, or says it too slowly, is sent away: every wait for a
//! caller has a bound, from the handshake to the last header.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{
    Request,
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Most bytes of a request's head.
const HEAD_BYTES: usize = 64 * 1024;
/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 128;

pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) routes: Router,
    /// Most connections at once; further ones wait in the system's queue.
    pub(crate) connections: usize,
    /// How long a handshake or a head may take to arrive.
    pub(crate) header: Duration,
}

#[derive(Clone)]
struct Host {
    tls: Option<TlsAcceptor>,
    routes: Router,
    header: Duration,
}

impl Door {
    /// Takes connections until it is told to stop. Those under way go on; they are told to finish
    /// by what is returned.
    pub(crate) async fn serve_until(self, stop: impl Future<Output = ()>) -> GracefulShutdown {
        let Self { listener, tls, routes, connections, header } = self;
        let host = Host { tls, routes, header };
        let graceful = GracefulShutdown::new();
        let rooms = Arc::new(Semaphore::new(connections));
        let mut stop = pin!(stop);
        loop {
            let next = async {
                let room = Arc::clone(&rooms).acquire_owned().await;
                (room, listener.accept().await)
            };
            let (room, accepted) = tokio::select! {
                () = &mut stop => return graceful,
                next = next => next,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (host, watcher) = (host.clone(), graceful.watcher());
                    tokio::spawn(async move {
                        host.welcome(stream, peer, watcher).await;
                        drop(room);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be taken");
                    // Out of file descriptors, most likely: some will be given back.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

impl Host {
    async fn welcome(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.speak_http1(stream, peer, watcher).await };
        match tokio::time::timeout(self.header, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let chosen = stream.get_ref().1.alpn_protocol();
                if chosen == Some(b"h2") {
                    self.speak_http2(stream, peer, watcher).await;
                } else {
                    self.speak_http1(stream, peer, watcher).await;
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    async fn speak_http1<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let answer = service_fn(|request| self.answer(request, peer));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), answer);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn speak_http2<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let host = self.clone();
        let answer = service_fn(move |request| {
            let host = host.clone();
            async move { host.answer(request, peer).await }
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(self.header)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
            .serve_connection(TokioIo::new(stream), answer);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<axum::response::Response, std::convert::Infallible> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        self.routes.clone().oneshot(request).await
    }
}
