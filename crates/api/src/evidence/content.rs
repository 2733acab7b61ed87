//! Content on its way out: whole, in parts, and as thumbnails.

use std::{fmt::Write as _, ops::Range};

use ::evidence::{Evidence, Form, Hash, Media, Rendition};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kernel::{Choice as _, ShopId};
use people::Permission;
use serde::Deserialize;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use super::{EvidenceName, found};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    problem::{Asked, Said},
    wire::{CasePath, codes::RenditionCode},
};

/// Bytes, as the document describes them.
#[derive(Debug)]
pub(crate) struct Binary;

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Binary {}

/// Read the file itself
///
/// Byte for byte as it came, with where it was taken if the camera says so: for people who judge,
/// not for pages. Takes `Range` and `If-None-Match`.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/evidence/{evidence}/content",
    operation_id = "readEvidenceContent",
    tag = "evidence",
    params(
        CasePath,
        ("evidence" = String, Path, description = "Its hash."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of a copy."),
    ),
    responses(
        (status = 200, body = Binary, content_type = "*/*"),
        (status = 206, description = "The part that was asked for.", body = Binary,
            content_type = "*/*"),
        (status = 304, description = "The copy is right."),
        (status = 416, description = "There is no such part.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read_content(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    name: Named<EvidenceName>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let evidence = found(app.evidence(), &path.shop, &path.case_ref(), name.0.0).await?;
    kept(&app, &path.shop, &evidence, &headers).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThumbnailQuery {
    /// Most pixels of its longer side.
    #[serde(default = "small")]
    pub(crate) size: RenditionCode,
}

fn small() -> RenditionCode {
    crate::wire::Code(Rendition::Small)
}

/// Read a thumbnail
///
/// JPEG, upright, without any metadata. Only photos that can be shown have one.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/evidence/{evidence}/thumbnail",
    operation_id = "readEvidenceThumbnail",
    tag = "evidence",
    params(
        CasePath,
        ThumbnailQuery,
        ("evidence" = String, Path, description = "Its hash."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of a copy."),
    ),
    responses(
        (status = 200, body = Binary, content_type = "image/jpeg"),
        (status = 304, description = "The copy is right."),
    ),
)]
pub(crate) async fn read_thumbnail(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    name: Named<EvidenceName>,
    Asked(query): Asked<ThumbnailQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let evidence = found(app.evidence(), &path.shop, &path.case_ref(), name.0.0).await?;
    thumbnail_of(&app, &path.shop, evidence.hash, query.size.0, &headers).await
}

/// An original, as far as `headers` ask for it.
pub(crate) async fn kept(
    app: &App,
    shop: &ShopId,
    evidence: &Evidence,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (hash, n_bytes) = (evidence.hash, evidence.n_bytes);
    let tag = format!("\"{hash}\"");
    if is_known(headers, &tag) {
        return Ok(unchanged(&tag));
    }
    let part = match wanted(headers, &tag, n_bytes) {
        Wanted::Whole => None,
        Wanted::Part(part) => Some(part),
        Wanted::Nothing => return Err(no_such_part(n_bytes)),
    };
    let contents = app.evidence().read(shop, hash, part.clone()).await?;
    let mut response = Body::from_stream(contents.chunks).into_response();
    let length = part.as_ref().map_or(n_bytes, |it| it.end.saturating_sub(it.start));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(evidence.media.code()));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_DISPOSITION, AttachmentName::of(evidence).header());
    lasting(headers, &tag);
    if let Some(Range { start, end }) = part {
        let range = format!("bytes {start}-{}/{n_bytes}", end.saturating_sub(1));
        headers.insert(header::CONTENT_RANGE, text(range));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

pub(crate) async fn thumbnail_of(
    app: &App,
    shop: &ShopId,
    hash: Hash,
    rendition: Rendition,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let tag = format!("\"{hash}.{rendition}\"");
    if is_known(headers, &tag) {
        return Ok(unchanged(&tag));
    }
    let jpeg = app.evidence().thumbnail(shop, hash, rendition).await?;
    let mut response = Body::from(jpeg).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Media::Jpeg.code()));
    lasting(headers, &tag);
    Ok(response)
}

