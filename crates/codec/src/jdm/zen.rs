//! The part of the ZEN expression language that our cells have a form for.
//!
//! A cell is a list of alternatives, each a conjunction of tests on the value of the column.

use thiserror::Error;

/// One test on a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Test {
    Is(Literal),
    IsNot(Literal),
    In(Vec<Literal>),
    NotIn(Vec<Literal>),
    /// An operator and a number.
    Compares(&'static str, String),
    /// Our own notation of the range, which is the same.
    Between(String),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Literal {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    List(Vec<Literal>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("has no form in our tables")]
pub(super) struct Foreign;

/// Reads a condition: alternatives of conjunctions. Empty for anything.
pub(super) fn condition(text: &str) -> Result<Vec<Vec<Test>>, Foreign> {
    let mut tokens = Tokens::read(text)?;
    let mut alternatives = Vec::new();
    if tokens.is_done() {
        return Ok(alternatives);
    }
    loop {
        let mut tests = vec![tokens.test()?];
        while tokens.take("and") {
            tests.push(tokens.test()?);
        }
        alternatives.push(tests);
        if tokens.is_done() {
            return Ok(alternatives);
        }
        if !tokens.take(",") && !tokens.take("or") {
            return Err(Foreign);
        }
    }
}

/// Reads an answer: one literal. `None` for nothing.
pub(super) fn answer(text: &str) -> Result<Option<Literal>, Foreign> {
    let mut tokens = Tokens::read(text)?;
    if tokens.is_done() {
        return Ok(None);
    }
    let literal = tokens.literal()?;
    if tokens.is_done() { Ok(Some(literal)) } else { Err(Foreign) }
}

const SYMBOLS: [&str; 13] = [">=", "<=", "==", "!=", "..", ">", "<", "[", "]", "(", ")", ",", "$"];

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Symbol(&'static str),
    Word(String),
    Number(String),
    Text(String),
}

/// What is left to read, last token first.
struct Tokens {
    left: Vec<Token>,
}

impl Tokens {
    fn read(text: &str) -> Result<Self, Foreign> {
        let mut left = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, after) = match first {
                '"' | '\'' => {
                    let inside = rest.get(1..).unwrap_or_default();
                    let (text, after) = inside.split_once(first).ok_or(Foreign)?;
                    (Token::Text(text.to_owned()), after)
                }
                '0'..='9' | '-' => {
                    let (number, after) = rest.split_at(number_length(rest));
                    (Token::Number(number.to_owned()), after)
                }
                'a'..='z' | 'A'..='Z' | '_' => {
                    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
                    let end = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
                    let (word, after) = rest.split_at(end);
                    (Token::Word(word.to_owned()), after)
                }
                _ => {
                    let symbol = SYMBOLS.into_iter().find(|it| rest.starts_with(it));
                    let symbol = symbol.ok_or(Foreign)?;
                    (Token::Symbol(symbol), rest.strip_prefix(symbol).unwrap_or_default())
                }
            };
            left.push(token);
            rest = after.trim_start();
        }
        left.reverse();
        Ok(Self { left })
    }

    fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    fn peek(&self) -> Option<&str> {
        match self.left.last()? {
            Token::Symbol(symbol) => Some(symbol),
            Token::Word(word) => Some(word),
            Token::Number(_) | Token::Text(_) => None,
        }
    }

    fn take(&mut self, expected: &str) -> bool {
        let taken = self.peek() == Some(expected);
        if taken {
            self.left.pop();
        }
        taken
    }

    fn test(&mut self) -> Result<Test, Foreign> {
        self.take("$");
        if self.take("==") {
            return Ok(Test::Is(self.literal()?));
        }
        if self.take("!=") {
            return Ok(Test::IsNot(self.literal()?));
        }
        for operator in [">=", "<=", ">", "<"] {
            if self.take(operator) {
                return Ok(Test::Compares(operator, self.number()?));
            }
        }
        if self.take("not") {
            return if self.take("in") { Ok(Test::NotIn(self.list()?)) } else { Err(Foreign) };
        }
        self.take("in");
        match self.peek() {
            Some("(") => self.range(),
            Some("[") => {
                // Both `[3..7]` and `["a", "b"]` begin like this.
                let is_range = self.left.iter().rev().nth(2) == Some(&Token::Symbol(".."));
                if is_range { self.range() } else { Ok(Test::In(self.list()?)) }
            }
            Some(_) | None => Ok(Test::Is(self.literal()?)),
        }
    }

    fn range(&mut self) -> Result<Test, Foreign> {
        let left = if self.take("(") { '(' } else { '[' };
        if left == '[' && !self.take("[") {
            return Err(Foreign);
        }
        let first = self.number()?;
        if !self.take("..") {
            return Err(Foreign);
        }
        let last = self.number()?;
        let right = if self.take(")") { ')' } else { ']' };
        if right == ']' && !self.take("]") {
            return Err(Foreign);
        }
        Ok(Test::Between(format!("{left}{first}..{last}{right}")))
    }

    fn list(&mut self) -> Result<Vec<Literal>, Foreign> {
        if !self.take("[") {
            return Err(Foreign);
        }
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() && !self.take(",") {
                return Err(Foreign);
            }
            items.push(self.literal()?);
        }
        Ok(items)
    }

    fn number(&mut self) -> Result<String, Foreign> {
        match self.literal()? {
            Literal::Number(number) => Ok(number),
            Literal::Null | Literal::Flag(_) | Literal::Text(_) | Literal::List(_) => Err(Foreign),
        }
    }

    fn literal(&mut self) -> Result<Literal, Foreign> {
        if self.peek() == Some("[") {
            return Ok(Literal::List(self.list()?));
        }
        match self.left.pop() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Number(number)) => Ok(Literal::Number(number)),
            Some(Token::Word(word)) if word == "null" => Ok(Literal::Null),
            Some(Token::Word(word)) if word == "true" => Ok(Literal::Flag(true)),
            Some(Token::Word(word)) if word == "false" => Ok(Literal::Flag(false)),
            Some(Token::Word(_) | Token::Symbol(_)) | None => Err(Foreign),
        }
    }
}

/// `12`, `-3.5`; of `3..15` only the 3.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = usize::from(text.starts_with('-'));
    let whole = whole.saturating_add(digits(text.get(whole..).unwrap_or_default()));
    let after = text.get(whole..).unwrap_or_default();
    let fraction = after.strip_prefix('.').map_or(0, digits);
    if fraction == 0 { whole } else { whole.saturating_add(1).saturating_add(fraction) }
}
