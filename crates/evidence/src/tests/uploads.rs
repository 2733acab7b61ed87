//! What is taken, and what is refused with which words.

use std::fmt::Write;

use expect_test::{Expect, expect};
use image::ImageFormat;
use kernel::Choice;
use policy::Language;

use super::support::{
    Desk, boxes, encoded, jpeg, phone_photo, scene, upload, video, whole, workbook, zipped,
};
use crate::{Limits, TakeError};

/// Gives each file to an archive, and tells what became of it: its type, or the refusal's code and
/// sentence. Whatever was refused left nothing behind.
async fn check(files: &[(&str, Vec<u8>)], told: Expect) {
    check_within(Limits::default(), files, told).await;
}

async fn check_within(limits: Limits, files: &[(&str, Vec<u8>)], told: Expect) {
    let mut all = String::new();
    for (name, bytes) in files {
        let desk = Desk::new();
        let upload = crate::Upload { limits, ..upload("C1", name) };
        let shop = upload.shop.clone();
        match desk.take(upload, bytes).await {
            Ok(stored) => {
                let evidence = stored.evidence;
                let kept = desk.archive.read(&shop, evidence.hash, None).await.unwrap();
                assert!(whole(kept).await.unwrap() == *bytes, "{name} is not as it came");
                writeln!(all, "{name}: {}", evidence.media.code()).unwrap();
            }
            Err(TakeError::Refused(refused)) => {
                assert_eq!(desk.n_files(), 0, "{name}");
                let said = refused.said(Language::Zh);
                writeln!(all, "{name}: {} ({refused}) {said}", refused.code()).unwrap();
            }
            Err(error) => panic!("{name}: {error:?}"),
        }
    }
    told.assert_eq(&all);
}

