//! The language of cells.
//!
//! A condition is `-` (anything, even a missing fact), `missing`, `not missing`, or values joined
//! by `,` for *or* and `&` for *and*: `yes`; `damaged, short`; `not damaged`; `7`; `>= 7`; `3..15`
//! with both ends; `(7..15]` without the first; `$return-days` for a constant of the pack.
//!
//! **Invariant:** a condition accepts a missing fact only if it says so. `not damaged` does not:
//! a fact that is missing is not known to be otherwise.

use thiserror::Error;

use crate::{
    column::{Input, Output, Type},
    constants::{ConstantError, Constants, read_code, read_flag},
    set::{Domain, Set},
    spelling,
    unit::NumberError,
};

/// One part of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Empty,
    Flag(bool),
    /// Position in the column's codes.
    Choice(u16),
    /// One bit for each of the column's codes.
    Choices(u64),
    /// In base units.
    Number(i64),
    Text(String),
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CellError {
    #[error("the condition is empty; write `-` for anything")]
    NoCondition,
    #[error("the answer is empty")]
    NoAnswer,
    #[error("the condition is incomplete")]
    Incomplete,
    #[error("`{0}` compares, but the column holds no numbers")]
    NotOrdered(String),
    #[error("`not` stands once, before everything else")]
    MisplacedNot,
    #[error("the fact is never missing")]
    NeverMissing,
    #[error("`{0}` accepts nothing")]
    Nothing(String),
    #[error("`{0}` lies outside of what the column can hold")]
    Outside(String),
    #[error(transparent)]
    Constant(#[from] ConstantError),
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// Reads a condition.
pub(crate) fn read_condition(
    text: &str,
    input: &Input,
    constants: &Constants,
) -> Result<Set, CellError> {
    let text = spelling::plain(text);
    let reader = Reader { kind: &input.kind, domain: input.domain(), constants };
    let set = reader.read(&text)?;
    if set.is_nothing() {
        return Err(CellError::Nothing(text));
    }
    Ok(set)
}

/// Reads a part of an answer.
pub(crate) fn read_answer(
    text: &str,
    output: &Output,
    constants: &Constants,
) -> Result<Cell, CellError> {
    let plain = spelling::plain(text);
    if plain.is_empty() {
        return if output.optional { Ok(Cell::Empty) } else { Err(CellError::NoAnswer) };
    }
    if let Some(name) = plain.strip_prefix('$')
        && output.kind == Type::Text
    {
        let unknown = || ConstantError::Unknown(name.to_owned(), String::new());
        return Ok(Cell::Text(constants.text(name).ok_or_else(unknown)?.to_owned()));
    }
    let domain = Domain { values: output.kind.values(), missing: false };
    let reader = Reader { kind: &output.kind, domain, constants };
    match &output.kind {
        Type::Flag => Ok(Cell::Flag(reader.literal(&plain)? == 1)),
        Type::Choice(_) => {
            let index = u16::try_from(reader.literal(&plain)?);
            index.map(Cell::Choice).map_err(|_| CellError::Outside(plain))
        }
        Type::Number(_) => Ok(Cell::Number(reader.literal(&plain)?)),
        Type::Choices(codes) => read_choices(&plain, codes),
        Type::Text => Ok(Cell::Text(text.trim().to_owned())),
    }
}

/// The names of constants a cell speaks of.
pub(crate) fn constants_in(text: &str) -> impl Iterator<Item = String> {
    let plain = spelling::plain(text);
    let names: Vec<String> = plain.split('$').skip(1).map(constant_name).collect();
    names.into_iter()
}

fn constant_name(text: &str) -> String {
    let is_name = |it: &char| it.is_ascii_alphanumeric() || *it == '-';
    text.chars().take_while(is_name).collect()
}

fn read_choices(text: &str, codes: &[String]) -> Result<Cell, CellError> {
    if text == "none" {
        return Ok(Cell::Choices(0));
    }
    let mut bits = 0_u64;
    for code in text.split(',') {
        let index = u32::try_from(read_code(code.trim(), codes)?).unwrap_or(u32::MAX);
        bits |= 1_u64.checked_shl(index).ok_or_else(|| CellError::Outside(code.to_owned()))?;
    }
    Ok(Cell::Choices(bits))
}

struct Reader<'c> {
    kind: &'c Type,
    domain: Domain,
    constants: &'c Constants,
}

impl Reader<'_> {
    fn read(&self, text: &str) -> Result<Set, CellError> {
        match text {
            "" => return Err(CellError::NoCondition),
            "-" => return Ok(Set::everything(self.domain)),
            _ => {}
        }
        let Some(rest) = text.strip_prefix("not ") else { return self.alternatives(text) };
        match rest.trim() {
            "missing" if self.domain.missing => Ok(Set::nothing().other_values(self.domain)),
            "missing" => Err(CellError::NeverMissing),
            rest if rest.split(',').any(|it| it.trim() == "missing") => {
                Err(CellError::MisplacedNot)
            }
            rest => Ok(self.alternatives(rest)?.other_values(self.domain)),
        }
    }

    fn alternatives(&self, text: &str) -> Result<Set, CellError> {
        text.split(',').try_fold(Set::nothing(), |set, part| Ok(set.or(self.all_of(part.trim())?)))
    }

    fn all_of(&self, text: &str) -> Result<Set, CellError> {
        let mut parts = text.split('&').map(str::trim);
        let first = self.test(parts.next().unwrap_or_default())?;
        parts.try_fold(first, |set, part| Ok(set.and(&self.test(part)?)))
    }

    fn test(&self, test: &str) -> Result<Set, CellError> {
        let values = self.domain.values;
        let ordered = matches!(self.kind, Type::Number(_));
        let compares = test.starts_with(['<', '>', '=', '(', '[']) || test.contains("..");
        match test {
            "" => return Err(CellError::Incomplete),
            "missing" if self.domain.missing => return Ok(Set::missing()),
            "missing" => return Err(CellError::NeverMissing),
            _ if test.starts_with("not ") => return Err(CellError::MisplacedNot),
            _ if compares && !ordered => return Err(CellError::NotOrdered(test.to_owned())),
            _ => {}
        }
        let set = if let Some(number) = test.strip_prefix(">=") {
            Set::range(self.literal(number)?, values.last)
        } else if let Some(number) = test.strip_prefix("<=") {
            Set::range(values.first, self.literal(number)?)
        } else if let Some(number) = test.strip_prefix('>') {
            Set::range(next(self.literal(number)?, test)?, values.last)
        } else if let Some(number) = test.strip_prefix('<') {
            Set::range(values.first, previous(self.literal(number)?, test)?)
        } else if let Some((first, last)) = test.split_once("..") {
            self.between(first.trim(), last.trim())?
        } else {
            let number = self.literal(test.strip_prefix('=').unwrap_or(test))?;
            Set::range(number, number)
        };
        Ok(set.and(&Set::everything(self.domain)))
    }

    fn between(&self, first: &str, last: &str) -> Result<Set, CellError> {
        if first.starts_with(['(', '[']) != last.ends_with([')', ']']) {
            return Err(CellError::Incomplete);
        }
        let (from, open) = match first.strip_prefix('(') {
            Some(rest) => (rest, true),
            None => (first.strip_prefix('[').unwrap_or(first), false),
        };
        let mut begin = self.literal(from)?;
        if open {
            begin = next(begin, first)?;
        }
        let (to, open) = match last.strip_suffix(')') {
            Some(rest) => (rest, true),
            None => (last.strip_suffix(']').unwrap_or(last), false),
        };
        let mut end = self.literal(to)?;
        if open {
            end = previous(end, last)?;
        }
        Ok(Set::range(begin, end))
    }

    /// One value, as the column counts it.
    fn literal(&self, text: &str) -> Result<i64, CellError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(CellError::Incomplete);
        }
        let value = match text.strip_prefix('$') {
            Some(name) => self.constants.value(name, self.kind)?,
            None => match self.kind {
                Type::Flag => i64::from(read_flag(text)?),
                Type::Choice(codes) | Type::Choices(codes) => read_code(text, codes)?,
                Type::Number(unit) => unit.read(text)?,
                Type::Text => return Err(CellError::NotOrdered(text.to_owned())),
            },
        };
        let values = self.domain.values;
        if value < values.first || values.last < value {
            return Err(CellError::Outside(text.to_owned()));
        }
        Ok(value)
    }
}

fn next(number: i64, test: &str) -> Result<i64, CellError> {
    number.checked_add(1).ok_or_else(|| CellError::Outside(test.to_owned()))
}

fn previous(number: i64, test: &str) -> Result<i64, CellError> {
    number.checked_sub(1).ok_or_else(|| CellError::Outside(test.to_owned()))
}
