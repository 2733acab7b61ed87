//! Files made to break whoever reads them.

#![expect(clippy::arithmetic_side_effects, reason = "offsets in files of our own making")]

use std::io::{Cursor, Write};

use expect_test::expect;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::harness::{As, check, context, dictionary, file};
use crate::{FileProblem, open_sheet, read_orders, read_sheet};

/// A workbook of well under a megabyte whose shared strings unpack into `mebibytes`.
fn bomb(name: &str, mebibytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook/>").unwrap();
    zip.start_file(name, options).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..mebibytes {
        zip.write_all(&block).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn archives_are_measured_before_they_are_unpacked() {
    let bytes = bomb("xl/sharedStrings.xml", 48);
    assert!(bytes.len() < 100_000);
    check(
        As::Orders,
        &bytes,
        expect![[r#"
            file: is damaged (it unpacks to more than 150 times its size); export it again
        "#]],
    );
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_counted() {
    let mut bytes = bomb("xl/sharedStrings.xml", 48);
    // The size after unpacking stands in the entry's local header and in the central directory.
    let size = (48_u32 << 20).to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size {
            bytes[at..at + 4].copy_from_slice(&[1, 0, 0, 0]);
        }
    }
    let error = read_sheet("bomb.xlsx", &bytes, dictionary()).unwrap_err();
    let refused = matches!(error.problem, FileProblem::TooLarge { .. } | FileProblem::Damaged(_));
    assert!(refused, "{error}");
}

#[test]
fn other_archives_are_named() {
    let named = |entry: &str| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(entry, SimpleFileOptions::default()).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        read_sheet("file", &bytes, dictionary()).unwrap_err().to_string()
    };
    let entries = ["word/document.xml", "xl/workbook.bin", "content.xml", "orders.csv"];
    expect![[r#"
        file: is a Word document, not a table; export CSV or XLSX from the back office
        file: is a binary workbook (XLSB), not a table; export CSV or XLSX from the back office
        file: is an OpenDocument file, not a table; export CSV or XLSX from the back office
        file: is a ZIP archive; unpack it first, not a table; export CSV or XLSX from the back office"#]].assert_eq(&entries.map(named).join("\n"));
}

/// A compound file with one stream in whole sectors.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let sectors = u32::try_from(stream.len().div_ceil(512)).unwrap();
    let mut header = vec![0_u8; 512];
    header[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    put(44, &1_u32.to_le_bytes());
    put(48, &1_u32.to_le_bytes());
    put(56, &4096_u32.to_le_bytes());
    put(60, &0xffff_fffe_u32.to_le_bytes());
    put(68, &0xffff_fffe_u32.to_le_bytes());
    put(76, &[0; 4]);
    put(80, &[0xff; 432]);
    let mut table: Vec<u32> = vec![0xffff_fffd, 0xffff_fffe];
    table.extend((0..sectors).map(|it| if it + 1 == sectors { 0xffff_fffe } else { it + 3 }));
    table.resize(128, 0xffff_ffff);
    let mut directory = vec![0_u8; 512];
    for (nth, (name, kind, first, size)) in
        [("Root Entry", 5, 0xffff_fffe, 0), (name, 2, 2, stream.len())].into_iter().enumerate()
    {
        let entry = &mut directory[nth * 128..nth * 128 + 128];
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..name.len()].copy_from_slice(&name);
        entry[64..66].copy_from_slice(&u16::try_from(name.len() + 2).unwrap().to_le_bytes());
        entry[66] = kind;
        entry[68..80].copy_from_slice(&[0xff; 12]);
        entry[116..120].copy_from_slice(&u32::to_le_bytes(first));
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
    }
    let mut bytes = header;
    bytes.extend(table.into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(directory);
    bytes.extend(stream);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// A record of a workbook of 1997.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let count = u16::try_from(text.encode_utf16().count()).unwrap();
    let place = [row, column, 0, count].map(u16::to_le_bytes).concat();
    record(0x0204, &[&place[..], &[1], &units].concat())
}

/// A workbook with one sheet that states `rows` and has `cells`.
fn xls(rows: u32, cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| {
        record(0x0809, &[0x0600, kind, 0, 0, 0, 0, 0, 0].map(u16::to_le_bytes).concat())
    };
    let end = record(0x000a, &[]);
    let globals = begin(5);
    let name = |offset: u32| {
        let start = offset.to_le_bytes();
        record(0x0085, &[&start[..], &[0, 0, 2, 0], b"S1"].concat())
    };
    let offset = globals.len() + name(0).len() + end.len();
    let name = name(u32::try_from(offset).unwrap());
    let size = [&0_u32.to_le_bytes()[..], &rows.to_le_bytes(), &[0, 0], &[4, 0], &[0, 0]].concat();
    let sheet = [begin(0x10), record(0x0200, &size), cells.concat(), end.clone()].concat();
    let mut stream = [globals, name, end, sheet].concat();
    stream.resize(stream.len().max(4096), 0);
    compound("Workbook", &stream)
}

fn small_xls() -> Vec<u8> {
    let cells = [
        label(0, 0, "订单编号"),
        label(0, 1, "订单状态"),
        label(0, 2, "买家实际支付金额"),
        label(1, 0, "385"),
        label(1, 1, "交易成功"),
        record(0x0203, &[&[1, 0, 2, 0, 0, 0][..], &12.5_f64.to_le_bytes()].concat()),
    ];
    xls(2, &cells)
}

#[test]
fn xls_is_read() {
    check(
        As::Orders,
        small_xls(),
        expect![[r#"
            2 no=385 status=finished paid=12.50
        "#]],
    );
}

/// Every byte in turn. That the parser panics on some is why its calls are contained.
#[test]
fn no_byte_of_an_xls_breaks_the_reading() {
    let whole = small_xls();
    for at in 0..2048 {
        let mut bytes = whole.clone();
        bytes[at] = 0xff;
        if let Ok(sheet) = read_sheet("file", &bytes, dictionary()) {
            let _ = read_orders(sheet, &context());
        }
    }
}

#[test]
fn an_xls_that_states_or_spans_a_giant_sheet_is_refused() {
    check(
        As::Orders,
        xls(u32::MAX - 1, &[]),
        expect![[r#"
            file: is damaged (a sheet claims more cells than a sheet has); export it again
        "#]],
    );
    let corner = record(0x0203, &[&[0xff, 0xff, 0xff, 0, 0, 0][..], &1_f64.to_le_bytes()].concat());
    let wide = record(0x0203, &[&[0xff, 0xff, 0xff, 3, 0, 0][..], &1_f64.to_le_bytes()].concat());
    check(
        As::Orders,
        xls(1, &[label(0, 0, "a"), wide]),
        expect![[r#"
            file: is damaged (a sheet claims more cells than a sheet has); export it again
        "#]],
    );
    check(
        As::Orders,
        xls(1, &[label(0, 0, "a"), corner]),
        expect![[r#"
            file: is damaged (a sheet claims more cells than a sheet has); export it again
        "#]],
    );
    check(
        As::Orders,
        compound("EncryptedPackage", &[0; 4096]),
        expect![[r#"
        file: is protected by a password; save it without one
    "#]],
    );
    check(
        As::Orders,
        compound("WordDocument", &[0; 4096]),
        expect![[r#"
        file: is an old Office document without a workbook, not a table; export CSV or XLSX from the back office
    "#]],
    );
}

#[test]
fn a_line_without_end_is_refused_and_not_kept() {
    let mut text = "订单编号,订单状态,买家实际支付金额\n385,交易成功,1\n".to_owned();
    text.push_str(&"9".repeat(5 << 20));
    let sheet = read_sheet("orders.csv", text.as_bytes(), dictionary()).unwrap();
    let error = read_orders(sheet, &context()).unwrap_err();
    expect!["orders.csv: is damaged (a line is longer than 4 MiB); export it again"]
        .assert_eq(&error.to_string());
}

#[test]
fn problems_beyond_the_bound_are_counted() {
    let numbers: Vec<u32> = (0..50_010).collect();
    let text = file("订单编号,订单状态,买家实际支付金额", &numbers, |_, it| {
        format!("{it},交易成功,x")
    });
    let sheet = read_sheet("orders.csv", text.as_bytes(), dictionary()).unwrap();
    let read = read_orders(sheet, &context()).unwrap();
    assert_eq!((read.complaints.len(), read.rejected.rows.len()), (50_001, 50_000));
    expect!["orders.csv: found `10`; so many more problems are counted and not listed"]
        .assert_eq(&read.complaints[50_000].to_string());
}

#[test]
fn files_that_cannot_be_opened_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = open_sheet(&folder.path().join("a.csv"), dictionary()).unwrap_err();
    assert_eq!(missing.to_string(), "a.csv: cannot be read: there is no such file");
    let error = open_sheet(folder.path(), dictionary()).unwrap_err();
    assert!(error.to_string().ends_with("cannot be read: it is a folder"), "{error}");
}
