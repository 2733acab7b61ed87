//! Archives: is a document one that may be opened, and does another file hide one?

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom},
};

use zip::ZipArchive;

use crate::{media::Media, refused::Refused};

/// More files than any honest document has.
const MOST_FILES: u16 = 4000;
/// The end record of an archive without its comment.
const END: usize = 22;
/// The longest comment there can be.
const COMMENT: u64 = 0xffff;

/// Whether a file that is something else can be opened as an archive too.
pub(crate) fn hides_archive(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let Some((end, tail_at, tail)) = end_record(file)? else { return Ok(false) };
    let size = u64::from(number(&tail, end, 12).unwrap_or(0));
    let place = u64::try_from(end).unwrap_or(u64::MAX).saturating_add(tail_at);
    let Some(directory) = place.checked_sub(size) else { return Ok(false) };
    file.seek(SeekFrom::Start(directory))?;
    let mut mark = [0; 4];
    let read = file.read_exact(&mut mark);
    Ok(read.is_ok() && mark == *b"PK\x01\x02")
}

/// Opens every file of an archive within bounds, and says which document it is.
pub(crate) fn document(
    file: &mut (impl Read + Seek),
    max: u64,
) -> io::Result<Result<Media, Refused>> {
    let media = Media::Xlsx;
    // The number of files is believed by whoever opens the archive, so it is looked at before.
    let n_files = match end_record(file)? {
        Some((end, _, tail)) => number(&tail, end, 8).map(|it| it & 0xffff),
        None => return Ok(Err(Refused::Truncated { media })),
    };
    if n_files.is_none_or(|it| u32::from(MOST_FILES) < it) {
        return Ok(Err(Refused::UnpacksTooLarge { media, max }));
    }
    file.rewind()?;
    Ok(opened(file, max))
}

fn opened(file: &mut (impl Read + Seek), max: u64) -> Result<Media, Refused> {
    let unreadable = |_| Refused::Unreadable { media: Media::Xlsx };
    let mut archive = ZipArchive::new(file).map_err(unreadable)?;
    let media = kind(&archive)?;
    let dangerous = |what| Refused::Dangerous { media, what };
    let overlaps = archive.has_overlapping_entries().map_err(unreadable)?;
    if overlaps || archive.has_duplicate_names() {
        return Err(dangerous("files that lie over each other"));
    }
    if archive.offset() != 0 {
        return Err(dangerous("something in front of it"));
    }
    if archive.decompressed_size().is_none_or(|it| u128::from(max) < it) {
        return Err(Refused::UnpacksTooLarge { media, max });
    }
    let mut left = max;
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).map_err(|_| Refused::Unreadable { media })?;
        if entry.encrypted() || entry.is_symlink() || entry.enclosed_name().is_none() {
            return Err(dangerous("a file that leads elsewhere"));
        }
        let name = entry.name().map_err(|_| Refused::Unreadable { media })?.to_ascii_lowercase();
        if name.contains("vbaproject") || name.contains("activex") || name.contains("oleobject") {
            return Err(dangerous("a macro"));
        }
        // What the directory says of sizes may be a lie.
        let allowed = left.saturating_add(1);
        let read = io::copy(&mut (&mut entry).take(allowed), &mut io::sink());
        let read = read.map_err(|_| Refused::Unreadable { media })?;
        left = left.checked_sub(read).ok_or(Refused::UnpacksTooLarge { media, max })?;
    }
    Ok(media)
}

fn kind<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<Media, Refused> {
    let names: BTreeSet<&[u8]> = archive.file_names_raw().collect();
    let has = |name: &str| names.contains(name.as_bytes());
    match (has("[Content_Types].xml"), has("xl/workbook.xml"), has("word/document.xml")) {
        (true, true, false) => Ok(Media::Xlsx),
        (true, false, true) => Ok(Media::Docx),
        _ => Err(Refused::Unsupported { found: "application/zip" }),
    }
}

/// Position of the end record in the last bytes of a file, where those begin, and the bytes.
type EndRecord = (usize, u64, Vec<u8>);

fn end_record(file: &mut (impl Read + Seek)) -> io::Result<Option<EndRecord>> {
    let length = file.seek(SeekFrom::End(0))?;
    let reach = COMMENT.saturating_add(u64::try_from(END).unwrap_or_default());
    let start = length.saturating_sub(reach);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(reach).read_to_end(&mut tail)?;
    let found = tail.windows(END).rposition(|it| it.starts_with(b"PK\x05\x06"));
    Ok(found.map(|it| (it, start, tail)))
}

/// Four bytes at an offset within the end record.
fn number(tail: &[u8], end: usize, offset: usize) -> Option<u32> {
    let at = end.checked_add(offset)?;
    let bytes = tail.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