#[tokio::test]
async fn what_people_send_is_taken_whatever_it_is_called() {
    let picture = scene(1, 300, 200);
    let motion = [jpeg(&picture, 80), video()].concat();
    let pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n".to_vec();
    let mov = boxes(&[(b"ftyp", b"qt  \0\0\0\0qt  "), (b"mdat", b"frames"), (b"moov", b"index")]);
    let heic =
        boxes(&[(b"ftyp", b"heic\0\0\0\0mif1heic"), (b"meta", b"\0\0\0\0"), (b"mdat", b"x")]);
    let word: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<document/>")];
    let chinese = b"\xc2\xf2\xbc\xd2\xcb\xb5\xa3\xba\xd2\xd1\xca\xd5\xb5\xbd\r\n".to_vec();
    let files = [
        ("a.jpg", jpeg(&picture, 80)),
        ("motion photo", motion),
        ("b.exe", encoded(&picture, ImageFormat::Png)),
        ("c", encoded(&picture, ImageFormat::WebP)),
        ("d.gif", encoded(&picture, ImageFormat::Gif)),
        ("e.heic", heic),
        ("f.mp4", video()),
        ("g.mov", mov),
        ("h.pdf", pdf),
        ("i.xlsx", workbook(&[("xl/worksheets/sheet1.xml", b"<worksheet/>")])),
        ("j.docx", zipped(&word)),
        ("chat.txt", "买家：已收到，是我爱人签的。\n".as_bytes().to_vec()),
        ("chat.csv", chinese),
    ];
    check(
        &files,
        expect![[r#"
        a.jpg: image/jpeg
        motion photo: image/jpeg
        b.exe: image/png
        c: image/webp
        d.gif: image/gif
        e.heic: image/heic
        f.mp4: video/mp4
        g.mov: video/quicktime
        h.pdf: application/pdf
        i.xlsx: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        j.docx: application/vnd.openxmlformats-officedocument.wordprocessingml.document
        chat.txt: text/plain
        chat.csv: text/plain
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_evidence_is_refused() {
    let files = [
        ("nothing", Vec::new()),
        ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        ("drawing.png", b"\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("run.jpg", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        ("program.jpg", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec()),
        ("music.mp3", b"ID3\x03\0\0\0\0\0\0".to_vec()),
        ("rar.jpg", b"Rar!\x1a\x07\x01\0aaaaaaaaaaaaaaaa".to_vec()),
        ("plain.zip", zipped(&[("a.txt", b"a")])),
        ("noise", vec![0, 1, 2, 3, 250]),
    ];
    check(&files, expect![[r#"
        nothing: empty (the file is empty) 文件是空的，请重新选择
        page.jpg: unsupported (neither a photo, a video nor a document that is taken: `text/html`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        drawing.png: unsupported (neither a photo, a video nor a document that is taken: `image/svg+xml`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        run.jpg: unsupported (neither a photo, a video nor a document that is taken: `text/x-shellscript`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        program.jpg: unsupported (neither a photo, a video nor a document that is taken: `application/vnd.microsoft.portable-executable`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        music.mp3: unsupported (neither a photo, a video nor a document that is taken: `audio/mpeg`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        rar.jpg: unsupported (neither a photo, a video nor a document that is taken: `application/vnd.rar`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        plain.zip: unsupported (neither a photo, a video nor a document that is taken: `application/zip`) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
        noise: unsupported (neither a photo, a video nor a document that is taken: ``) 不支持这种文件，请上传 JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT
    "#]]).await;
}

#[tokio::test]
async fn what_is_cut_off_is_refused_as_not_whole() {
    let picture = scene(2, 300, 200);
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 40].to_vec();
    let files = [
        ("a.jpg", cut(jpeg(&picture, 80))),
        ("b.png", cut(encoded(&picture, ImageFormat::Png))),
        ("c.webp", cut(encoded(&picture, ImageFormat::WebP))),
        ("d.gif", cut(encoded(&picture, ImageFormat::Gif))),
        ("e.mp4", cut(video())),
        ("f.mp4", boxes(&[(b"ftyp", b"isom\0\0\x02\0isom"), (b"mdat", b"frames")])),
        ("g.pdf", b"%PDF-1.4\n1 0 obj\n<<>>".to_vec()),
        ("h.xlsx", cut(workbook(&[]))),
        ("i.jpg", jpeg(&picture, 80)[..3].to_vec()),
    ];
    check(&files, expect![[r#"
        a.jpg: truncated (the image/jpeg ends too early) 文件不完整，可能没有传完，请重新上传
        b.png: truncated (the image/png ends too early) 文件不完整，可能没有传完，请重新上传
        c.webp: truncated (the image/webp ends too early) 文件不完整，可能没有传完，请重新上传
        d.gif: truncated (the image/gif ends too early) 文件不完整，可能没有传完，请重新上传
        e.mp4: truncated (the video/mp4 ends too early) 文件不完整，可能没有传完，请重新上传
        f.mp4: truncated (the video/mp4 ends too early) 文件不完整，可能没有传完，请重新上传
        g.pdf: truncated (the application/pdf ends too early) 文件不完整，可能没有传完，请重新上传
        h.xlsx: truncated (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet ends too early) 文件不完整，可能没有传完，请重新上传
        i.jpg: truncated (the image/jpeg ends too early) 文件不完整，可能没有传完，请重新上传
    "#]]).await;
}

#[tokio::test]
async fn what_is_two_things_at_once_is_refused() {
    let photo = jpeg(&scene(3, 300, 200), 80);
    let behind = |bytes: &[u8]| [photo.as_slice(), bytes].concat();
    let comment = |text: &[u8]| {
        let length = u16::try_from(text.len() + 2).unwrap().to_be_bytes();
        [&photo[..2], &[0xff, 0xfe], &length, text, &photo[2..]].concat()
    };
    let macros = workbook(&[("xl/vbaProject.bin", b"macro")]);
    let files = [
        ("photo and archive", behind(&zipped(&[("a.html", b"<html>")]))),
        ("photo and program", behind(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0")),
        ("photo with a page", comment(b"<ScRiPt src=//evil>")),
        ("photo with PHP", comment(b"<?php system($_GET[0]);")),
        ("photo and PDF", comment(b"%PDF-1.4")),
        ("video and archive", [video(), zipped(&[("a", b"a")])].concat()),
        ("script in PDF", b"%PDF-1.4\n<</S/JavaScript/JS(app.alert(1))>>\n%%EOF".to_vec()),
        ("workbook with macros", macros),
        ("workbook behind a page", [b"PK\x03\x04<html> ".to_vec(), workbook(&[])].concat()),
        ("text with a page", b"chat\n<script>alert(1)</script>".to_vec()),
    ];
    check(&files, expect![[r#"
        photo and archive: dangerous (the image/jpeg carries an archive) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        photo and program: dangerous (the image/jpeg carries another file) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        photo with a page: dangerous (the image/jpeg carries a page or a script) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        photo with PHP: dangerous (the image/jpeg carries a page or a script) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        photo and PDF: dangerous (the image/jpeg carries a PDF document) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        video and archive: dangerous (the video/mp4 carries an archive) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        script in PDF: dangerous (the application/pdf carries a script) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        workbook with macros: dangerous (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet carries a macro) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        workbook behind a page: dangerous (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet carries something in front of it) 文件里带有脚本或别的文件，不能接收，请换一份干净的
        text with a page: dangerous (the text/plain carries a page or a script) 文件里带有脚本或别的文件，不能接收，请换一份干净的
    "#]]).await;
}

#[tokio::test]
async fn archives_that_burst_or_lead_elsewhere_are_refused() {
    let zeros = vec![0; 4 << 20];
    let up = workbook(&[("../../etc/passwd", b"root")]);
    let many: Vec<(String, &[u8])> = (0..4100).map(|it| (format!("f{it}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    // The directory says that nothing is in it.
    let mut lying = workbook(&[("xl/media/a.bin", &zeros)]);
    let place = lying.windows(4).rposition(|it| it == b"PK\x01\x02").unwrap();
    lying[place + 24..place + 28].copy_from_slice(&10_u32.to_le_bytes());
    let files = [
        ("bomb.xlsx", workbook(&[("xl/media/a.bin", &zeros)])),
        ("lying.xlsx", lying),
        ("many.xlsx", workbook(&many)),
        ("slip.xlsx", up),
    ];
    let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    check_within(limits, &files, expect![[r#"
        bomb.xlsx: unpacks-too-large (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet unpacks to more than 1048576 bytes) 文件解压后太大，最多 1 MB
        lying.xlsx: unreadable (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet cannot be read) 文件已损坏，无法读取，请换一份
        many.xlsx: unpacks-too-large (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet unpacks to more than 1048576 bytes) 文件解压后太大，最多 1 MB
        slip.xlsx: dangerous (the application/vnd.openxmlformats-officedocument.spreadsheetml.sheet carries a file that leads elsewhere) 文件里带有脚本或别的文件，不能接收，请换一份干净的
    "#]]).await;
}

#[tokio::test]
async fn pictures_with_too_many_pixels_are_refused_by_their_header() {
    // 60,000 × 60,000, and hardly a byte of it.
    let mut vast = encoded(&scene(4, 8, 8), ImageFormat::Png);
    vast[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let sum = crc32(&vast[12..29]).to_be_bytes();
    vast[29..33].copy_from_slice(&sum);
    let files = [("vast.png", vast)];
    check(&files, expect![[r#"
        vast.png: too-many-pixels (a picture of 60000 × 60000 is too large: at most 40000000 pixels, 16384 a side) 图片尺寸 60000 × 60000 太大，总像素最多 40000000，每边最多 16384，请缩小后再传
    "#]]).await;

    let small = Limits { pixels: 10_000, side: 300, ..Limits::default() };
    let files = [
        ("200 × 100", jpeg(&scene(4, 200, 100), 80)),
        ("10 × 301", jpeg(&scene(4, 10, 301), 80)),
        ("100 × 100", jpeg(&scene(4, 100, 100), 80)),
    ];
    check_within(small, &files, expect![[r#"
        200 × 100: too-many-pixels (a picture of 200 × 100 is too large: at most 10000 pixels, 300 a side) 图片尺寸 200 × 100 太大，总像素最多 10000，每边最多 300，请缩小后再传
        10 × 301: too-many-pixels (a picture of 10 × 301 is too large: at most 10000 pixels, 300 a side) 图片尺寸 10 × 301 太大，总像素最多 10000，每边最多 300，请缩小后再传
        100 × 100: image/jpeg
    "#]]).await;
}

#[tokio::test]
async fn sizes_are_held_to_the_limit_of_their_form() {
    let limits = Limits {
        photo_bytes: 20_000,
        video_bytes: 400_000,
        document_bytes: 10,
        ..Limits::default()
    };
    let files = [
        ("large photo", phone_photo(5)),
        ("small photo", jpeg(&scene(5, 100, 100), 80)),
        ("video", video()),
        ("long video", [video(), boxes(&[(b"free", &vec![0; 200_000])])].concat()),
        ("text", b"exactly 10".to_vec()),
        ("long text", b"eleven byte".to_vec()),
    ];
    check_within(
        limits,
        &files,
        expect![[r#"
        large photo: too-large (a photo has at most 20000 bytes) 照片太大，最多 20000 B
        small photo: image/jpeg
        video: video/mp4
        long video: too-large (a video has at most 400000 bytes) 视频太大，最多 400000 B
        text: text/plain
        long text: too-large (a document has at most 10 bytes) 文件太大，最多 10 B
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    use bytes::Bytes;
    let desk = Desk::new();
    let photo = Bytes::from(phone_photo(6));
    let chunks = vec![Ok(photo.slice(..20_000)), Err(std::io::Error::other("gone"))];
    let taken = desk.archive.take(upload("C1", "a"), futures_util::stream::iter(chunks)).await;
    assert!(matches!(taken, Err(TakeError::BrokeOff(_))), "{taken:?}");
    assert_eq!(desk.n_files(), 0);
    let waiting = std::fs::read_dir(desk.folder.path().join("incoming")).unwrap().count();
    assert_eq!(waiting, 0);
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, it| {
        (0..8).fold(crc ^ u32::from(*it), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)))
        })
    });
    !crc
}
