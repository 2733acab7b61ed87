//! Writing a pack.

use std::io::{Seek, Write};

use futures_util::TryStreamExt;
use kernel::{Choice, ShopId};
use serde::Serialize;
use tokio::runtime::Handle;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    ChainState, Facts, PackError,
    manifest::{self, About, FORMAT, File, MANIFEST, Manifest, SUMS},
    sections,
};
use crate::{
    archive::Archive,
    content::Content,
    failure::Failure,
    hash::Hash,
    inspect,
    media::{Media, Rendition},
    picture,
    record::Evidence,
};

/// Longest side of a photo within the page, in pixels: sharp on paper at half a page's width.
const SHOWN: u32 = 800;
/// How much of a text is quoted on the page, in bytes.
const QUOTED: usize = 6000;

/// A piece of evidence as the pack has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundled {
    pub evidence: Evidence,
    /// Its name in the pack: `evidence/01-buyer-photo.jpg`.
    pub file: String,
    /// Whether the content is what was stored; if not, it is not in the pack.
    pub is_whole: bool,
    /// JPEG for the page.
    pub(super) shown: Option<Vec<u8>>,
    /// The beginning of a text.
    pub(super) quoted: Option<String>,
}

/// Writes the pack of a case, and gives the writer back with the list of what is in it.
///
/// Every original is read and checked before the page is written, so that the page can say which
/// are damaged; those are left out.
pub async fn build<W: Write + Seek + Send + 'static>(
    archive: &Archive,
    facts: &Facts<'_>,
    writer: W,
) -> Result<(W, Manifest), PackError> {
    let (shop, content) = (&facts.dossier.shop, archive.content());
    let mut bundled = Vec::new();
    for evidence in facts.evidence {
        bundled.push(bundle(content, shop, evidence).await?);
    }
    let files = [
        ("index.html", "text/html", sections::page(facts, &bundled)?.into_bytes()),
        ("events.json", "application/json", events(facts)?),
    ];
    let manifest = empty(facts, &bundled);
    let (handle, content, shop) = (Handle::current(), content.clone(), shop.clone());
    let writing = move || {
        let mut packing = Packing { zip: ZipWriter::new(writer), manifest };
        for (name, media_type, bytes) in files {
            packing.add(name, media_type, &bytes)?;
        }
        for it in bundled.iter().filter(|it| it.is_whole) {
            packing.add_original(it, &shop, &content, &handle)?;
        }
        packing.finish()
    };
    tokio::task::spawn_blocking(writing).await.map_err(Failure::from)?
}

