//! An archive in a temporary folder, and files to give it.

use std::{
    io::{Cursor, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use kernel::{ActorId, CaseNo, OrderNo, ShopId, Span, Timestamp, Zone};
use store_memory::MemoryStore;
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    Archive, CaseRef, Contents, Failure, Hash, Limits, Place, Source, Stored, TakeError, Upload,
};

pub(super) struct Desk {
    pub(super) archive: Archive,
    pub(super) records: Arc<MemoryStore>,
    pub(super) folder: TempDir,
    seconds: Arc<AtomicI64>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let content = Place::Folder(folder.path().to_path_buf()).open().unwrap();
        let records = Arc::new(MemoryStore::default());
        // Noon of 2026-11-12 in China.
        let seconds = Arc::new(AtomicI64::new(1_794_456_000));
        let clock = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
        };
        let archive = Archive::new(records.clone(), content, clock);
        Self { archive, records, folder, seconds }
    }

    pub(super) fn wait(&self, span: Span) {
        self.seconds.fetch_add(span.whole_seconds(), Ordering::Relaxed);
    }

    /// Files carry the time of the machine, so a sweep needs a clock that agrees.
    pub(super) fn set_clock_behind_files(&self) {
        let made = std::fs::metadata(self.folder.path()).unwrap().modified().unwrap();
        let made = made.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        self.seconds.store(i64::try_from(made).unwrap(), Ordering::Relaxed);
        self.wait(Span::days(3));
    }

    pub(super) async fn take(&self, upload: Upload, bytes: &[u8]) -> Result<Stored, TakeError> {
        let chunks: Vec<Result<Bytes, std::io::Error>> =
            bytes.chunks(100_000).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
        self.archive.take(upload, stream::iter(chunks)).await
    }

    /// Where an original lies.
    pub(super) fn lies(&self, shop: &str, hash: Hash) -> PathBuf {
        let name = hash.to_string();
        self.folder.path().join("kept").join(shop).join(&name[..2]).join(name)
    }

    /// Everything below the folder, without temporary files.
    pub(super) fn n_files(&self) -> usize {
        let mut pending = vec![self.folder.path().join("kept")];
        let mut n_files = 0;
        while let Some(folder) = pending.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    pending.push(path);
                } else {
                    n_files += 1;
                }
            }
        }
        n_files
    }
}

pub(super) fn shop(name: &str) -> ShopId {
    ShopId::new(name).unwrap()
}

pub(super) fn case(order: &str, case: &str) -> CaseRef {
    CaseRef { order: OrderNo::new(order).unwrap(), case: CaseNo::new(case).unwrap() }
}

pub(super) fn upload(to: &str, name: &str) -> Upload {
    Upload {
        shop: shop("demo"),
        case: case("O1", to),
        by: ActorId::lossy("wang"),
        source: Source::Buyer,
        name: name.to_owned(),
        limits: Limits::default(),
        zone: Zone::CHINA,
    }
}

pub(super) async fn whole(contents: Contents) -> Result<Vec<u8>, Failure> {
    let chunks: Vec<Bytes> = contents.chunks.try_collect().await?;
    Ok(chunks.concat())
}

/// Blocks of color that differ with the seed.
pub(super) fn scene(seed: u8, width: u32, height: u32) -> DynamicImage {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (column, row) = (x * 6 / width, y * 6 / height);
        let shade = (column * 37 + row * 59 + column * row * u32::from(seed) * 29) % 256;
        let shade = u8::try_from(shade).unwrap();
        Rgb([shade, shade.wrapping_mul(3), shade.wrapping_add(seed)])
    });
    DynamicImage::ImageRgb8(picture)
}

pub(super) fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    bytes
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A photo as a phone makes it: turned, dated, and with the place it was taken at.
pub(super) fn phone_photo(seed: u8) -> Vec<u8> {
    let plain = jpeg(&scene(seed, 1200, 800), 90);
    let exif = [b"Exif\0\0".as_slice(), &tiff()].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

/// Orientation 6, a program, a date with its zone, and a place.
fn tiff() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let at = |offset: u32| offset.to_le_bytes();
    // Directories at 8, 74 and 104; texts and numbers from 200.
    tiff.extend(4_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, [6, 0, 0, 0]));
    tiff.extend(entry(0x0131, 2, 16, at(200)));
    tiff.extend(entry(0x8769, 4, 1, at(74)));
    tiff.extend(entry(0x8825, 4, 1, at(104)));
    tiff.extend([0; 4]);
    tiff.resize(74, 0);
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x9003, 2, 20, at(220)));
    tiff.extend(entry(0x9011, 2, 7, at(240)));
    tiff.extend([0; 4]);
    tiff.resize(104, 0);
    tiff.extend(4_u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, at(250)));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, at(274)));
    tiff.extend([0; 4]);
    tiff.resize(200, 0);
    tiff.extend(b"Retoucher\x200.9.1\0");
    tiff.resize(220, 0);
    tiff.extend(b"2026:11:10 09:30:00\0");
    tiff.extend(b"+09:00\0");
    tiff.resize(250, 0);
    for part in [30_u32, 1, 15, 1, 0, 1, 120, 1, 9, 1, 0, 1] {
        tiff.extend(part.to_le_bytes());
    }
    tiff
}

/// An archive of these files, deflated.
pub(super) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn workbook(more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")];
    zipped(&[&parts, more].concat())
}

/// Boxes of a base-media file.
pub(super) fn boxes(parts: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, body) in parts {
        bytes.extend(u32::try_from(body.len() + 8).unwrap().to_be_bytes());
        bytes.extend(*kind);
        bytes.extend(*body);
    }
    bytes
}

pub(super) fn video() -> Vec<u8> {
    let frames = vec![0x5a; 300_000];
    boxes(&[(b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41"), (b"moov", &[0; 64]), (b"mdat", &frames)])
}
