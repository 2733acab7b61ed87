//! Whether a file is what its first bytes say: whole, readable, and nothing else besides.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::GB18030;
use kernel::Zone;

use crate::{
    ending,
    failure::TakeError,
    limits::Limits,
    media::Media,
    picture::{self, Picture, Taken},
    refused::Refused,
    sniff::{self, Look},
    zipped,
};

/// A file that was looked at and found fit to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Inspected {
    pub(crate) media: Media,
    /// Of photos that can be shown.
    pub(crate) picture: Option<Picture>,
    pub(crate) taken: Taken,
}

/// How much of the beginning and of the end of a video is searched for what it must not carry.
const EDGE: u64 = 64 << 10;
/// Where the end of a PDF document is marked.
const PDF_END: usize = 2048;

/// Blocks, and needs as much memory as the decoded picture.
pub(crate) fn inspect(
    file: &mut File,
    look: Look,
    limits: &Limits,
    zone: Zone,
) -> Result<Inspected, TakeError> {
    let media = match look {
        Look::Archive => zipped::document(file, limits.unpacked_bytes).map_err(disk)??,
        Look::Media(media) => media,
    };
    if !matches!(look, Look::Archive) && zipped::hides_archive(file).map_err(disk)? {
        return Err(Refused::Dangerous { media, what: "an archive" }.into());
    }
    let mut inspected = Inspected { media, picture: None, taken: Taken::default() };
    match media {
        Media::Jpeg | Media::Png | Media::Webp | Media::Gif => {
            let bytes = whole(file)?;
            let end = ending::of_photo(&bytes, media)?;
            harmless(&bytes, media)?;
            if let Some(what) = sniff::appended(bytes.get(end..).unwrap_or_default()) {
                return Err(Refused::Dangerous { media, what }.into());
            }
            inspected.picture = Some(picture::look(&bytes, media, limits)?);
            inspected.taken = picture::taken(&bytes, zone);
        }
        Media::Heic => {
            ending::check_boxes(file, media, *b"meta").map_err(disk)??;
            let bytes = whole(file)?;
            harmless(&bytes, media)?;
            inspected.taken = picture::taken(&bytes, zone);
        }
        Media::Mp4 | Media::Mov => {
            ending::check_boxes(file, media, *b"moov").map_err(disk)??;
            harmless(&edge(file, SeekFrom::Start(0))?, media)?;
            let length = file.seek(SeekFrom::End(0)).map_err(disk)?;
            let last = SeekFrom::Start(length.saturating_sub(EDGE));
            harmless(&edge(file, last)?, media)?;
        }
        Media::Pdf => pdf(&whole(file)?)?,
        Media::Text => text(&whole(file)?)?,
        Media::Xlsx | Media::Docx => {}
    }
    Ok(inspected)
}

fn disk(error: io::Error) -> TakeError {
    TakeError::Failed(error.into())
}

fn whole(file: &mut File) -> Result<Vec<u8>, TakeError> {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(disk)?;
    Ok(bytes)
}

fn edge(file: &mut File, from: SeekFrom) -> Result<Vec<u8>, TakeError> {
    let mut bytes = Vec::new();
    file.seek(from).and_then(|_| file.take(EDGE).read_to_end(&mut bytes)).map_err(disk)?;
    Ok(bytes)
}

fn harmless(bytes: &[u8], media: Media) -> Result<(), Refused> {
    match sniff::carried(bytes) {
        Some(what) => Err(Refused::Dangerous { media, what }),
        None => Ok(()),
    }
}

/// Scripts in compressed parts are not seen; documents are never opened by us, and are served as
/// downloads only.
fn pdf(bytes: &[u8]) -> Result<(), Refused> {
    let media = Media::Pdf;
    let tail = bytes.get(bytes.len().saturating_sub(PDF_END)..).unwrap_or_default();
    if !tail.windows(5).any(|it| it == b"%%EOF") {
        return Err(Refused::Truncated { media });
    }
    harmless(bytes, media)?;
    let runs = [&b"/JavaScript"[..], b"/Launch"];
    if runs.iter().any(|word| bytes.windows(word.len()).any(|it| it == *word)) {
        return Err(Refused::Dangerous { media, what: "a script" });
    }
    Ok(())
}

/// UTF-8, or as Chinese programs for Windows write it.
fn text(bytes: &[u8]) -> Result<(), Refused> {
    let media = Media::Text;
    if bytes.iter().any(|it| sniff::is_binary(*it)) {
        return Err(Refused::Unsupported { found: "" });
    }
    harmless(bytes, media)?;
    readable(bytes).map(|_| ()).ok_or(Refused::Unreadable { media })
}

/// The letters of a text that was kept; `None` if it is in no encoding that is taken.
pub(crate) fn readable(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(text.into_owned())
}
