//! Measuring an archive before anything unpacks it into memory.
//!
//! A workbook of half a megabyte can unpack into half a gigabyte. The sizes an archive states are
//! checked first, and then, because they may lie, every entry is unpacked into nothing and counted.

use std::io::{self, Read, Seek};

use zip::ZipArchive;

use crate::complaint::{FileProblem, Phrase};

/// Largest workbook file taken.
pub(super) const PACKED_MAX: u64 = 200 << 20;
/// Largest sum of its entries when unpacked.
pub(super) const UNPACKED_MAX: u64 = 512 << 20;
/// Largest table of shared strings; it is the one entry that is held in memory.
const STRINGS_MAX: u64 = 192 << 20;
const ENTRIES_MAX: usize = 4096;
/// No real sheet compresses better than this. Small entries may.
const RATIO_MAX: u64 = 150;
const RATIO_FREE: u64 = 32 << 20;

pub(super) const MIB: u64 = 1 << 20;

/// Refuses what is no workbook and what would unpack into too much.
pub(super) fn measure(input: &mut (impl Read + Seek)) -> Result<(), FileProblem> {
    let unreadable =
        |_| FileProblem::Damaged(("the archive has no readable index", "压缩目录无法读取"));
    let mut archive = ZipArchive::new(input).map_err(unreadable)?;
    if ENTRIES_MAX < archive.len() {
        return Err(FileProblem::TooLarge { most: UNPACKED_MAX.div_euclid(MIB) });
    }
    let names: Vec<String> =
        archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    if !names.iter().any(|it| it.ends_with("workbook.xml")) {
        return Err(FileProblem::NotATable(stranger(&names)));
    }
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let damaged =
            |_| FileProblem::Damaged(("an entry of the archive is unreadable", "压缩内容无法读取"));
        let entry = archive.by_index(index).map_err(damaged)?;
        let is_strings = entry.name().is_ok_and(|it| it.ends_with("sharedStrings.xml"));
        let most = if is_strings { STRINGS_MAX } else { UNPACKED_MAX };
        let packed = entry.compressed_size();
        let left = most.min(UNPACKED_MAX.saturating_sub(total));
        if left < entry.size() {
            return Err(FileProblem::TooLarge { most: left.max(most).div_euclid(MIB) });
        }
        let mut counted = entry.take(left.saturating_add(1));
        let unpacked = io::copy(&mut counted, &mut io::sink())
            .map_err(|_| FileProblem::Damaged(("the archive ends early", "压缩内容不完整")))?;
        if left < unpacked {
            return Err(FileProblem::TooLarge { most: most.div_euclid(MIB) });
        }
        if RATIO_FREE < unpacked && packed.saturating_mul(RATIO_MAX) < unpacked {
            let how = ("it unpacks to more than 150 times its size", "解压后的体积异常");
            return Err(FileProblem::Damaged(how));
        }
        total = total.saturating_add(unpacked);
    }
    Ok(())
}

fn stranger(names: &[String]) -> Phrase {
    let has = |part: &str| names.iter().any(|it| it.contains(part));
    if has("xl/workbook.bin") {
        ("a binary workbook (XLSB)", "XLSB 二进制工作簿，请另存为 XLSX")
    } else if has("word/") {
        ("a Word document", "Word 文档")
    } else if has("ppt/") {
        ("a presentation", "PPT 演示文稿")
    } else if has("content.xml") {
        ("an OpenDocument file", "OpenDocument 文件，请另存为 XLSX")
    } else {
        ("a ZIP archive; unpack it first", "ZIP 压缩包，请先解压")
    }
}
