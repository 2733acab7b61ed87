//! What the first bytes say, and what no upload may carry.

use crate::{
    media::{Form, Media},
    refused::Refused,
};

/// How much of an upload is looked at to tell what it is.
pub(crate) const HEAD: usize = 4096;

/// What the head of a file looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    Media(Media),
    /// An archive; which kind of document it is stands at its end.
    Archive,
}

impl Look {
    pub(crate) fn form(self) -> Form {
        match self {
            Self::Media(media) => media.form(),
            Self::Archive => Form::Document,
        }
    }
}

type Test = fn(&[u8]) -> bool;

/// Tells from up to [`HEAD`] bytes what a file is, or that it is nothing that is taken.
pub(crate) fn look(head: &[u8]) -> Result<Look, Refused> {
    use infer::{image, video};
    if head.is_empty() {
        return Err(Refused::Empty);
    }
    if let Some(found) = page_or_script(head) {
        return Err(Refused::Unsupported { found });
    }
    let known: [(Test, Media); 7] = [
        (image::is_jpeg, Media::Jpeg),
        (image::is_png, Media::Png),
        (image::is_webp, Media::Webp),
        (image::is_gif, Media::Gif),
        (image::is_heif, Media::Heic),
        (video::is_mov, Media::Mov),
        (is_mp4, Media::Mp4),
    ];
    if let Some((_, media)) = known.iter().find(|(is, _)| is(head)) {
        return Ok(Look::Media(*media));
    }
    if head.starts_with(b"%PDF-") {
        return Ok(Look::Media(Media::Pdf));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Look::Archive);
    }
    match infer::get(head) {
        Some(kind) => Err(Refused::Unsupported { found: kind.mime_type() }),
        None if head.iter().any(|it| is_binary(*it)) => Err(Refused::Unsupported { found: "" }),
        None => Ok(Look::Media(Media::Text)),
    }
}

/// Phones write brands that few libraries list, so any base-media file that is no picture counts;
/// its boxes are looked at later.
fn is_mp4(head: &[u8]) -> bool {
    let is_picture = [&b"avif"[..], b"avis", b"crx ", b"jp2 "];
    infer::video::is_mp4(head)
        || (head.get(4..8) == Some(b"ftyp")
            && !is_picture.iter().any(|it| head.get(8..12) == Some(*it)))
}

/// Bytes that no text has.
pub(crate) fn is_binary(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r')
}

fn page_or_script(head: &[u8]) -> Option<&'static str> {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if start.starts_with(b"#!") {
        return Some("text/x-shellscript");
    }
    if start.starts_with(b"<") {
        let is_drawing = contains_tag(start, b"<svg");
        return Some(if is_drawing { "image/svg+xml" } else { "text/html" });
    }
    None
}

/// Beginnings of what a browser or a server would run, wherever it stands in a picture.
const TAGS: &[&[u8]] = &[b"<script", b"<iframe", b"<!doctype", b"<html", b"<?php"];

/// What a file must not carry within, if it does.
pub(crate) fn carried(bytes: &[u8]) -> Option<&'static str> {
    if TAGS.iter().any(|it| contains_tag(bytes, it)) {
        return Some("a page or a script");
    }
    let head = bytes.get(..1024).unwrap_or(bytes);
    if contains_tag(head, b"<svg") {
        return Some("a drawing that can run scripts");
    }
    let is_pdf = bytes.starts_with(b"%PDF-");
    if !is_pdf && head.windows(5).any(|it| it == b"%PDF-") {
        return Some("a PDF document");
    }
    None
}

/// Whether `tag` stands in `bytes`, whatever its case, with an end of a tag's name behind it.
fn contains_tag(bytes: &[u8], tag: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|it| *it == b'<') {
        rest = rest.get(at..).unwrap_or_default();
        let (found, behind) = rest.split_at_checked(tag.len()).unwrap_or((rest, &[]));
        let ends = matches!(behind.first(), Some(b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n'));
        if ends && found.eq_ignore_ascii_case(tag) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// What lies behind the end of a picture, if it is a file of its own that is no picture and no
/// video. Phones put the moving part of a photo there.
pub(crate) fn appended(behind: &[u8]) -> Option<&'static str> {
    use infer::MatcherType;
    let head = behind.get(..HEAD).unwrap_or(behind);
    match infer::get(head)?.matcher_type() {
        MatcherType::Image | MatcherType::Video | MatcherType::Audio => None,
        MatcherType::App
        | MatcherType::Archive
        | MatcherType::Book
        | MatcherType::Doc
        | MatcherType::Font
        | MatcherType::Text
        | MatcherType::Custom => Some("another file"),
    }
}
