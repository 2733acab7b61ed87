//! Names as labels, hashes as names, and likeness as a number.

use image::imageops::FilterType;
use proptest::prelude::*;

use super::support::{jpeg, scene};
use crate::{Hash, label::label, likeness::Face};

#[test]
fn a_name_is_a_label_and_never_a_path() {
    let check = |name: &str, kept: &str| assert_eq!(label(name), kept);
    check("IMG_0001.jpg", "IMG_0001.jpg");
    check("../../etc/passwd", "passwd");
    check("C:\\photos\\破损.jpg", "破损.jpg");
    // Reads as `photo_gpj.exe` turned round.
    check("photo_\u{202e}gpj.exe", "photo_gpj.exe");
    check("a\u{0}b\nc\u{200b}.png", "ab c.png");
    check("  two   words  ", "two words");
    check("..", "");
    check("", "");
    check(&"长".repeat(200), &"长".repeat(120));
}

proptest! {
    #[test]
    fn no_name_keeps_what_could_mislead(name in any::<String>()) {
        let kept = label(&name);
        prop_assert!(kept.chars().count() <= 120);
        let misleads = |it| matches!(it, '/' | '\\' | '\u{202e}' | '\u{2066}');
        let n_misleading = kept.chars().filter(|it| misleads(*it)).count();
        prop_assert_eq!(n_misleading, 0);
        prop_assert!(!kept.chars().any(char::is_control));
        prop_assert_eq!(label(&kept), kept.clone());
    }

    #[test]
    fn no_bytes_frighten_whoever_looks_at_them(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = crate::sniff::look(&bytes);
        let _ = crate::sniff::carried(&bytes);
        for media in <crate::Media as kernel::Choice>::ALL {
            let _ = crate::ending::of_photo(&bytes, *media);
        }
        let _ = crate::zipped::hides_archive(&mut std::io::Cursor::new(&bytes));
        let _ = crate::zipped::document(&mut std::io::Cursor::new(&bytes), 1000);
        let _ = crate::picture::taken(&bytes, kernel::Zone::CHINA);
    }
}

#[test]
fn a_hash_is_read_as_it_is_printed() {
    let hash = Hash::of(b"abc");
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash.to_string(), text);
    assert_eq!(Hash::parse(text), Some(hash));
    assert_eq!(Hash::parse(&text.to_uppercase()), None);
    assert_eq!(Hash::parse("ba78"), None);
}

#[test]
fn the_same_picture_anew_is_alike_and_another_is_not() {
    let picture = scene(7, 900, 600);
    let face = Face::of(&picture).unwrap();
    for (side, quality) in [(900, 30), (450, 80), (300, 60)] {
        let smaller = picture.resize(side, side, FilterType::Lanczos3);
        let anew = image::load_from_memory(&jpeg(&smaller, quality)).unwrap();
        assert!(Face::of(&anew).unwrap().is_like(face), "{side} {quality}");
    }
    for seed in [8, 9, 10, 11] {
        assert!(!Face::of(&scene(seed, 900, 600)).unwrap().is_like(face), "{seed}");
    }
}

#[test]
fn a_blank_wall_is_like_nothing() {
    let wall =
        image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(90, 90, image::Rgb([200; 3])));
    assert_eq!(Face::of(&wall), None);
}
