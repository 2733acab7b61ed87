//! Which position has which permission: a table that people keep.
//!
//! One CSV file, a row per position and a column per permission, `yes` or `-` in each cell. The
//! default is built in; a file takes its place whole. A table that leaves anything unsaid is
//! refused, so that a new permission has to be thought about by everyone who keeps a table.

use std::collections::BTreeMap;

use kernel::Choice;
use thiserror::Error;

use crate::{Permission, Permissions, Position};

const DEFAULT: &str = include_str!("../permissions.csv");

/// What is wrong with a table.
#[derive(Debug, Error)]
pub enum MatrixError {
    #[error("the table of permissions is not CSV")]
    NotCsv(#[from] csv::Error),
    #[error("the first column is `{0}`, not `position`")]
    NoPositions(String),
    #[error("there is no permission `{0}`")]
    UnknownPermission(String),
    #[error("the column `{0}` is there twice")]
    PermissionTwice(Permission),
    #[error("the column `{0}` is missing")]
    MissingPermission(Permission),
    #[error("line {line}: there is no position `{word}`")]
    UnknownPosition { line: u64, word: String },
    #[error("line {line}: the position `{position}` is there twice")]
    PositionTwice { line: u64, position: Position },
    #[error("the row of `{0}` is missing")]
    MissingPosition(Position),
    #[error("line {line}: `{cell}` under `{permission}` is neither `yes` nor `-`")]
    UnknownCell { line: u64, permission: Permission, cell: String },
    #[error("`platform-admin` has to have `platform`, or nobody could let anybody in")]
    NoPlatform,
    #[error("line {line}: `platform` is for `platform-admin` alone, not for `{position}`")]
    PlatformOfAShop { line: u64, position: Position },
}

/// Position by permission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix(BTreeMap<Position, Permissions>);

impl Matrix {
    /// The table that is built in.
    pub fn built_in() -> Result<Self, MatrixError> {
        Self::parse(DEFAULT)
    }

    /// Reads a table as in `permissions.csv`.
    pub fn parse(text: &str) -> Result<Self, MatrixError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let columns = columns(reader.headers()?)?;
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record?;
            let (line, position, permissions) = row(&record, &columns)?;
            if rows.insert(position, permissions).is_some() {
                return Err(MatrixError::PositionTwice { line, position });
            }
        }
        if let Some(missing) = Position::ALL.iter().find(|it| !rows.contains_key(it)) {
            return Err(MatrixError::MissingPosition(*missing));
        }
        let matrix = Self(rows);
        let has_platform = matrix.permissions(Position::PlatformAdmin).has(Permission::Platform);
        if has_platform { Ok(matrix) } else { Err(MatrixError::NoPlatform) }
    }

    pub fn permissions(&self, position: Position) -> Permissions {
        self.0.get(&position).copied().unwrap_or_default()
    }
}

fn columns(header: &csv::StringRecord) -> Result<Vec<Permission>, MatrixError> {
    let first = header.get(0).unwrap_or_default();
    if first != "position" {
        return Err(MatrixError::NoPositions(first.to_owned()));
    }
    let mut columns = Vec::new();
    for word in header.iter().skip(1) {
        let permission = Permission::from_code(word)
            .ok_or_else(|| MatrixError::UnknownPermission(word.to_owned()))?;
        if columns.contains(&permission) {
            return Err(MatrixError::PermissionTwice(permission));
        }
        columns.push(permission);
    }
    match Permission::ALL.iter().find(|it| !columns.contains(it)) {
        Some(missing) => Err(MatrixError::MissingPermission(*missing)),
        None => Ok(columns),
    }
}

fn row(
    record: &csv::StringRecord,
    columns: &[Permission],
) -> Result<(u64, Position, Permissions), MatrixError> {
    let line = record.position().map_or(0, csv::Position::line);
    let word = record.get(0).unwrap_or_default();
    let position = Position::from_code(word)
        .ok_or_else(|| MatrixError::UnknownPosition { line, word: word.to_owned() })?;
    let mut permissions = Permissions::NONE;
    for (&permission, cell) in columns.iter().zip(record.iter().skip(1)) {
        match cell {
            "yes" => permissions = permissions.with(permission),
            "-" => {}
            _ => {
                return Err(MatrixError::UnknownCell { line, permission, cell: cell.to_owned() });
            }
        }
    }
    if permissions.has(Permission::Platform) && position != Position::PlatformAdmin {
        return Err(MatrixError::PlatformOfAShop { line, position });
    }
    Ok((line, position, permissions))
}
