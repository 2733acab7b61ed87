//! YAML as a tree that knows where everything stands.
//!
//! Every plain value stays the text it was written as: `90.00` is not a float, `no` is not a
//! boolean and `2026-11-10` is not a date until somebody who knows what is expected reads it.
//!
//! **Invariant:** anchors, aliases and tags are refused. A scenario is read top to bottom.

use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::problem::Problem;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) content: Content,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// A key without a value.
    Nothing,
    Text(String),
    List(Vec<Node>),
    /// In the order written; no key twice.
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Key {
    pub(crate) line: usize,
    pub(crate) name: String,
}

impl Node {
    /// The documents of a file, in order. Empty ones are left out.
    pub(crate) fn documents(text: &str) -> Result<Vec<Self>, Problem> {
        let mut reader = Reader { parser: Parser::new_from_str(text) };
        let mut documents = Vec::new();
        loop {
            let (event, span) = reader.next()?;
            match event {
                Event::StreamEnd => return Ok(documents),
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => (),
                Event::Alias(_)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => {
                    let node = reader.node(event, span)?;
                    if node.content != Content::Nothing {
                        documents.push(node);
                    }
                }
            }
        }
    }

    pub(crate) fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::at(self.line, what)
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let what = format!("this is not YAML: {}", error.info());
                Err(Problem::at(error.marker().line(), what))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node, Problem> {
        let line = span.start.line();
        let content = match event {
            Event::Scalar(text, style, 0, None) => scalar(&text, style),
            Event::SequenceStart(0, None) => self.list()?,
            Event::MappingStart(0, None) => self.map()?,
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::MappingStart(..) => {
                return Err(Problem::at(
                    line,
                    "anchors (&), aliases (*) and tags (!) are not used",
                ));
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(Problem::at(line, "the document ends too early")),
        };
        Ok(Node { line, content })
    }

    fn list(&mut self) -> Result<Content, Problem> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Content::List(items));
            }
            items.push(self.node(event, span)?);
        }
    }

    fn map(&mut self) -> Result<Content, Problem> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Content::Map(entries));
            }
            let key = self.node(event, span)?;
            let Content::Text(name) = key.content else {
                return Err(Problem::at(key.line, "a key is a word"));
            };
            if entries.iter().any(|(it, _)| it.name == name) {
                return Err(Problem::at(key.line, format!("`{name}` is there twice")));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            entries.push((Key { line: key.line, name }, value));
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Content {
    if style == ScalarStyle::Plain && matches!(text, "" | "~" | "null") {
        return Content::Nothing;
    }
    Content::Text(text.trim_end_matches('\n').to_owned())
}

/// On one line, as YAML would write it in braces.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Nothing => Ok(()),
            Content::Text(text) => f.write_str(text),
            Content::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Content::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {value}", key.name)).collect();
                write!(f, "{{{}}}", entries.join(", "))
            }
        }
    }
}
