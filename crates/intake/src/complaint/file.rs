//! Why a file as a whole cannot be read.

use std::{fmt, io, sync::Arc};

use super::{Language, printable};

/// A file that cannot be read at all, and why.
#[derive(Debug)]
pub struct FileError {
    pub file: Arc<str>,
    pub problem: FileProblem,
}

/// The same in English and in Chinese.
pub type Phrase = (&'static str, &'static str);

#[derive(Debug)]
pub enum FileProblem {
    /// The disk or the directory said no.
    Io(io::Error),
    Unwritable(io::Error),
    Empty,
    /// Not a table: what it looks like instead.
    NotATable(Phrase),
    /// The bytes do not follow their own format, or end too early.
    Damaged(Phrase),
    /// Longer, or longer when unpacked, than we take; in MiB.
    TooLarge {
        most: u64,
    },
    Protected,
    /// Nothing in the first rows looks like a header. Holds what the first row has.
    NoHeader(Vec<String>),
    /// Required columns that the header lacks, each with the names it may have, and the names it
    /// has.
    MissingColumns {
        missing: Vec<Vec<Arc<str>>>,
        found: Vec<Arc<str>>,
    },
}

impl FileError {
    pub(crate) fn new(file: &str, problem: FileProblem) -> Self {
        Self { file: file.into(), problem }
    }

    pub fn line(&self, language: Language) -> String {
        let file = printable(&self.file);
        match language {
            Language::English => format!("{file}: {}", self.english()),
            Language::Chinese => format!("{file}：{}", self.chinese()),
        }
    }

    fn english(&self) -> String {
        match &self.problem {
            FileProblem::Io(error) => format!("cannot be read: {}", io_english(error)),
            FileProblem::Unwritable(error) => {
                let english =
                    if is_missing(error) { "there is no such folder" } else { io_english(error) };
                format!("cannot be written: {english}")
            }
            FileProblem::Empty => "is empty".to_owned(),
            FileProblem::NotATable((what, _)) => {
                format!("is {what}, not a table; export CSV or XLSX from the back office")
            }
            FileProblem::Damaged((how, _)) => format!("is damaged ({how}); export it again"),
            FileProblem::TooLarge { most } => {
                format!("is larger than the {most} MiB taken; export a shorter period, or CSV")
            }
            FileProblem::Protected => "is protected by a password; save it without one".to_owned(),
            FileProblem::NoHeader(found) => format!(
                "has no header: none of the first rows names two known columns such as 订单编号 or \
                 order_no; the first row has {}",
                listed(found.iter().map(String::as_str), ", ")
            ),
            FileProblem::MissingColumns { missing, found } => {
                let missing: Vec<String> = missing
                    .iter()
                    .map(|names| listed(names.iter().take(6).map(|it| &**it), " or "))
                    .collect();
                let found = listed(found.iter().map(|it| &**it), ", ");
                format!("lacks the column {}; it has {found}", missing.join(", and the column "))
            }
        }
    }

    fn chinese(&self) -> String {
        match &self.problem {
            FileProblem::Io(error) => format!("无法读取：{}", io_chinese(error)),
            FileProblem::Unwritable(error) => {
                let chinese =
                    if is_missing(error) { "没有这个文件夹" } else { io_chinese(error) };
                format!("无法写入：{chinese}")
            }
            FileProblem::Empty => "文件是空的".to_owned(),
            FileProblem::NotATable((_, what)) => {
                format!("不是表格（{what}）；请在商家后台导出 CSV 或 XLSX")
            }
            FileProblem::Damaged((_, how)) => format!("文件已损坏（{how}）；请重新导出"),
            FileProblem::TooLarge { most } => {
                format!("超过 {most} MiB 上限；请缩短导出时间段，或改用 CSV")
            }
            FileProblem::Protected => "文件有密码保护；请取消密码后再导入".to_owned(),
            FileProblem::NoHeader(found) => format!(
                "没有找到表头：前面几行里没有同时出现两个认识的列名（例如订单编号）；第一行是 {}",
                listed(found.iter().map(String::as_str), "、")
            ),
            FileProblem::MissingColumns { missing, found } => {
                let missing: Vec<String> = missing
                    .iter()
                    .map(|names| listed(names.iter().take(6).map(|it| &**it), " 或 "))
                    .collect();
                let found = listed(found.iter().map(|it| &**it), "、");
                format!("缺少必需的列：{}；文件里的列有：{found}", missing.join("；"))
            }
        }
    }
}

/// At most 40 names, quoted.
fn listed<'a>(names: impl Iterator<Item = &'a str>, between: &str) -> String {
    let names: Vec<String> = names.take(40).map(|it| format!("`{}`", printable(it))).collect();
    if names.is_empty() { "—".to_owned() } else { names.join(between) }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn io_english(error: &io::Error) -> &'static str {
    io_phrase(error).0
}

fn io_chinese(error: &io::Error) -> &'static str {
    io_phrase(error).1
}

fn io_phrase(error: &io::Error) -> (&'static str, &'static str) {
    let phrases = [
        (io::ErrorKind::NotFound, ("there is no such file", "没有这个文件")),
        (io::ErrorKind::PermissionDenied, ("permission denied", "没有读取权限")),
        (io::ErrorKind::IsADirectory, ("it is a folder", "这是一个文件夹")),
    ];
    let known = phrases.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, said)| *said);
    known.unwrap_or(("the disk reports an error", "磁盘读取出错"))
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Language::English))
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            FileProblem::Io(error) | FileProblem::Unwritable(error) => Some(error),
            FileProblem::Empty
            | FileProblem::NotATable(_)
            | FileProblem::Damaged(_)
            | FileProblem::TooLarge { .. }
            | FileProblem::Protected
            | FileProblem::NoHeader(_)
            | FileProblem::MissingColumns { .. } => None,
        }
    }
}
