//! Taking an upload: to a temporary file while hashing, looked at, stored, and then written down.

use std::{error::Error as StdError, io::Write, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use store::Version;
use tempfile::NamedTempFile;

use crate::{
    archive::{Archive, Stored, Upload},
    attach::{Attaching, Tried, attach},
    failure::{Failure, TakeError},
    hash::{Hash, Hasher},
    inspect::{Inspected, inspect},
    label::label,
    record::Facts,
    refused::Refused,
    sniff::{self, Look},
};

/// How often others may get in the way before we give up.
const TRIES: u32 = 20;
/// How long to wait for a sweep that is under way.
const PAUSE: Duration = Duration::from_millis(50);

/// An upload that has come in whole.
struct Received {
    file: NamedTempFile,
    hash: Hash,
    n_bytes: u64,
    look: Look,
}

impl Archive {
    /// Keeps an upload. Refused as soon as it is known to be too large or nothing that is taken.
    ///
    /// When it returns, the content and its record are on disk. The command that tells the case of
    /// it, `AttachEvidence` with `evidence.hash.id()`, is the caller's; until it is given, the case
    /// lists the evidence and policy does not know of it. To take the same again is harmless.
    pub async fn take<S, E>(&self, upload: Upload, bytes: S) -> Result<Stored, TakeError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let received = self.receive(&upload, bytes).await?;
        let inspected = self.inspected(&received, &upload).await?;
        self.store(&upload.shop, &received, &inspected).await?;
        let picture = inspected.picture.as_ref();
        let mut attaching = Attaching {
            hash: received.hash,
            facts: Facts {
                media: inspected.media,
                n_bytes: received.n_bytes,
                size: picture.map(|it| (it.width, it.height)),
                taken_at: inspected.taken.at,
                software: inspected.taken.software.clone(),
                face: picture.and_then(|it| it.face),
            },
            name: label(&upload.name),
            at: self.clock.now(),
            per_case: upload.limits.per_case,
            swept: Version(0),
            shop: upload.shop,
            case: upload.case,
            by: upload.by,
            source: upload.source,
        };
        for _ in 0..TRIES {
            match self.attach(attaching.clone()).await? {
                Tried::Stored(stored) => return Ok(*stored),
                Tried::Raced => {}
                Tried::Sweeping => tokio::time::sleep(PAUSE).await,
                Tried::Swept(note) => {
                    self.store(&attaching.shop, &received, &inspected).await?;
                    attaching.swept = note;
                }
            }
        }
        Err(Failure::Contended.into())
    }

    async fn attach(&self, attaching: Attaching) -> Result<Tried, TakeError> {
        let records = self.records.clone();
        let tried = tokio::task::spawn_blocking(move || attach(&*records, &attaching)).await;
        tried.map_err(Failure::from)?
    }

    async fn receive<S, E>(&self, upload: &Upload, bytes: S) -> Result<Received, TakeError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let content = self.content.clone();
        let mut file = blocking(move || Ok(content.temporary()?)).await?;
        let mut bytes = std::pin::pin!(bytes);
        let (mut hasher, mut head, mut look) = (Hasher::default(), Vec::new(), None);
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk.map_err(|it| TakeError::BrokeOff(it.into()))?;
            hasher.add(&chunk);
            if look.is_none() {
                let missing = sniff::HEAD.saturating_sub(head.len());
                head.extend_from_slice(chunk.get(..missing).unwrap_or(&chunk));
                if head.len() == sniff::HEAD {
                    look = Some(sniff::look(&head)?);
                }
            }
            if let Some(look) = look {
                check_size(look, hasher.n_bytes(), upload)?;
            }
            file = blocking(move || {
                file.write_all(&chunk)?;
                Ok(file)
            })
            .await?;
        }
        let look = match look {
            Some(look) => look,
            None => sniff::look(&head)?,
        };
        let n_bytes = hasher.n_bytes();
        check_size(look, n_bytes, upload)?;
        Ok(Received { file, hash: hasher.finish(), n_bytes, look })
    }

    async fn inspected(
        &self,
        received: &Received,
        upload: &Upload,
    ) -> Result<Arc<Inspected>, TakeError> {
        // It is never closed, so that failing to wait means the process ends.
        let _turn = self.decoder.acquire().await;
        let mut file = received.file.reopen().map_err(Failure::from)?;
        let (look, limits, zone) = (received.look, upload.limits, upload.zone);
        let looking = move || inspect(&mut file, look, &limits, zone);
        let inspected = tokio::task::spawn_blocking(looking).await.map_err(Failure::from)??;
        Ok(Arc::new(inspected))
    }

    /// What is made of it first, so that an original that lies there has its thumbnails.
    async fn store(
        &self,
        shop: &kernel::ShopId,
        received: &Received,
        inspected: &Inspected,
    ) -> Result<(), Failure> {
        for (rendition, jpeg) in inspected.picture.iter().flat_map(|it| &it.renditions) {
            self.content.put_rendition(shop, received.hash, *rendition, jpeg.clone()).await?;
        }
        let (path, n_bytes) = (received.file.path(), received.n_bytes);
        self.content.put_file(shop, received.hash, path, n_bytes).await
    }
}

fn check_size(look: Look, n_bytes: u64, upload: &Upload) -> Result<(), Refused> {
    let (form, max) = (look.form(), upload.limits.bytes(look.form()));
    if max < n_bytes { Err(Refused::TooLarge { form, max }) } else { Ok(()) }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await?
}
