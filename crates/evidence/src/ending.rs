//! Where a file ends by its own account: whether it is whole, and what was put behind it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::{media::Media, refused::Refused};

/// More boxes than an honest video has.
const MOST_BOXES: usize = 200_000;

/// The position behind the end of a photo. [`Refused::Truncated`] if there is no end.
pub(crate) fn of_photo(bytes: &[u8], media: Media) -> Result<usize, Refused> {
    let end = match media {
        Media::Jpeg => of_jpeg(bytes),
        Media::Png => of_png(bytes),
        Media::Gif => of_gif(bytes),
        Media::Webp => of_webp(bytes),
        Media::Heic
        | Media::Mp4
        | Media::Mov
        | Media::Pdf
        | Media::Xlsx
        | Media::Docx
        | Media::Text => Some(bytes.len()),
    };
    end.filter(|it| *it <= bytes.len()).ok_or(Refused::Truncated { media })
}

/// Segments with lengths; then, behind a start of scan, data in which `FF` is followed by zero or a
/// restart, up to the next segment.
fn of_jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2_usize;
    loop {
        let marker = *bytes.get(at.checked_add(1)?)?;
        match (*bytes.get(at)?, marker) {
            (0xff, 0xff) => at = at.checked_add(1)?,
            (0xff, 0xd9) => return at.checked_add(2),
            (0xff, 0x01 | 0xd0..=0xd7) => at = at.checked_add(2)?,
            (0xff, _) => {
                at = at.checked_add(2)?;
                let length = usize::from(u16::from_be_bytes(array(bytes, at)?));
                at = at.checked_add(length.max(2))?;
                if marker == 0xda {
                    at = behind_scan(bytes, at)?;
                }
            }
            _ => return None,
        }
    }
}

fn behind_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let data = bytes.get(from..)?;
    let is_marker =
        |it: &[u8]| matches!(it, [0xff, next] if !matches!(next, 0 | 0xd0..=0xd7 | 0xff));
    from.checked_add(data.windows(2).position(is_marker)?)
}

fn of_png(bytes: &[u8]) -> Option<usize> {
    let mut at = 8_usize;
    loop {
        let length = usize::try_from(u32::from_be_bytes(array(bytes, at)?)).ok()?;
        let kind: [u8; 4] = array(bytes, at.checked_add(4)?)?;
        at = at.checked_add(length)?.checked_add(12)?;
        if &kind == b"IEND" {
            return Some(at);
        }
    }
}

fn of_gif(bytes: &[u8]) -> Option<usize> {
    let table = |packed: u8| {
        let size = 3_usize << (usize::from(packed & 7).saturating_add(1));
        if packed & 0x80 == 0 { 0 } else { size }
    };
    let mut at = 13_usize.checked_add(table(*bytes.get(10)?))?;
    loop {
        at = match *bytes.get(at)? {
            0x3b => return at.checked_add(1),
            0x21 => at.checked_add(2)?,
            0x2c => {
                let packed = *bytes.get(at.checked_add(9)?)?;
                at.checked_add(11)?.checked_add(table(packed))?
            }
            _ => return None,
        };
        loop {
            let length = usize::from(*bytes.get(at)?);
            at = at.checked_add(length)?.checked_add(1)?;
            if length == 0 {
                break;
            }
        }
    }
}

fn of_webp(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(u32::from_le_bytes(array(bytes, 4)?)).ok()?;
    length.checked_add(8)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Walks the boxes of a base-media file: they must reach to its end, and one of them must be the
/// `index`, without which nothing can be played or seen.
pub(crate) fn check_boxes(
    file: &mut (impl Read + Seek),
    media: Media,
    index: [u8; 4],
) -> io::Result<Result<(), Refused>> {
    let length = file.seek(SeekFrom::End(0))?;
    let (mut at, mut has_index) = (0_u64, false);
    for _ in 0..MOST_BOXES {
        if at == length {
            let whole = if has_index { Ok(()) } else { Err(Refused::Truncated { media }) };
            return Ok(whole);
        }
        let Some((kind, size)) = header(file, at, length)? else {
            return Ok(Err(Refused::Truncated { media }));
        };
        if size < 8 || !kind.iter().all(|it| (0x20..0x7f).contains(it) || *it == 0xa9) {
            return Ok(Err(Refused::Unreadable { media }));
        }
        has_index |= kind == index;
        match at.checked_add(size) {
            Some(next) if next <= length => at = next,
            _ => return Ok(Err(Refused::Truncated { media })),
        }
    }
    Ok(Err(Refused::Unreadable { media }))
}

/// Kind and size of the box at a position; `None` if the file ends within its header.
fn header(
    file: &mut (impl Read + Seek),
    at: u64,
    length: u64,
) -> io::Result<Option<([u8; 4], u64)>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(16).read_to_end(&mut bytes)?;
    let (Some(size), Some(kind)) = (array(&bytes, 0).map(u32::from_be_bytes), array(&bytes, 4))
    else {
        return Ok(None);
    };
    let size = match size {
        0 => Some(length.saturating_sub(at)),
        1 => array(&bytes, 8).map(u64::from_be_bytes),
        size => Some(u64::from(size)),
    };
    Ok(size.map(|it| (kind, it)))
}
