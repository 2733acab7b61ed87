//! Whatever is wrong is said in full in both languages.

use std::io;

use money::Money;

use crate::complaint::{Complaint, Expected, FileError, FileProblem, Language, Severity};

fn expectations() -> Vec<Expected> {
    let now = kernel::Civil::new((2026, 11, 12), (8, 0, 0)).unwrap();
    let all = vec![
        Expected::Value,
        Expected::Identifier,
        Expected::AllDigits,
        Expected::Amount,
        Expected::TwoDecimals,
        Expected::WholeFen,
        Expected::NotNegative,
        Expected::AtMost(Money::fen(100)),
        Expected::Pieces,
        Expected::Time,
        Expected::TimeInRange,
        Expected::NotAfter(now),
        Expected::OneOf(vec!["名称".into()]),
        Expected::Cells(7),
        Expected::ClosingQuote,
        Expected::Decodable,
        Expected::Once { first_row: 2 },
        Expected::KnownOrder,
        Expected::KnownWord { taken_as: "other" },
        Expected::KnownWord { taken_as: "unknown" },
        Expected::DataRow,
        Expected::FewerProblems,
    ];
    all.iter().for_each(is_listed);
    all
}

/// Does not compile when a kind is added; add it above as well.
fn is_listed(expected: &Expected) {
    match expected {
        Expected::Value
        | Expected::Identifier
        | Expected::AllDigits
        | Expected::Amount
        | Expected::TwoDecimals
        | Expected::WholeFen
        | Expected::NotNegative
        | Expected::AtMost(_)
        | Expected::Pieces
        | Expected::Time
        | Expected::TimeInRange
        | Expected::NotAfter(_)
        | Expected::OneOf(_)
        | Expected::Cells(_)
        | Expected::ClosingQuote
        | Expected::Decodable
        | Expected::Once { .. }
        | Expected::KnownOrder
        | Expected::KnownWord { .. }
        | Expected::DataRow
        | Expected::FewerProblems
        | Expected::Entry { .. } => (),
    }
}

fn problems() -> Vec<FileProblem> {
    vec![
        FileProblem::Io(io::ErrorKind::NotFound.into()),
        FileProblem::Io(io::ErrorKind::PermissionDenied.into()),
        FileProblem::Io(io::ErrorKind::IsADirectory.into()),
        FileProblem::Io(io::ErrorKind::Other.into()),
        FileProblem::Unwritable(io::ErrorKind::NotFound.into()),
        FileProblem::Empty,
        FileProblem::NotATable(("an image", "图片")),
        FileProblem::Damaged(("it ends too early", "不完整")),
        FileProblem::TooLarge { most: 64 },
        FileProblem::Protected,
        FileProblem::NoHeader(vec!["甲".to_owned()]),
        FileProblem::NoHeader(Vec::new()),
        FileProblem::MissingColumns {
            missing: vec![vec!["甲".into()]], found: vec!["乙".into()]
        },
    ]
}

/// Names of formats and what has to be typed are the same in both.
const NOT_WORDS: [&str; 5] = ["UTF-8", "GBK", "CSV", "XLSX", "MiB"];

#[track_caller]
fn check(chinese: &str, english: &str) {
    let words = NOT_WORDS.iter().fold(chinese.to_owned(), |text, it| text.replace(it, ""));
    assert!(!words.contains(|it: char| it.is_ascii_alphabetic()), "{chinese}");
    assert!(!chinese.is_ascii(), "{chinese}");
    let quoted = english.replace(['甲', '乙', '—'], "").replace("订单编号", "").replace("名称", "");
    assert!(quoted.is_ascii(), "{english}");
}

#[test]
fn complaints_about_rows() {
    for expected in expectations() {
        let complaint = Complaint {
            file: "1".into(),
            row: Some(2),
            column: Some("3".into()),
            found: "4".to_owned(),
            expected,
            severity: Severity::Error,
        };
        check(&complaint.line(Language::Chinese), &complaint.line(Language::English));
    }
}

#[test]
fn complaints_about_files() {
    for problem in problems() {
        let error = FileError::new("1", problem);
        check(&error.line(Language::Chinese), &error.line(Language::English));
    }
}
