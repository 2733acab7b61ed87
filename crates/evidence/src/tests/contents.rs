//! Content on the disk: whole or absent, checked when it is read, swept when nobody speaks of it.

use std::fs;

use kernel::Span;
use store::{RecordChange, RecordKey, Records};

use super::support::{Desk, case, jpeg, phone_photo, scene, shop, upload, video, whole};
use crate::{Failure, Hash, Swept};

#[tokio::test]
async fn a_part_of_a_video_is_read_alone() {
    let desk = Desk::new();
    let video = video();
    let hash = desk.take(upload("C1", "a.mp4"), &video).await.unwrap().evidence.hash;
    let part = desk.archive.read(&shop("demo"), hash, Some(10..30)).await.unwrap();
    assert_eq!(part.n_bytes, u64::try_from(video.len()).unwrap());
    assert_eq!(whole(part).await.unwrap(), &video[10..30]);
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_comes_back_whole() {
    let desk = Desk::new();
    let frames: Vec<u8> = (0..20_000_000_u32).map(|it| it.to_le_bytes()[1]).collect();
    let large = super::support::boxes(&[
        (b"ftyp", b"isom\0\0\x02\0isom"),
        (b"moov", b"index"),
        (b"mdat", &frames),
    ]);
    let hash = desk.take(upload("C1", "a.mp4"), &large).await.unwrap().evidence.hash;
    let read = desk.archive.read(&shop("demo"), hash, None).await.unwrap();
    assert!(whole(read).await.unwrap() == large);
    assert_eq!(desk.n_files(), 1);
}

#[tokio::test]
async fn damaged_content_is_never_read_as_if_it_were_whole() {
    let desk = Desk::new();
    let photo = phone_photo(1);
    let hash = desk.take(upload("C1", "a.jpg"), &photo).await.unwrap().evidence.hash;
    desk.archive.content().check(&shop("demo"), hash).await.unwrap();

    let place = desk.lies("demo", hash);
    let mut bytes = fs::read(&place).unwrap();
    bytes[1000] ^= 1;
    fs::write(&place, &bytes).unwrap();
    let read = desk.archive.read(&shop("demo"), hash, None).await.unwrap();
    assert!(matches!(whole(read).await, Err(Failure::Damaged { id }) if id == hash));
    fs::write(&place, &bytes[..2000]).unwrap();
    let checked = desk.archive.content().check(&shop("demo"), hash).await;
    assert!(matches!(checked, Err(Failure::Damaged { .. })));
    fs::remove_file(&place).unwrap();
    let checked = desk.archive.content().check(&shop("demo"), hash).await;
    assert!(matches!(checked, Err(Failure::Absent { .. })));

    // The same upload once more mends it.
    desk.take(upload("C1", "a.jpg"), &photo).await.unwrap();
    desk.archive.content().check(&shop("demo"), hash).await.unwrap();
}

/// As a process leaves it that dies after content is stored and before its record.
async fn orphan(desk: &Desk, seed: u8) -> (Hash, Vec<u8>) {
    let photo = jpeg(&scene(seed, 200, 100), 80);
    let hash = desk.take(upload("gone", "a"), &photo).await.unwrap().evidence.hash;
    let (shop, listing) = (shop("demo"), case("O1", "gone"));
    let drop = |key| RecordChange::Drop { key, expected: None };
    let keys = [RecordKey::of_shop("evidence", &shop, hash.to_string()), listing.key(&shop)];
    assert!(desk.records.write_records(&keys.map(drop)).unwrap());
    (hash, photo)
}

#[tokio::test]
async fn content_without_a_record_is_swept_after_its_grace() {
    let desk = Desk::new();
    let kept = desk.take(upload("C1", "a"), &phone_photo(1)).await.unwrap().evidence.hash;
    let (gone, _) = orphan(&desk, 9).await;
    let stale = desk.folder.path().join("incoming/.tmp123");
    fs::write(&stale, b"half an upload").unwrap();
    fs::write(format!("{}#1", desk.lies("demo", kept).display()), b"half a copy").unwrap();
    assert_eq!(desk.n_files(), 7);

    desk.set_clock_behind_files();
    let swept = desk.archive.sweep_orphans(Span::days(30)).await.unwrap();
    assert_eq!(swept, Swept::default());
    let swept = desk.archive.sweep_orphans(Span::days(1)).await.unwrap();
    assert_eq!(swept, Swept { originals: 1, leftovers: 2 });
    assert!(!desk.lies("demo", gone).exists() && !stale.exists());
    desk.archive.content().check(&shop("demo"), kept).await.unwrap();
    assert_eq!(desk.n_files(), 3);
    assert_eq!(desk.archive.sweep_orphans(Span::days(1)).await.unwrap(), Swept::default());
}

#[tokio::test]
async fn what_was_swept_can_be_taken_again() {
    let desk = Desk::new();
    let (hash, photo) = orphan(&desk, 9).await;
    desk.set_clock_behind_files();
    desk.archive.sweep_orphans(Span::days(1)).await.unwrap();
    let taken = desk.take(upload("C2", "a"), &photo).await.unwrap();
    assert!(taken.is_new);
    desk.archive.content().check(&shop("demo"), hash).await.unwrap();
    desk.archive.sweep_orphans(Span::days(1)).await.unwrap();
    desk.archive.content().check(&shop("demo"), hash).await.unwrap();
}

/// Sweeps run all the while the same orphans are uploaded: each upload ends with its content there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_never_takes_what_an_upload_has_just_written_down() {
    for round in 0..10 {
        let desk = std::sync::Arc::new(Desk::new());
        let mut photos = Vec::new();
        for seed in 20..24 {
            photos.push(orphan(&desk, seed).await.1);
        }
        desk.set_clock_behind_files();
        let sweeping = {
            let desk = desk.clone();
            tokio::spawn(async move {
                // Not the temporary files: this clock makes those of the uploads look old too.
                for _ in 0..4 {
                    desk.archive.sweep_content(Span::days(1)).await.unwrap();
                }
            })
        };
        let uploads = photos.into_iter().map(|photo| {
            let desk = desk.clone();
            tokio::spawn(async move { desk.take(upload("C2", "a"), &photo).await.unwrap() })
        });
        for upload in uploads.collect::<Vec<_>>() {
            let hash = upload.await.unwrap().evidence.hash;
            let checked = desk.archive.content().check(&shop("demo"), hash).await;
            assert!(checked.is_ok(), "round {round}: {checked:?}");
        }
        sweeping.await.unwrap();
        for it in desk.archive.list(&shop("demo"), &case("O1", "C2")).await.unwrap() {
            desk.archive.content().check(&shop("demo"), it.hash).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_sweep_that_died_does_not_bar_uploads_for_ever() {
    let desk = Desk::new();
    let (hash, photo) = orphan(&desk, 9).await;
    let key = RecordKey::of_shop("evidence", &shop("demo"), hash.to_string());
    let note = store::Draft {
        key,
        rank: 1_794_456_000,
        marks: std::collections::BTreeSet::from(["sweeping".to_owned()]),
        body: "{}".to_owned(),
    };
    let put = RecordChange::Put { draft: note, expected: None };
    assert!(desk.records.write_records(&[put]).unwrap());
    let taken = desk.take(upload("C2", "a"), &photo).await;
    assert!(matches!(taken, Err(crate::TakeError::Failed(Failure::Contended))), "{taken:?}");
    desk.wait(Span::minutes(11));
    desk.take(upload("C2", "a"), &photo).await.unwrap();
}
