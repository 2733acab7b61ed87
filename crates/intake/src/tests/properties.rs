//! What holds for every file.

use proptest::prelude::*;

use super::harness::{As, dictionary, report};
use crate::{
    Language,
    out::{Cell, Table, write_csv},
    read_sheet,
    sheet::{SheetBody, each_row},
};

const KINDS: [As; 4] = [As::Orders, As::Items, As::Refunds, As::Tracks];

fn read_every_way(bytes: &[u8]) {
    for kind in KINDS {
        let _ = report(kind, bytes, Language::Chinese);
    }
}

/// Pieces that files are made of, so that random files get past the header.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "订单编号",
        "退款编号",
        "买家退款金额",
        "退款的申请时间",
        "物流单号",
        "时间",
        "状态",
        "订单状态",
        "买家实际支付金额",
        "购买数量",
        "商家编码",
        "价格",
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        "\"",
        "\"\"",
        "=\"",
        "'",
        "\t",
        ";",
        "2026-11-11 08:00:00",
        "46337.5",
        "1.00",
        "-1",
        "1e9",
        "SF1234567890",
        "交易成功",
        "\u{feff}",
        "\u{fffd}",
        "<table><tr><td>",
        "</td><td>",
        "</tr>",
        "<Row ss:Index=\"9\">",
        "&#x4e00;",
        "&nbsp;",
        "合计",
        "上午",
        "年",
        "9999999999999999999999",
        "🙂",
        "０",
    ];
    prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(|it| it.as_bytes().to_vec()),
        2 => prop::sample::select(words.to_vec()).prop_map(super::harness::gbk),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        read_every_way(&bytes);
    }

    #[test]
    fn no_file_of_likely_pieces_panics(pieces in prop::collection::vec(piece(), 0..80)) {
        read_every_way(&pieces.concat());
    }

    #[test]
    fn no_archive_and_no_compound_file_panics(
        magic in prop::sample::select(vec![&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
        bytes in prop::collection::vec(any::<u8>(), 0..2048),
    ) {
        read_every_way(&[magic, &bytes].concat());
    }

    #[test]
    fn a_written_csv_reads_back_equal(
        rows in prop::collection::vec(prop::collection::vec("[=+@'\"ａ-ｚ,;\\-\\ta-c0-9一-三\\n\\r ]{0,12}", 3), 1..8)
    ) {
        let columns = ["订单编号", "订单状态", "买家会员名"].map(str::to_owned).to_vec();
        let trimmed = |it: &String| it.trim().replace("\r\n", "\n").replace('\r', " ");
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(trimmed).collect()).collect();
        let cells = rows.iter().map(|row| row.iter().map(|it| Cell::text(it.as_str())).collect());
        let table = Table { name: String::new(), columns, rows: cells.collect() };
        let mut bytes = Vec::new();
        write_csv(&table, &mut bytes).unwrap();

        let sheet = read_sheet("file", &bytes, dictionary()).unwrap();
        let (_, _, body): (_, _, SheetBody<'_>) = sheet.split();
        let mut read: Vec<Vec<String>> = Vec::new();
        each_row(body, &mut |record| {
            read.push((0..record.len()).map(|nth| record.cell(nth).into_owned()).collect());
        }).unwrap();
        prop_assert_eq!(read, rows);
    }
}
