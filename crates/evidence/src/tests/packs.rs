//! A pack of a whole case: what is in it, that it is the same twice, and what tampering it shows.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read, Write},
};

use expect_test::{Expect, expect, expect_file};
use kernel::{ActorId, CaseNo};
use policy::Pack;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{
    story::{self, Story, at},
    support::{Desk, case, phone_photo, scene, shop, upload, video},
};
use crate::{
    Evidence, Source, Upload,
    pack::{self, Chain, ChainState, Facts, Manifest, Weight, verify},
};

/// A desk with the evidence of the case, the case, and everything else a pack says.
struct Dispute {
    desk: Desk,
    story: Story,
    pack: Pack,
    evidence: Vec<Evidence>,
    chain: Chain,
}

impl Dispute {
    async fn new() -> Self {
        let desk = Desk::new();
        let order = "385438193763000001";
        let old = Upload { case: case("O9", "C7"), ..upload("C7", "old.jpg") };
        desk.take(old, &phone_photo(3)).await.unwrap();
        let texts =
            "09:02 买家：是我爱人签收的 <img src=x onerror=alert(1)>\n09:05 客服：好的，谢谢\n";
        let wide = super::support::jpeg(&scene(5, 2000, 900), 85);
        let files: [(&str, Source, Vec<u8>); 5] = [
            ("破损\"><script>.jpg", Source::Buyer, phone_photo(1)),
            ("again.jpg", Source::Buyer, phone_photo(3)),
            ("unpacking.mp4", Source::Warehouse, video()),
            ("chat.txt", Source::Agent, texts.as_bytes().to_vec()),
            ("scale.jpg", Source::Courier, wide),
        ];
        for (name, source, bytes) in files {
            let upload = Upload { source, case: case(order, "C1"), ..upload("C1", name) };
            desk.take(upload, &bytes).await.unwrap();
        }
        let evidence = desk.archive.list(&shop("demo"), &case(order, "C1")).await.unwrap();
        let photos: Vec<_> = evidence.iter().take(2).map(|it| it.hash.id().unwrap()).collect();
        let story = Story::new().told(&photos);
        let history = story.history();
        let seals = history.iter().map(|it| Some(format!("{:064x}", it.version.0)));
        let chain = Chain { state: ChainState::Whole, seals: seals.collect() };
        Self { desk, story, pack: story::pack(), evidence, chain }
    }

    async fn build(&self) -> (Vec<u8>, Manifest) {
        let (body, history, entries) =
            (self.story.body(), self.story.history(), self.story.entries());
        let people = BTreeMap::from([(ActorId::lossy("chen"), "陈组长".to_owned())]);
        let weigh = |what: &str, grams, hours| Weight {
            what: what.to_owned(),
            grams,
            at: at(hours),
            by: "顺丰".to_owned(),
        };
        let weights = [weigh("发货称重", 1_240, -144), weigh("签收称重", 1_235, -74)];
        let made_by = ActorId::lossy("chen");
        let facts = Facts {
            dossier: &self.story.key,
            body: &body,
            case: body.case(&CaseNo::lossy("C1")).unwrap(),
            pack: &self.pack,
            sender: views::reply::Sender::default(),
            people: &people,
            history: &history,
            chain: &self.chain,
            entries: &entries,
            evidence: &self.evidence,
            weights: &weights,
            made_at: at(30),
            made_by: &made_by,
        };
        let built = pack::build(&self.desk.archive, &facts, Cursor::new(Vec::new())).await;
        let (zip, manifest) = built.unwrap();
        (zip.into_inner(), manifest)
    }
}