async fn bundle(
    content: &Content,
    shop: &ShopId,
    evidence: &Evidence,
) -> Result<Bundled, PackError> {
    let hash = evidence.hash;
    let is_whole = match content.check(shop, hash).await {
        Ok(()) => true,
        Err(Failure::Damaged { .. } | Failure::Absent { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    let shown = if evidence.media.is_shown() { shown(content, shop, hash).await? } else { None };
    let quoted = match evidence.media {
        Media::Text if is_whole => Some(quoted(content, shop, evidence).await?),
        Media::Text
        | Media::Jpeg
        | Media::Png
        | Media::Webp
        | Media::Gif
        | Media::Heic
        | Media::Mp4
        | Media::Mov
        | Media::Pdf
        | Media::Xlsx
        | Media::Docx => None,
    };
    let file = format!(
        "evidence/{:02}-{}-{}.{}",
        evidence.number,
        evidence.source,
        evidence.media.form(),
        evidence.media.extension(),
    );
    Ok(Bundled { evidence: evidence.clone(), file, is_whole, shown, quoted })
}

/// A thumbnail that is gone leaves a gap on the page, not the shop without a pack.
async fn shown(content: &Content, shop: &ShopId, hash: Hash) -> Result<Option<Vec<u8>>, Failure> {
    let jpeg = match content.rendition(shop, hash, Rendition::Large).await {
        Ok(jpeg) => jpeg,
        Err(Failure::Absent { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(tokio::task::spawn_blocking(move || picture::shrink(&jpeg, SHOWN)).await?.ok())
}

async fn quoted(content: &Content, shop: &ShopId, evidence: &Evidence) -> Result<String, Failure> {
    let mut contents = content.original(shop, evidence.hash).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = contents.chunks.try_next().await? {
        bytes.extend_from_slice(&chunk);
    }
    // It could be read when it was taken.
    let text = inspect::readable(&bytes).unwrap_or_default();
    let end = text.floor_char_boundary(QUOTED);
    let cut = if end < text.len() { "……" } else { "" };
    Ok(format!("{}{cut}", text.get(..end).unwrap_or_default()))
}

fn empty(facts: &Facts<'_>, bundled: &[Bundled]) -> Manifest {
    let chain = match facts.chain.state {
        ChainState::Whole => "whole",
        ChainState::Broken { .. } => "broken",
        ChainState::Unsealed => "unsealed",
    };
    let missing = bundled.iter().filter(|it| !it.is_whole).map(|it| it.evidence.hash.to_string());
    Manifest {
        format: FORMAT.to_owned(),
        shop: facts.dossier.shop.to_string(),
        order: facts.dossier.order.to_string(),
        case: facts.case.no.to_string(),
        made_at: facts.made_at.epoch_seconds(),
        made_by: facts.made_by.to_string(),
        n_commits: u64::try_from(facts.history.len()).unwrap_or(u64::MAX),
        chain_head: facts.chain.head().map(str::to_owned),
        chain: chain.to_owned(),
        files: Vec::new(),
        files_sha256: String::new(),
        missing: missing.collect(),
    }
}

/// The journal. The events of a commit stand as the text they are stored as, since that is what the
/// seals are of.
fn events(facts: &Facts<'_>) -> Result<Vec<u8>, PackError> {
    #[derive(Serialize)]
    struct Commit<'a> {
        version: u64,
        at: i64,
        actor: &'a str,
        command: &'a str,
        seal: Option<&'a str>,
        events: &'a str,
    }
    let seals = facts.chain.seals.iter().map(Option::as_deref).chain(std::iter::repeat(None));
    let commits: Vec<Commit<'_>> = facts
        .history
        .iter()
        .zip(seals)
        .map(|(it, seal)| Commit {
            version: it.version.0,
            at: it.at.epoch_seconds(),
            actor: it.actor.as_str(),
            command: it.command.as_str(),
            seal,
            events: &it.events,
        })
        .collect();
    serde_json::to_vec_pretty(&commits).map_err(PackError::Manifest)
}

struct Packing<W: Write + Seek> {
    zip: ZipWriter<W>,
    manifest: Manifest,
}

impl<W: Write + Seek> Packing<W> {
    /// Photos and videos are compressed already.
    fn begin(&mut self, name: &str, n_bytes: u64, is_packed: bool) -> Result<(), PackError> {
        let method =
            if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(u64::from(u32::MAX) <= n_bytes);
        Ok(self.zip.start_file(name, options)?)
    }

    fn add(&mut self, name: &str, media_type: &str, bytes: &[u8]) -> Result<(), PackError> {
        let n_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.begin(name, n_bytes, false)?;
        self.zip.write_all(bytes)?;
        self.manifest.files.push(File {
            file: name.to_owned(),
            sha256: Hash::of(bytes).to_string(),
            bytes: n_bytes,
            media_type: media_type.to_owned(),
            evidence: None,
        });
        Ok(())
    }

    /// Streams; an original that changed since it was checked fails the pack.
    fn add_original(
        &mut self,
        it: &Bundled,
        shop: &ShopId,
        content: &Content,
        handle: &Handle,
    ) -> Result<(), PackError> {
        let Bundled { evidence, file, .. } = it;
        let is_text = evidence.media == Media::Text;
        self.begin(file, evidence.n_bytes, !is_text)?;
        let mut contents = handle.block_on(content.original(shop, evidence.hash))?;
        while let Some(chunk) = handle.block_on(contents.chunks.try_next())? {
            self.zip.write_all(&chunk)?;
        }
        let duplicate = evidence.duplicate_of.as_ref();
        self.manifest.files.push(File {
            file: file.clone(),
            sha256: evidence.hash.to_string(),
            bytes: evidence.n_bytes,
            media_type: evidence.media.code().to_owned(),
            evidence: Some(About {
                name: evidence.name.clone(),
                source: evidence.source.code().to_owned(),
                by: evidence.by.to_string(),
                uploaded_at: evidence.uploaded_at.epoch_seconds(),
                taken_at: evidence.taken_at.map(kernel::Timestamp::epoch_seconds),
                duplicate_of: duplicate.map(|it| format!("{}/{}", it.case.order, it.case.case)),
            }),
        });
        Ok(())
    }

    fn finish(mut self) -> Result<(W, Manifest), PackError> {
        self.manifest.files_sha256 = manifest::hash_of(&self.manifest.files).to_string();
        let written = serde_json::to_vec_pretty(&self.manifest).map_err(PackError::Manifest)?;
        let sums = manifest::sums(&self.manifest.files, &written);
        for (name, bytes) in [(MANIFEST, written.as_slice()), (SUMS, sums.as_bytes())] {
            self.begin(name, 0, false)?;
            self.zip.write_all(bytes)?;
        }
        Ok((self.zip.finish()?, self.manifest))
    }
}
