//! The worklist on the screen, in files, and in both languages.

use std::fs;

use crate::{
    program::{example, golden},
    table::Folder,
    triage::Triage,
    worklist::sample,
};
use calamine::{Data, Reader, Xlsx, open_workbook};

#[test]
fn the_screen_shows_what_to_do_first() {
    let outcome = Triage::of(&example("exports")).with("--rows", "8").run().expect(0);
    assert_eq!(outcome.err, "");
    golden("screen.zh.txt").assert_eq(&without_pack(&outcome.out));
}

#[test]
fn in_english_too() {
    let triage = Triage::of(&example("exports")).with("--rows", "2").with("--lang", "en");
    golden("screen.en.txt").assert_eq(&without_pack(&triage.run().expect(0).out));
}

/// The fingerprint of the pack's content changes with every edit of a table.
fn without_pack(text: &str) -> String {
    let Some((before, after)) = text.split_once("base@1-") else { return text.to_owned() };
    format!("{before}base@1-…{}", after.get(10..).unwrap())
}

#[test]
fn all_rows_if_asked_for() {
    let outcome = Triage::of(&example("exports")).with("--rows", "0").run().expect(0);
    for item in &sample().items {
        assert!(outcome.out.contains(&item.refund_no), "{}", item.refund_no);
    }
}

#[test]
fn a_text_file_leaves_nothing_out() {
    let folder = Folder::new();
    let file = folder.at("worklist.txt");
    let triage = Triage::of(&example("exports")).with("--rows", "0").with("--out", &file);
    let said = triage.run().expect(0).out;
    assert!(said.contains("200 个订单"), "{said}");
    let text = fs::read_to_string(file).unwrap();
    for item in &sample().items {
        let line = text.lines().find(|it| it.contains(&item.refund_no)).unwrap();
        let flags = item.flags.join(" ");
        for part in [item.clause.as_deref().unwrap(), &item.ruling, &flags] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}

#[test]
fn json_in_a_file_is_the_json_of_the_screen() {
    let folder = Folder::new();
    let file = folder.at("worklist.json");
    let triage = Triage::of(&example("exports")).with("--format", "json").with("--out", &file);
    triage.run().expect(0);
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(crate::triage::Worklist::read(&text), *sample());
}

#[test]
fn a_spreadsheet_has_numbers_to_sum_and_texts_for_numbers_of_orders() {
    let folder = Folder::new();
    let file = folder.at("worklist.xlsx");
    let triage = Triage::of(&example("exports")).with("--format", "xlsx").with("--out", &file);
    triage.run().expect(0);

    let mut workbook: Xlsx<_> = open_workbook(&file).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(Data::to_string).collect();
    let column = |name: &str| header.iter().position(|it| it == name).unwrap();
    let (order, refund, amount) = (column("订单编号"), column("退款编号"), column("应退"));
    assert_eq!(sheet.rows().count(), sample().items.len().checked_add(1).unwrap());
    for (row, item) in sheet.rows().skip(1).zip(&sample().items) {
        assert_eq!(row[order], Data::String(item.order_no.clone()));
        assert_eq!(row[refund], Data::String(item.refund_no.clone()));
        let Data::Float(yuan) = row[amount] else { panic!("{:?}", row[amount]) };
        let fen = format!("{yuan:.2}").replace('.', "");
        assert_eq!(fen.parse::<i64>().unwrap(), item.amount_fen, "{}", item.refund_no);
    }
}

#[test]
fn replies_are_in_the_language_asked_for() {
    let english = Triage::of(&example("exports")).with("--lang", "en").worklist();
    let mut replies = 0_usize;
    for (zh, en) in sample().items.iter().zip(&english.items) {
        assert_eq!(zh.line(), en.line());
        assert_eq!(zh.reply.is_empty(), en.reply.is_empty(), "{}", zh.line());
        if !en.reply.is_empty() {
            replies = replies.checked_add(1).unwrap();
            assert_ne!(zh.reply, en.reply, "{}", zh.line());
            assert!(en.reply.is_ascii() || !en.reply.contains('您'), "{}", en.reply);
            // Everything is filled in.
            for reply in [&zh.reply, &en.reply] {
                assert!(!reply.contains(['{', '}']), "{reply}");
            }
        }
    }
    assert!(100 < replies, "{replies}");
}
