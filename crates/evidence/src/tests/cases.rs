//! Evidence of cases: in order, within limits, flagged when it was used before, shops apart.

use image::imageops::FilterType;
use kernel::Span;

use super::support::{Desk, case, jpeg, phone_photo, scene, shop, upload};
use crate::{Failure, Likeness, Limits, Refused, Repeat, TakeError, Upload};

#[tokio::test]
async fn a_case_lists_its_evidence_in_the_order_it_came() {
    let desk = Desk::new();
    for seed in [5, 3, 9] {
        let name = format!("{seed}.jpg");
        desk.take(upload("C1", &name), &jpeg(&scene(seed, 200, 100), 80)).await.unwrap();
        desk.wait(Span::minutes(1));
    }
    let listed = desk.archive.list(&shop("demo"), &case("O1", "C1")).await.unwrap();
    let told: Vec<(usize, &str)> = listed.iter().map(|it| (it.number, it.name.as_str())).collect();
    assert_eq!(told, [(1, "5.jpg"), (2, "3.jpg"), (3, "9.jpg")]);
    assert_eq!(desk.archive.list(&shop("demo"), &case("O1", "C2")).await.unwrap(), []);
}

#[tokio::test]
async fn the_same_upload_again_is_kept_once() {
    let desk = Desk::new();
    let photo = phone_photo(1);
    let first = desk.take(upload("C1", "a.jpg"), &photo).await.unwrap();
    desk.wait(Span::hours(1));
    let again = desk.take(upload("C1", "b.jpg"), &photo).await.unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!(first.evidence, again.evidence);
    assert_eq!(desk.archive.list(&shop("demo"), &case("O1", "C1")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_case_takes_no_more_than_its_limit_however_many_come_at_once() {
    let desk = std::sync::Arc::new(Desk::new());
    let limits = Limits { per_case: 3, ..Limits::default() };
    let uploads = (0..8).map(|seed| {
        let desk = desk.clone();
        tokio::spawn(async move {
            let photo = jpeg(&scene(seed, 120, 80), 80);
            desk.take(Upload { limits, ..upload("C1", "a") }, &photo).await
        })
    });
    let (mut n_taken, mut n_refused) = (0, 0);
    for taken in uploads.collect::<Vec<_>>() {
        match taken.await.unwrap() {
            Ok(_) => n_taken += 1,
            Err(TakeError::Refused(Refused::TooMany { max: 3 })) => n_refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((n_taken, n_refused), (3, 5));
    let listed = desk.archive.list(&shop("demo"), &case("O1", "C1")).await.unwrap();
    assert_eq!(listed.len(), 3);
}

#[tokio::test]
async fn content_used_in_another_case_is_flagged() {
    let desk = Desk::new();
    let photo = phone_photo(2);
    let first = desk.take(upload("C1", "a.jpg"), &photo).await.unwrap().evidence;
    assert_eq!(first.duplicate_of, None);
    let again = desk.take(upload("C2", "a.jpg"), &photo).await.unwrap();
    assert!(again.is_new);
    let repeat = Repeat { hash: first.hash, case: case("O1", "C1"), like: Likeness::Content };
    assert_eq!(again.evidence.duplicate_of, Some(repeat));
    // The earlier case is told nothing new.
    let listed = desk.archive.list(&shop("demo"), &case("O1", "C1")).await.unwrap();
    assert_eq!(listed[0].duplicate_of, None);
}

#[tokio::test]
async fn a_picture_encoded_anew_is_flagged_as_likely() {
    let desk = Desk::new();
    let picture = scene(3, 900, 600);
    let first = desk.take(upload("C1", "a.jpg"), &jpeg(&picture, 90)).await.unwrap().evidence;
    let smaller = picture.resize(500, 500, FilterType::Triangle);
    let other = Upload { case: case("O2", "C9"), ..upload("C9", "b.jpg") };
    let again = desk.take(other, &jpeg(&smaller, 50)).await.unwrap().evidence;
    let repeat = Repeat { hash: first.hash, case: case("O1", "C1"), like: Likeness::Picture };
    assert_eq!(again.duplicate_of, Some(repeat));
    let another = desk.take(upload("C8", "c.jpg"), &jpeg(&scene(4, 900, 600), 90)).await.unwrap();
    assert_eq!(another.evidence.duplicate_of, None);
}

#[tokio::test]
async fn another_order_is_named_before_another_case_of_the_same() {
    let desk = Desk::new();
    let photo = phone_photo(5);
    desk.take(upload("C1", "a"), &photo).await.unwrap();
    let elsewhere = Upload { case: case("O2", "C5"), ..upload("C5", "a") };
    desk.take(elsewhere, &photo).await.unwrap();
    let third = desk.take(upload("C2", "a"), &photo).await.unwrap().evidence;
    assert_eq!(third.duplicate_of.unwrap().case, case("O2", "C5"));
}

#[tokio::test]
async fn shops_learn_nothing_of_each_other() {
    let desk = Desk::new();
    let photo = phone_photo(6);
    let mine = desk.take(upload("C1", "a.jpg"), &photo).await.unwrap().evidence;
    for name in ["other", "Demo", "店/..", "=64656d6f", "a%2F.."] {
        let theirs = shop(name);
        let read = desk.archive.read(&theirs, mine.hash, None).await;
        assert!(matches!(read, Err(Failure::Absent { .. })), "{name}");
        assert_eq!(desk.archive.list(&theirs, &case("O1", "C1")).await.unwrap(), []);

        let upload = Upload { shop: theirs.clone(), ..upload("C2", "b.jpg") };
        let taken = desk.take(upload, &photo).await.unwrap();
        assert!(taken.is_new);
        assert_eq!(taken.evidence.duplicate_of, None, "{name}");
        let kept = desk.archive.read(&theirs, mine.hash, None).await.unwrap();
        assert_eq!(super::support::whole(kept).await.unwrap(), photo);
    }
    // An original and two thumbnails for each of six shops.
    assert_eq!(desk.n_files(), 18);
}