/// The name a browser saves something under, and whether it may show it.
pub(crate) struct AttachmentName {
    name: String,
    is_shown: bool,
}

impl AttachmentName {
    pub(crate) fn of_download(name: String) -> Self {
        Self { name, is_shown: false }
    }

    /// Only pictures and videos are shown; a document could be more than it seems.
    fn of(evidence: &Evidence) -> Self {
        let extension = evidence.media.extension();
        let stem = evidence.name.rsplit_once('.').map_or(evidence.name.as_str(), |(stem, _)| stem);
        let number = evidence.number;
        let name = match stem {
            "" => format!("evidence-{number}.{extension}"),
            stem => format!("{stem}.{extension}"),
        };
        let is_shown = evidence.media.is_shown() || evidence.media.form() == Form::Video;
        Self { name, is_shown }
    }

    pub(crate) fn header(&self) -> HeaderValue {
        let mut quoted = String::new();
        for byte in self.name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                quoted.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(quoted, "%{byte:02X}");
            }
        }
        let how = if self.is_shown { "inline" } else { "attachment" };
        text(format!("{how}; filename*=UTF-8''{quoted}"))
    }
}

/// What is written here is ASCII without control characters.
fn text(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// Its name is its hash, so that it never changes; who may see it does.
fn lasting(headers: &mut HeaderMap, tag: &str) {
    headers.insert(header::ETAG, text(tag.to_owned()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
}

fn unchanged(tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    lasting(response.headers_mut(), tag);
    response
}

fn said(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = said(headers, header::IF_NONE_MATCH).unwrap_or_default();
    known.split(',').map(str::trim).any(|it| it == "*" || it.trim_start_matches("W/") == tag)
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// One range is given; several, or what cannot be read, are answered with the whole.
fn wanted(headers: &HeaderMap, tag: &str, n_bytes: u64) -> Wanted {
    let Some(range) = said(headers, header::RANGE) else { return Wanted::Whole };
    if said(headers, header::IF_RANGE).is_some_and(|it| it != tag) {
        return Wanted::Whole;
    }
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |it: &str| it.trim().parse::<u64>().ok();
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(n_bytes),
        (Some(first), None) if last.trim().is_empty() => first..n_bytes,
        (None, Some(last)) if first.trim().is_empty() => n_bytes.saturating_sub(last)..n_bytes,
        _ => return Wanted::Whole,
    };
    if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) }
}

fn no_such_part(n_bytes: u64) -> Problem {
    let detail = Said::new(
        format!("没有这一段：文件共 {n_bytes} 字节"),
        format!("there is no such part: the file has {n_bytes} bytes"),
    );
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "no-such-part", detail).at("Range")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        wanted(&headers, "\"x\"", 100)
    }

    #[test]
    fn one_range_is_given_and_everything_else_is_the_whole() {
        assert_eq!(asked("bytes=0-9"), Wanted::Part(0..10));
        assert_eq!(asked("bytes=90-"), Wanted::Part(90..100));
        assert_eq!(asked("bytes=-10"), Wanted::Part(90..100));
        assert_eq!(asked("bytes=-1000"), Wanted::Part(0..100));
        assert_eq!(asked("bytes=50-5000"), Wanted::Part(50..100));
        assert_eq!(asked("bytes=100-"), Wanted::Nothing);
        assert_eq!(asked("bytes=-0"), Wanted::Nothing);
        for whole in ["bytes=9-0", "bytes=0-1,5-6", "lines=0-9", "bytes=a-b", "bytes=-", "x"] {
            assert_eq!(asked(whole), Wanted::Whole, "{whole}");
        }
    }

    #[test]
    fn a_name_is_told_in_letters_every_header_takes() {
        let name = AttachmentName::of_download("破损\"\r\n.jpg".to_owned());
        let told = "attachment; filename*=UTF-8''%E7%A0%B4%E6%8D%9F%22%0D%0A.jpg";
        assert_eq!(name.header(), told);
    }
}
