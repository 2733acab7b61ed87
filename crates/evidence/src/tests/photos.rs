//! What is kept of a photo, and what is shown of it.

use kernel::Timestamp;

use super::support::{Desk, jpeg, phone_photo, scene, upload};
use crate::Rendition;

#[tokio::test]
async fn a_thumbnail_is_upright_and_says_nothing_of_the_place() {
    let desk = Desk::new();
    let photo = phone_photo(1);
    let has_place = |bytes: &[u8]| {
        let read = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(bytes));
        read.is_ok_and(|it| it.get_field(exif::Tag::GPSLatitude, exif::In::PRIMARY).is_some())
    };
    assert!(has_place(&photo), "the test photo must have a place");

    let upload = upload("C1", "a.jpg");
    let shop = upload.shop.clone();
    let evidence = desk.take(upload, &photo).await.unwrap().evidence;
    // It lies on its side in the file.
    assert_eq!(evidence.size, Some((800, 1200)));
    for (rendition, sides) in [(Rendition::Small, (149, 224)), (Rendition::Large, (800, 1200))] {
        let jpeg = desk.archive.thumbnail(&shop, evidence.hash, rendition).await.unwrap();
        let picture = image::load_from_memory(&jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), sides);
        assert!(!jpeg.windows(4).any(|it| it == b"Exif"), "{rendition}");
        assert!(!has_place(&jpeg));
    }
    let record = format!("{:?}", desk.records);
    assert!(!record.contains("GPS") && !record.to_lowercase().contains("latitude"));
}

#[tokio::test]
async fn what_the_camera_says_of_the_time_is_kept() {
    let desk = Desk::new();
    let evidence = desk.take(upload("C1", "a.jpg"), &phone_photo(2)).await.unwrap().evidence;
    // 2026-11-10 09:30 by a clock nine hours ahead.
    assert_eq!(evidence.taken_at, Some(Timestamp::from_epoch_seconds(1_794_270_600)));
    assert_eq!(evidence.software.as_deref(), Some("Retoucher 0.9.1"));

    let plain = jpeg(&scene(3, 100, 100), 80);
    let evidence = desk.take(upload("C1", "b.jpg"), &plain).await.unwrap().evidence;
    assert_eq!((evidence.taken_at, evidence.software), (None, None));
}

#[tokio::test]
async fn a_small_picture_is_not_made_larger() {
    let desk = Desk::new();
    let upload = upload("C1", "a.jpg");
    let shop = upload.shop.clone();
    let hash = desk.take(upload, &jpeg(&scene(4, 90, 60), 80)).await.unwrap().evidence.hash;
    for rendition in [Rendition::Small, Rendition::Large] {
        let jpeg = desk.archive.thumbnail(&shop, hash, rendition).await.unwrap();
        let picture = image::load_from_memory(&jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (90, 60));
    }
}

#[tokio::test]
async fn what_is_see_through_is_shown_on_white() {
    let clear = image::RgbaImage::from_pixel(50, 50, image::Rgba([0, 0, 0, 0]));
    let clear = super::support::encoded(&clear.into(), image::ImageFormat::Png);
    let desk = Desk::new();
    let upload = upload("C1", "a.png");
    let shop = upload.shop.clone();
    let hash = desk.take(upload, &clear).await.unwrap().evidence.hash;
    let jpeg = desk.archive.thumbnail(&shop, hash, Rendition::Small).await.unwrap();
    let shown = image::load_from_memory(&jpeg).unwrap().to_rgb8();
    assert!(shown.get_pixel(25, 25).0.iter().all(|it| 250 < *it));
}
