//! Bytes under their hash: a folder of ours, or a bucket.
//!
//! `SHOP/ab/abcd…` is an original, `SHOP/ab/abcd….224.jpg` what was made of it. A write is whole or
//! absent: on a disk it is a file beside, synced, then renamed; in a bucket it appears when it is
//! complete.

use std::{io, ops::Range, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures_util::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use kernel::{Choice, ShopId, Timestamp};
use object_store::{
    GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart,
    path::Path,
};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;

use crate::{
    failure::Failure,
    hash::{Hash, Hasher},
    media::Rendition,
};

/// Above this a file goes to the store in parts of this size.
const PART: usize = 8 << 20;
/// How much of a file is read at once.
const PIECE: usize = 256 << 10;

/// Where content is kept.
#[derive(Clone, Debug)]
pub struct Content {
    store: Arc<dyn ObjectStore>,
    incoming: PathBuf,
    /// The folder behind the store, if it is one.
    folder: Option<PathBuf>,
}

/// Content as it is read.
pub struct Contents {
    /// All there is, whatever part of it was asked for.
    pub n_bytes: u64,
    /// What was asked for. Of a whole original the last item is [`Failure::Damaged`] if the bytes
    /// are not those that were stored.
    pub chunks: BoxStream<'static, Result<Bytes, Failure>>,
}

impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contents").field("n_bytes", &self.n_bytes).finish_non_exhaustive()
    }
}

/// One thing that lies in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lying {
    pub(crate) shop: ShopId,
    pub(crate) hash: Hash,
    pub(crate) path: Path,
    pub(crate) since: Timestamp,
}

impl Content {
    /// Over any store. `incoming` is a folder on a local disk.
    pub fn new(store: Arc<dyn ObjectStore>, incoming: PathBuf, folder: Option<PathBuf>) -> Self {
        Self { store, incoming, folder }
    }

    /// Where an upload waits until it is whole.
    pub(crate) fn temporary(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(&self.incoming)
    }

    /// Folders with files that a crash may have left behind.
    pub(crate) fn leftovers(&self) -> (PathBuf, Option<PathBuf>) {
        (self.incoming.clone(), self.folder.clone())
    }

    /// Stores a file under its hash, over what may lie there already: the same, or damaged.
    pub(crate) async fn put_file(
        &self,
        shop: &ShopId,
        hash: Hash,
        file: &std::path::Path,
        n_bytes: u64,
    ) -> Result<(), Failure> {
        let to = original(shop, hash);
        if usize::try_from(n_bytes).is_ok_and(|it| it <= PART) {
            let bytes = tokio::fs::read(file).await?;
            self.store.put(&to, PutPayload::from(bytes)).await?;
            return Ok(());
        }
        let mut file = tokio::fs::File::open(file).await?;
        let upload = self.store.put_multipart(&to).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut piece = vec![0; PIECE];
        loop {
            let read = match file.read(&mut piece).await {
                Ok(read) => read,
                Err(error) => {
                    upload.abort().await?;
                    return Err(error.into());
                }
            };
            if read == 0 {
                break;
            }
            upload.wait_for_capacity(2).await?;
            upload.write(piece.get(..read).unwrap_or_default());
        }
        upload.finish().await?;
        Ok(())
    }

    pub(crate) async fn put_rendition(
        &self,
        shop: &ShopId,
        hash: Hash,
        rendition: Rendition,
        jpeg: Vec<u8>,
    ) -> Result<(), Failure> {
        self.store.put(&made(shop, hash, rendition), PutPayload::from(jpeg)).await?;
        Ok(())
    }

    /// A whole original, checked against its hash while it is read.
    pub async fn original(&self, shop: &ShopId, hash: Hash) -> Result<Contents, Failure> {
        let got = self.store.get(&original(shop, hash)).await.map_err(|it| absent(it, hash))?;
        let n_bytes = got.meta.size;
        let state = (got.into_stream(), Some(Hasher::default()));
        let chunks = stream::unfold(state, move |(mut chunks, hasher)| async move {
            let mut hasher = hasher?;
            match chunks.next().await {
                Some(Ok(bytes)) => {
                    hasher.add(&bytes);
                    Some((Ok(bytes), (chunks, Some(hasher))))
                }
                Some(Err(error)) => Some((Err(error.into()), (chunks, None))),
                None if hasher.finish() == hash => None,
                None => Some((Err(Failure::Damaged { id: hash }), (chunks, None))),
            }
        });
        Ok(Contents { n_bytes, chunks: chunks.boxed() })
    }

