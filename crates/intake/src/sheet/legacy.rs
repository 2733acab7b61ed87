//! Measuring an XLS workbook before the parser sees it.
//!
//! The parser lays every sheet out as a full rectangle and believes the rectangle a sheet states,
//! so a few kilobytes can ask for gigabytes. This walks the compound file and the workbook's
//! records just far enough to know how large the rectangles are.

use std::io::{self, Read, Seek, SeekFrom};

use crate::complaint::FileProblem;

/// Largest XLS file taken; it is held in memory.
pub(super) const XLS_MAX: u64 = 64 << 20;
/// Most cells, used or not, in all sheets together.
const AREA_MAX: u64 = 4 << 20;

const DAMAGED: FileProblem =
    FileProblem::Damaged(("the workbook does not follow its format", "工作簿格式不正确"));

pub(super) fn measure(input: &mut (impl Read + Seek)) -> Result<(), FileProblem> {
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(0)).map_err(FileProblem::Io)?;
    (&mut *input).take(XLS_MAX).read_to_end(&mut bytes).map_err(FileProblem::Io)?;
    input.seek(SeekFrom::Start(0)).map_err(FileProblem::Io)?;
    let file = CompoundFile::open(&bytes).ok_or(DAMAGED)?;
    if file.stream("EncryptedPackage").is_some() {
        return Err(FileProblem::Protected);
    }
    let Some(workbook) = file.stream("Workbook").or_else(|| file.stream("Book")) else {
        let what = ("an old Office document without a workbook", "不含工作簿的旧版 Office 文档");
        return Err(FileProblem::NotATable(what));
    };
    if AREA_MAX < area(&workbook) {
        let how = ("a sheet claims more cells than a sheet has", "工作表声明的范围过大");
        return Err(FileProblem::Damaged(how));
    }
    Ok(())
}

/// The cells that all sheets' rectangles have together.
fn area(workbook: &[u8]) -> u64 {
    let mut rest = workbook;
    let mut total: u64 = 0;
    let (mut rows, mut columns): (u64, u64) = (0, 0);
    while let (Some(kind), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let data = rest.get(4..).unwrap_or_default();
        let row_and_column = u16_at(data, 0).zip(u16_at(data, 2));
        match kind {
            // A sheet begins or ends.
            0x0809 | 0x000a => {
                total = total.saturating_add(rows.saturating_mul(columns));
                (rows, columns) = (0, 0);
            }
            // What the sheet states its rectangle to be: the rows in 4 or, in older books, 2 bytes.
            0x0200 => {
                let wide = length == 14;
                let last_row = if wide { u32_at(data, 4) } else { u16_at(data, 2).map(u32::from) };
                let last_column = if wide { u16_at(data, 10) } else { u16_at(data, 6) };
                rows = rows.max(last_row.unwrap_or(0).into());
                columns = columns.max(last_column.unwrap_or(0).into());
            }
            // Cells: number, label, boolean, formula, small number, shared string, rich text.
            0x0203 | 0x0204 | 0x0205 | 0x0006 | 0x027e | 0x00fd | 0x00d6 | 0x00bd => {
                let (row, column) = row_and_column.unwrap_or_default();
                rows = rows.max(u64::from(row).saturating_add(1));
                // A record of several cells has at most one for each of its bytes.
                let several = if kind == 0x00bd { length.div_euclid(6) } else { 1 };
                columns = columns.max(u64::from(column).saturating_add(several.into()));
            }
            _ => {}
        }
        rest = data.get(usize::from(length)..).unwrap_or_default();
    }
    total.saturating_add(rows.saturating_mul(columns))
}

/// The container that old Office files are in: a file system of 512-byte sectors.
struct CompoundFile<'b> {
    bytes: &'b [u8],
    sector: usize,
    table: Vec<u32>,
    directory: Vec<u8>,
}

const NO_SECTOR: u32 = 0xffff_fff0;

impl<'b> CompoundFile<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let sector = 1_usize.checked_shl(u32::from(u16_at(bytes, 30)?)).filter(|&it| it <= 4096)?;
        let mut file = Self { bytes, sector, table: Vec::new(), directory: Vec::new() };
        // The first 109 sectors of the allocation table are listed in the header; the list goes on
        // in sectors of its own.
        let mut sectors: Vec<u32> = (0..109_usize)
            .filter_map(|it| u32_at(bytes, it.saturating_mul(4).saturating_add(76)))
            .collect();
        let per_sector = sector.div_euclid(4).saturating_sub(1);
        let mut next = u32_at(bytes, 68)?;
        for _ in 0..bytes.len().div_euclid(sector.max(1)).saturating_add(1) {
            let Some(part) = file.sector(next) else { break };
            sectors.extend((0..per_sector).filter_map(|it| u32_at(part, it.saturating_mul(4))));
            next = u32_at(part, per_sector.saturating_mul(4))?;
        }
        for it in sectors.into_iter().filter(|&it| it < NO_SECTOR) {
            let Some(part) = file.sector(it) else { continue };
            let entries = part.chunks_exact(4).filter_map(|it| u32_at(it, 0));
            let entries: Vec<u32> = entries.collect();
            file.table.extend(entries);
        }
        file.directory = file.chain(u32_at(bytes, 48)?);
        Some(file)
    }

    fn sector(&self, number: u32) -> Option<&'b [u8]> {
        let number = usize::try_from(number).ok()?;
        let start = number.checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|it| !it.is_empty())
    }

    fn chain(&self, first: u32) -> Vec<u8> {
        let mut result = Vec::new();
        let mut next = first;
        while let Some(part) = self.sector(next) {
            result.extend_from_slice(part);
            if self.bytes.len() < result.len() {
                break;
            }
            let entry = usize::try_from(next).ok().and_then(|it| self.table.get(it));
            next = entry.copied().unwrap_or(NO_SECTOR);
        }
        result
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let entry = self.directory.chunks_exact(128).find(|it| it.starts_with(&wanted))?;
        let size = usize::try_from(u32_at(entry, 120)?).ok()?;
        if size < 4096 {
            // Streams this small live elsewhere, and cannot hold a rectangle worth refusing: but
            // what a sheet states still counts, and this file system within the file is read too.
            return self.small_stream(u32_at(entry, 116)?, size);
        }
        let mut stream = self.chain(u32_at(entry, 116)?);
        stream.truncate(size);
        Some(stream)
    }

    fn small_stream(&self, first: u32, size: usize) -> Option<Vec<u8>> {
        let root = self.directory.chunks_exact(128).next()?;
        let container = self.chain(u32_at(root, 116)?);
        let table = self.chain(u32_at(self.bytes, 60)?);
        let mut stream = Vec::new();
        let mut next = first;
        while stream.len() < size {
            let at = usize::try_from(next).ok()?;
            let Some(part) = container.get(at.checked_mul(64)?..) else { break };
            stream.extend_from_slice(part.get(..64).unwrap_or(part));
            let Some(entry) = u32_at(&table, at.checked_mul(4)?) else { break };
            next = entry;
        }
        stream.truncate(size);
        Some(stream)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    part.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    part.try_into().ok().map(u32::from_le_bytes)
}

/// Whether `input` is longer than `most`.
pub(super) fn is_longer(input: &mut impl Seek, most: u64) -> io::Result<bool> {
    let length = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    Ok(most < length)
}
