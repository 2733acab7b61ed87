//! Photos: how large, when taken, what they look like, and thumbnails that say nothing else.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage,
    codecs::jpeg::JpegEncoder,
};
use kernel::{Civil, Span, Timestamp, Zone};

use crate::{
    label::label,
    likeness::Face,
    limits::Limits,
    media::{Media, Rendition},
    refused::Refused,
};

/// Of a JPEG made here; 1 to 100.
const QUALITY: u8 = 82;

/// A photo that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Picture {
    /// As it is seen, upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) face: Option<Face>,
    pub(crate) renditions: Vec<(Rendition, Vec<u8>)>,
}

/// What a camera or a program wrote into a photo, as far as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Taken {
    /// By the camera's clock; in the shop's zone unless the camera said in which.
    pub(crate) at: Option<Timestamp>,
    /// The program that last wrote it.
    pub(crate) software: Option<String>,
}

/// Reads a photo within the limits: its size first, and its pixels only if they are not too many.
pub(crate) fn look(bytes: &[u8], media: Media, limits: &Limits) -> Result<Picture, Refused> {
    let Some(format) = format(media) else { return Err(Refused::Unreadable { media }) };
    let refused = |error| unread(error, media);
    let mut header = ImageReader::with_format(Cursor::new(bytes), format);
    header.limits(bounds(limits, false));
    let (width, height) = header.into_dimensions().map_err(refused)?;
    let n_pixels = u64::from(width).saturating_mul(u64::from(height));
    let Limits { pixels, side, .. } = *limits;
    if pixels < n_pixels || side < width || side < height {
        return Err(Refused::TooManyPixels { width, height, pixels, side });
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(bounds(limits, true));
    let mut decoder = reader.into_decoder().map_err(refused)?;
    // A broken orientation is none.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    // First small, then upright: turning a large picture needs it twice in memory.
    let (width, height) = turned(orientation, (picture.width(), picture.height()));
    picture = within(picture, Rendition::Large.side());
    picture.apply_orientation(orientation);
    let large = DynamicImage::ImageRgb8(on_white(picture));
    let small = within(large.clone(), Rendition::Small.side());
    let made = |rendition, picture| Ok((rendition, jpeg(picture).map_err(refused)?));
    let renditions = vec![made(Rendition::Small, &small)?, made(Rendition::Large, &large)?];
    Ok(Picture { width, height, face: Face::of(&large), renditions })
}

/// A JPEG of ours made smaller, for a page that carries many.
pub(crate) fn shrink(bytes: &[u8], side: u32) -> Result<Vec<u8>, ImageError> {
    let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg)?;
    jpeg(&within(picture, side))
}

/// What the metadata says. Where it was taken is not read.
pub(crate) fn taken(bytes: &[u8], zone: Zone) -> Taken {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(bytes));
    // Damaged metadata says what can be read of it; the picture is no worse for it.
    let Ok(exif) = read.or_else(|it| it.distill_partial_result(|_| ())) else {
        return Taken::default();
    };
    let at = moment(&exif, zone);
    let software = ascii(&exif, Tag::Software).and_then(|it| std::str::from_utf8(it).ok());
    let software = software.map(|it| label(it.trim_end_matches('\0')).chars().take(60).collect());
    Taken { at, software: software.filter(|it: &String| !it.is_empty()) }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    let Value::Ascii(texts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    texts.first().map(Vec::as_slice)
}

fn moment(exif: &Exif, zone: Zone) -> Option<Timestamp> {
    let written = ascii(exif, Tag::DateTimeOriginal).or_else(|| ascii(exif, Tag::DateTime))?;
    let mut read = exif::DateTime::from_ascii(written).ok()?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // An offset that cannot be read is none.
        let _ = read.parse_offset(offset);
    }
    let small = |it: u8| i8::try_from(it).ok();
    let date = (i16::try_from(read.year).ok()?, small(read.month)?, small(read.day)?);
    let civil = Civil::new(date, (small(read.hour)?, small(read.minute)?, small(read.second)?))?;
    match read.offset {
        None => Some(zone.instant(civil)),
        Some(minutes) => {
            let utc = Zone::from_minutes(0).ok()?.instant(civil);
            Some(utc.minus(Span::minutes(i64::from(minutes))))
        }
    }
}

fn format(media: Media) -> Option<ImageFormat> {
    match media {
        Media::Jpeg => Some(ImageFormat::Jpeg),
        Media::Png => Some(ImageFormat::Png),
        Media::Webp => Some(ImageFormat::WebP),
        Media::Gif => Some(ImageFormat::Gif),
        Media::Heic
        | Media::Mp4
        | Media::Mov
        | Media::Pdf
        | Media::Xlsx
        | Media::Docx
        | Media::Text => None,
    }
}

fn bounds(limits: &Limits, with_sides: bool) -> image::Limits {
    let mut bounds = image::Limits::default();
    if with_sides {
        bounds.max_image_width = Some(limits.side);
        bounds.max_image_height = Some(limits.side);
    }
    // Four channels of sixteen bits, and room for a decoder's own tables.
    bounds.max_alloc = Some(limits.pixels.saturating_mul(8).saturating_add(32 << 20));
    bounds
}

fn unread(error: ImageError, media: Media) -> Refused {
    let ended = |it: &std::io::Error| it.kind() == std::io::ErrorKind::UnexpectedEof;
    match error {
        ImageError::IoError(error) if ended(&error) => Refused::Truncated { media },
        ImageError::IoError(_)
        | ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Limits(_)
        | ImageError::Unsupported(_) => Refused::Unreadable { media },
    }
}

fn turned(orientation: image::metadata::Orientation, (width, height): (u32, u32)) -> (u32, u32) {
    use image::metadata::Orientation;
    match orientation {
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
    }
}

/// Never larger than it is.
fn within(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture;
    }
    picture.thumbnail(side, side)
}

/// What is see-through becomes white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    let pixels = picture.pixels().flat_map(|it| {
        let [red, green, blue, alpha] = it.0;
        [red, green, blue].map(|it| over_white(it, alpha))
    });
    RgbImage::from_raw(width, height, pixels.collect()).unwrap_or_default()
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u16::from(value), u16::from(alpha));
    let white = 255_u16.saturating_sub(alpha).saturating_mul(255);
    let mixed = value.saturating_mul(alpha).saturating_add(white).div_euclid(255);
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}