    /// A part of an original, as a video player asks for it; cut off at its end. Not checked.
    pub async fn part(
        &self,
        shop: &ShopId,
        hash: Hash,
        part: Range<u64>,
    ) -> Result<Contents, Failure> {
        let options = GetOptions { range: Some(GetRange::Bounded(part)), ..GetOptions::default() };
        let path = original(shop, hash);
        let got = self.store.get_opts(&path, options).await.map_err(|it| absent(it, hash))?;
        let n_bytes = got.meta.size;
        Ok(Contents { n_bytes, chunks: got.into_stream().map_err(Failure::from).boxed() })
    }

    /// A thumbnail, as JPEG. [`Failure::Absent`] for what has none.
    pub async fn rendition(
        &self,
        shop: &ShopId,
        hash: Hash,
        rendition: Rendition,
    ) -> Result<Bytes, Failure> {
        let path = made(shop, hash, rendition);
        let got = self.store.get(&path).await.map_err(|it| absent(it, hash))?;
        Ok(got.bytes().await?)
    }

    /// Reads an original to its end: is it there, and is it what was stored?
    pub async fn check(&self, shop: &ShopId, hash: Hash) -> Result<(), Failure> {
        let mut contents = self.original(shop, hash).await?;
        while contents.chunks.try_next().await?.is_some() {}
        Ok(())
    }

    /// Everything that lies in the store and has a name of ours.
    pub(crate) fn lying(&self) -> BoxStream<'_, Result<Lying, Failure>> {
        let found = self.store.list(None).map_err(Failure::from);
        found.try_filter_map(|it| async move { Ok(named(&it)) }).boxed()
    }

    pub(crate) async fn remove(&self, path: &Path) -> Result<(), Failure> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Since when something lies there; `None` if it is gone.
    pub(crate) async fn since(&self, path: &Path) -> Result<Option<Timestamp>, Failure> {
        match self.store.head(path).await {
            Ok(meta) => Ok(Some(since(&meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn absent(error: object_store::Error, id: Hash) -> Failure {
    if matches!(error, object_store::Error::NotFound { .. }) {
        return Failure::Absent { id };
    }
    error.into()
}

fn since(meta: &ObjectMeta) -> Timestamp {
    Timestamp::from_epoch_seconds(meta.last_modified.timestamp())
}

pub(crate) fn original(shop: &ShopId, hash: Hash) -> Path {
    let name = hash.to_string();
    let folder = name.get(..2).unwrap_or_default().to_owned();
    Path::from_iter([folder_of(shop), folder, name])
}

fn made(shop: &ShopId, hash: Hash, rendition: Rendition) -> Path {
    let path = original(shop, hash);
    Path::from(format!("{path}.{}.jpg", rendition.code()))
}

/// The shop's own name where every file system takes it and tells it from others; else its bytes,
/// with a mark that no such name has.
fn folder_of(shop: &ShopId) -> String {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_".contains(&it);
    let name = shop.as_str();
    if name.bytes().all(is_plain) {
        return name.to_owned();
    }
    name.bytes().fold("=".to_owned(), |folder, it| format!("{folder}{it:02x}"))
}

fn shop_of(folder: &str) -> Option<ShopId> {
    let Some(digits) = folder.strip_prefix('=') else {
        return ShopId::new(folder).ok().filter(|it| folder_of(it) == folder);
    };
    let pairs = digits.as_bytes().chunks(2).map(|it| std::str::from_utf8(it).ok());
    let bytes = pairs.map(|it| u8::from_str_radix(it?, 16).ok()).collect::<Option<Vec<u8>>>()?;
    ShopId::new(String::from_utf8(bytes).ok()?).ok().filter(|it| folder_of(it) == folder)
}

fn named(meta: &ObjectMeta) -> Option<Lying> {
    let parts: Vec<_> = meta.location.parts().collect();
    let [folder, _, name] = parts.as_slice() else { return None };
    let hash = Hash::parse(name.as_ref().get(..64)?)?;
    let shop = shop_of(folder.as_ref())?;
    Some(Lying { shop, hash, path: meta.location.clone(), since: since(meta) })
}
