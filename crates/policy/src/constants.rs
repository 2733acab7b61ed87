//! The pack's constants: `repair-fee-cap = "20 yuan"`.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    Kind, Vocabulary,
    column::{Type, spelled},
    spelling,
    unit::{Measure, NumberError},
};

/// The constants of one pack as text, and what the vocabulary says they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Constants {
    given: BTreeMap<String, Given>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Given {
    text: String,
    /// Constants that only tables use take the kind of the cell they stand in.
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ConstantError {
    #[error("there is no constant `{0}`{1}")]
    Unknown(String, String),
    #[error("the constant `{name}` is something else; here stands {expected}")]
    WrongKind { name: String, expected: String },
    #[error("`{0}` is neither `yes` nor `no`")]
    NotAFlag(String),
    #[error("`{code}` is not a known code{hint}")]
    NotACode { code: String, hint: String },
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Constants {
    pub(crate) fn new(given: &BTreeMap<String, String>, vocabulary: &Vocabulary) -> Self {
        let with_kind = |name: &String, text: &String| Given {
            text: text.clone(),
            kind: vocabulary.constant(name).map(|it| it.kind),
        };
        let given = given.iter().map(|(name, text)| (name.clone(), with_kind(name, text)));
        Self { given: given.collect() }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(|it| it.text.as_str())
    }

    /// The value of `$name` in a cell of type `kind`, as the cell counts it.
    pub(crate) fn value(&self, name: &str, kind: &Type) -> Result<i64, ConstantError> {
        let Some(given) = self.given.get(name) else {
            let hint = spelling::hint(name, self.given.keys().map(String::as_str));
            return Err(ConstantError::Unknown(name.to_owned(), hint));
        };
        let fits = match (given.kind, kind) {
            (None, _)
            | (Some(Kind::Flag), Type::Flag)
            | (Some(Kind::Choice(_)), Type::Choice(_)) => true,
            (Some(kind), Type::Number(unit)) => Measure::of(kind) == Some(unit.measure()),
            (Some(_), Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Text) => false,
        };
        if !fits {
            let expected = kind.spelled();
            return Err(ConstantError::WrongKind { name: name.to_owned(), expected });
        }
        match kind {
            Type::Flag => Ok(i64::from(read_flag(&given.text)?)),
            Type::Choice(codes) => read_code(&given.text, codes),
            Type::Number(unit) => Ok(unit.measure().read(&given.text)?),
            Type::Choices(_) | Type::Text => {
                let expected = kind.spelled();
                Err(ConstantError::WrongKind { name: name.to_owned(), expected })
            }
        }
    }

    /// The value of a constant the vocabulary declares.
    pub(crate) fn number(&self, name: &str, measure: Measure) -> Option<i64> {
        measure.read(self.text(name)?).ok()
    }

    /// Why `text` cannot be a constant of this kind.
    pub(crate) fn check(text: &str, kind: Kind) -> Result<(), ConstantError> {
        match kind {
            Kind::Flag => read_flag(text).map(|_| ()),
            Kind::Choice(codes) => {
                read_code(text, &codes.iter().map(|&it| it.to_owned()).collect::<Vec<_>>())
                    .map(|_| ())
            }
            Kind::Choices(_) => Err(ConstantError::WrongKind {
                name: text.to_owned(),
                expected: "one value, not a set".to_owned(),
            }),
            Kind::Text if text.trim().is_empty() => {
                Err(ConstantError::WrongKind { name: text.to_owned(), expected: spelled(kind) })
            }
            Kind::Text => Ok(()),
            Kind::Amount
            | Kind::Span
            | Kind::Days
            | Kind::Percent
            | Kind::Count
            | Kind::Length
            | Kind::Weight => match Measure::of(kind) {
                Some(measure) => Ok(measure.read(text).map(|_| ())?),
                None => Ok(()),
            },
        }
    }
}

pub(crate) fn read_flag(text: &str) -> Result<bool, ConstantError> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        other => Err(ConstantError::NotAFlag(other.to_owned())),
    }
}

/// The position of a code.
pub(crate) fn read_code(text: &str, codes: &[String]) -> Result<i64, ConstantError> {
    let found = codes.iter().position(|it| it == text).and_then(|it| i64::try_from(it).ok());
    found.ok_or_else(|| ConstantError::NotACode {
        code: text.to_owned(),
        hint: spelling::hint(text, codes.iter().map(String::as_str)),
    })
}
