//! The worklist on the screen, in files, and in both languages.

use std::fs;

use crate::{
    program::{example, golden},
    table::Folder,
    triage::{Triage, Worklist},
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
    let said = triage.with("--lang", "en").run().expect(0).out;
    assert!(said.contains("200 orders"), "{said}");
    let text = fs::read_to_string(file).unwrap();
    for item in &sample().items {
        let line = text.lines().find(|it| it.contains(&item.refund_no)).unwrap();
        let flags = item.flags.join(" ");
        for part in [item.clause.as_deref().unwrap(), &item.ruling, &flags] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}

/// Chinese tables are Chinese: codes are for programs, and clauses for looking them up in the pack.
#[test]
fn codes_have_their_names() {
    let folder = Folder::new();
    let (text, workbook) = (folder.at("worklist.txt"), folder.at("worklist.xlsx"));
    let all = Triage::of(&example("exports")).with("--rows", "0");
    let summary = all.clone().with("--out", &text).run().expect(0).out;
    all.with("--format", "xlsx").with("--out", &workbook).run().expect(0);
    let mut workbook: Xlsx<_> = open_workbook(&workbook).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    let of_sheet = sheet.rows().skip(1).map(|row| {
        let cells: Vec<String> = row.iter().take(16).map(Data::to_string).collect();
        cells.join(" ")
    });
    let text = fs::read_to_string(&text).unwrap();
    let lines: Vec<String> = text.lines().skip(2).map(str::to_owned).chain(of_sheet).collect();
    assert_eq!(lines.len(), 2 * sample().items.len());
    for line in lines {
        let words = line.split([' ', '、']).filter(|it| !it.contains('#') && !it.contains("T1"));
        let is_code = |it: &&str| it.chars().filter(char::is_ascii_lowercase).count() > 1;
        let codes: Vec<&str> = words.filter(is_code).collect();
        assert!(codes.is_empty(), "{codes:?}: {line}");
    }
    let counts = summary.lines().filter(|it| it.starts_with("路径") || it.starts_with("裁定"));
    let counts: Vec<&str> = counts.collect();
    assert_eq!(counts.len(), 2);
    assert!(counts.iter().all(|it| !it.contains(|it: char| it.is_ascii_alphabetic())));
}

/// What the shop has not said is left to be filled in, and said once.
#[test]
fn replies_name_the_shop_and_its_address() {
    let blank = "（请填写退货地址）";
    let n_blank = |it: &Worklist| it.items.iter().filter(|it| it.reply.contains(blank)).count();
    let without = sample();
    let counted = without.summary.to_be_filled.get("return-address").copied();
    assert_eq!(counted, Some(n_blank(without)));
    assert!(0 < n_blank(without));
    assert!(without.items.iter().all(|it| !it.reply.contains("示例")));

    let address = "浙江省杭州市某路 8 号";
    let triage = Triage::of(&example("exports")).with("--return-address", address);
    let with = triage.clone().with("--shop-name", "归途小店").worklist();
    assert!(with.summary.to_be_filled.is_empty());
    assert_eq!(n_blank(&with), 0);
    let n_named = with.items.iter().filter(|it| it.reply.contains(address)).count();
    assert_eq!(n_named, n_blank(without));
    let said = |it: &Triage| it.run().expect(0).out;
    assert!(!said(&triage).contains("退货地址"));
    assert_eq!(said(&Triage::of(&example("exports"))).matches("里没有退货地址").count(), 1);
}

#[test]
fn json_in_a_file_is_the_json_of_the_screen() {
    let folder = Folder::new();
    let file = folder.at("worklist.json");
    let triage = Triage::of(&example("exports")).with("--format", "json").with("--out", &file);
    triage.run().expect(0);
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(Worklist::read(&text), *sample());
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
