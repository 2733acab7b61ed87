//! Reply texts: prose with `{variables}` in braces.

use std::collections::BTreeMap;

use thiserror::Error;

kernel::choice! {
    /// The languages a pack speaks.
    pub enum Language {
        Zh = "zh",
        En = "en",
    }
}

/// A text with places for what only the case at hand knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    pieces: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Prose(String),
    Variable(String),
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TextError {
    #[error("a brace is opened and never closed after `{0}`")]
    Unclosed(String),
}

impl Text {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let mut pieces = Vec::new();
        let mut rest = text.trim_end();
        while let Some((prose, after)) = rest.split_once('{') {
            pieces.push(Piece::Prose(prose.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                let end = prose.chars().rev().take(20).collect::<Vec<char>>();
                return Err(TextError::Unclosed(end.into_iter().rev().collect()));
            };
            pieces.push(Piece::Variable(name.trim().to_owned()));
            rest = after;
        }
        pieces.push(Piece::Prose(rest.to_owned()));
        pieces.retain(|it| *it != Piece::Prose(String::new()));
        Ok(Self { pieces })
    }

    /// The variables the text speaks of, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|it| match it {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Prose(_) => None,
        })
    }

    /// The text with the variables filled in. One without a value stays as it is, braces and all:
    /// a gap that can be seen is better than a sentence that says something else.
    pub fn render(&self, values: &BTreeMap<&str, String>) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Prose(prose) => text.push_str(prose),
                Piece::Variable(name) => {
                    let unknown = || format!("{{{name}}}");
                    text.push_str(&values.get(name.as_str()).cloned().unwrap_or_else(unknown));
                }
            }
        }
        text
    }
}