fn files(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = Vec::new();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.push((entry.name().unwrap().into_owned(), bytes));
    }
    files
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The text of a page, without markup, styles and pictures, a line per element.
fn read_aloud(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let mut text = String::new();
    for part in body.split('<').filter_map(|it| it.split_once('>')) {
        let (tag, said) = part;
        let is_inline = ["code", "/code", "strong", "/strong", "span"].contains(&tag);
        let ends = ["/p", "/tr", "/h1", "/h2", "/h3", "/blockquote"].contains(&tag);
        let between = if ends {
            "\n"
        } else if is_inline {
            ""
        } else {
            " "
        };
        text.push_str(between);
        text.push_str(said.trim_matches('\n'));
    }
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[tokio::test]
async fn the_page_tells_the_whole_case() {
    let (zip, _) = Dispute::new().await.build().await;
    let page = files(&zip).remove(0).1;
    let page = String::from_utf8(page).unwrap();
    // Nothing that came from outside is markup.
    for tag in ["<script", "<img src=x", "<b>", "onerror=alert(1)>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    expect_file!["packs/page.txt"].assert_eq(&read_aloud(&page));
}

#[tokio::test]
async fn a_pack_has_its_originals_and_says_where_each_is_from() {
    let dispute = Dispute::new().await;
    let (zip, manifest) = dispute.build().await;
    let names: Vec<String> = files(&zip).into_iter().map(|it| it.0).collect();
    expect![[r#"
        index.html
        events.json
        evidence/01-buyer-photo.jpg
        evidence/02-buyer-photo.jpg
        evidence/03-warehouse-video.mp4
        evidence/04-agent-document.txt
        evidence/05-courier-photo.jpg
        manifest.json
        SHA256SUMS
    "#]]
    .assert_eq(&(names.join("\n") + "\n"));
    for (name, bytes) in files(&zip) {
        if let Some(file) = manifest.files.iter().find(|it| it.file == name) {
            assert_eq!(crate::Hash::of(&bytes).to_string(), file.sha256);
        }
    }
    let about = manifest.files.iter().filter_map(|it| it.evidence.as_ref());
    let told: Vec<String> = about
        .map(|it| format!("{} {} {:?} {:?}", it.source, it.name, it.taken_at, it.duplicate_of))
        .collect();
    expect![[r#"
        buyer 破损"><script>.jpg Some(1794270600) None
        buyer again.jpg Some(1794270600) Some("O9/C7")
        warehouse unpacking.mp4 None None
        agent chat.txt None None
        courier scale.jpg None None
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
    let verified = verify(Cursor::new(&zip)).unwrap();
    assert_eq!(verified.manifest, manifest);
    assert_eq!(manifest.chain_head.as_deref(), dispute.chain.head());
}

#[tokio::test]
async fn the_same_case_makes_the_same_pack() {
    let first = Dispute::new().await.build().await.0;
    let second = Dispute::new().await.build().await.0;
    assert!(first == second);
}

#[tokio::test]
async fn a_damaged_original_is_left_out_and_named() {
    let dispute = Dispute::new().await;
    let hash = dispute.evidence[2].hash;
    fs::write(dispute.desk.lies("demo", hash), b"something else").unwrap();
    let (zip, manifest) = dispute.build().await;
    assert_eq!(manifest.missing, [hash.to_string()]);
    let files = files(&zip);
    assert!(!files.iter().any(|it| it.0.contains("03-")));
    let page = String::from_utf8(files[0].1.clone()).unwrap();
    assert!(page.contains("原件已损坏或丢失，未收入本包"));
    verify(Cursor::new(&zip)).unwrap();
}

/// Changes the files of a pack, and tells what is found.
async fn check(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>), found: Expect) {
    let (zip, _) = Dispute::new().await.build().await;
    let mut files = files(&zip);
    change(&mut files);
    let error = verify(Cursor::new(zipped(&files))).unwrap_err();
    found.assert_eq(&error.to_string());
}

#[tokio::test]
async fn the_first_file_that_was_changed_is_named() {
    check(
        |files| files[2].1[5000] ^= 1,
        expect!["`evidence/01-buyer-photo.jpg` is not the file that was packed"],
    )
    .await;
    check(|files| files[1].1.push(b' '), expect!["`events.json` is not the file that was packed"])
        .await;
    check(|files| drop(files.remove(4)), expect!["`evidence/03-warehouse-video.mp4` is missing"])
        .await;
    check(
        |files| files.push(("evidence/99.jpg".to_owned(), b"new".to_vec())),
        expect!["`evidence/99.jpg` was not packed"],
    )
    .await;
    check(
        |files| {
            let manifest = &mut files[7].1;
            let text = String::from_utf8(manifest.clone()).unwrap();
            *manifest = text.replace("\"bytes\": ", "\"bytes\":  ").into_bytes();
        },
        expect!["the two lists of hashes differ"],
    )
    .await;
    check(|files| files[7].1.truncate(9), expect!["`manifest.json` is not as it is written"]).await;
}

#[test]
fn what_is_no_pack_is_told_apart() {
    let told = |bytes: &[u8]| verify(Cursor::new(bytes)).unwrap_err().to_string();
    expect!["the pack is no ZIP archive that can be read"].assert_eq(&told(b"no archive"));
    let other = zipped(&[("a.txt".to_owned(), b"a".to_vec())]);
    expect!["`manifest.json` is missing"].assert_eq(&told(&other));
}
