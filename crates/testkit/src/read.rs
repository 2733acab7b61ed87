//! Reading single values and objects with a fixed set of keys.

use kernel::{Choice, Civil, Span, Timestamp, Zone};
use money::{Currency, Money};
use policy::Measure;

use crate::{
    node::{Content, Node},
    problem::{Problem, hint},
};

/// One kind of object in a scenario, and every key it may have.
#[derive(Debug)]
pub struct Object {
    /// Its name in `docs/scenario.schema.json`.
    pub name: &'static str,
    pub keys: &'static [&'static str],
}

/// An object whose keys are all known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map<'n> {
    pub(crate) node: &'n Node,
    entries: &'n [(crate::node::Key, Node)],
}

impl<'n> Map<'n> {
    /// Refuses a key that the object does not have, and names the nearest one.
    pub(crate) fn of(node: &'n Node, object: &'static Object) -> Result<Self, Problem> {
        let map = Self::any(node)?;
        for (key, _) in map.entries {
            if !object.keys.contains(&key.name.as_str()) {
                let hint = hint(&key.name, object.keys.iter().copied());
                let what = format!("`{}` is not a key of `{}`{hint}", key.name, object.name);
                return Err(Problem::at(key.line, what));
            }
        }
        Ok(map)
    }

    /// An object whose keys are names somebody gave.
    pub(crate) fn any(node: &'n Node) -> Result<Self, Problem> {
        match &node.content {
            Content::Map(entries) => Ok(Self { node, entries }),
            Content::Nothing => Ok(Self { node, entries: &[] }),
            Content::Text(_) | Content::List(_) => {
                Err(node.problem("here stand keys with values, such as `{case: R1}`"))
            }
        }
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&'n str, &'n Node)> + use<'n> {
        self.entries.iter().map(|(key, value)| (key.name.as_str(), value))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.each().find(|(it, _)| *it == key).map(|(_, value)| value)
    }

    /// The value of a key, if the key is there.
    pub(crate) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&'n Node) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.get(key).map(read).transpose()
    }

    pub(crate) fn need<T>(
        &self,
        key: &str,
        read: impl FnOnce(&'n Node) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let missing = || self.node.problem(format!("`{key}` is missing"));
        self.read(key, read)?.ok_or_else(missing)
    }
}

pub(crate) fn text(node: &Node) -> Result<String, Problem> {
    word(node).map(str::to_owned)
}

pub(crate) fn word(node: &Node) -> Result<&str, Problem> {
    match &node.content {
        Content::Text(text) => Ok(text.trim()),
        Content::Nothing => Err(node.problem("a value is missing")),
        Content::List(_) | Content::Map(_) => Err(node.problem("one value stands here")),
    }
}

pub(crate) fn flag(node: &Node) -> Result<bool, Problem> {
    match word(node)? {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        other => Err(node.problem(format!("`{other}` is neither `yes` nor `no`"))),
    }
}

pub(crate) fn count(node: &Node) -> Result<u32, Problem> {
    let text = word(node)?;
    text.parse().map_err(|_| node.problem(format!("`{text}` is not a number of pieces")))
}

/// Yuan with at most two decimals.
pub(crate) fn amount(node: &Node) -> Result<Money, Problem> {
    let text = word(node)?;
    Money::parse_decimal(text, Currency::Cny)
        .map_err(|error| node.problem(format!("`{text}` is {error}")))
}

pub(crate) fn code<C: Choice>(node: &Node) -> Result<C, Problem> {
    let text = word(node)?;
    let unknown = || {
        let hint = hint(text, C::CODES.iter().copied());
        node.problem(format!("`{text}` is not one of the words that can stand here{hint}"))
    };
    C::from_code(text).ok_or_else(unknown)
}

/// An identifier: an order, a case, a parcel.
pub(crate) fn id<T: std::str::FromStr<Err = kernel::IdError>>(node: &Node) -> Result<T, Problem> {
    let text = word(node)?;
    text.parse().map_err(|error| node.problem(format!("`{text}`: {error}")))
}

/// `[a, b]`, or a single `a`.
pub(crate) fn list<T>(
    node: &Node,
    read: impl Fn(&Node) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    match &node.content {
        Content::List(items) => items.iter().map(read).collect(),
        Content::Nothing => Ok(Vec::new()),
        Content::Text(_) | Content::Map(_) => Ok(vec![read(node)?]),
    }
}

/// `31 min`, `2 hours`, `3 days`.
pub(crate) fn span(node: &Node) -> Result<Span, Problem> {
    spelled_span(word(node)?).ok_or_else(|| {
        node.problem(format!("`{node}` is not a length of time, such as `31 min` or `2 hours`"))
    })
}

fn spelled_span(text: &str) -> Option<Span> {
    Measure::Span.read(text).ok().map(Span::seconds)
}

/// A moment: on the shop's wall clock, or counted from now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    At(Civil),
    /// Some time before what the clock then shows.
    Before(Civil, Span),
    /// This long after now; before now if negative.
    In(Span),
}

impl When {
    pub(crate) fn instant(self, zone: Zone, now: Timestamp) -> Timestamp {
        match self {
            Self::At(civil) => zone.instant(civil),
            Self::Before(civil, span) => zone.instant(civil).minus(span),
            Self::In(span) => now.plus(span),
        }
    }
}

/// `2026-11-10 09:00`, `in 5 days`, `3 hours ago`, `now`.
pub(crate) fn when(node: &Node) -> Result<When, Problem> {
    let text = word(node)?;
    if text == "now" {
        return Ok(When::In(Span::ZERO));
    }
    let relative = if let Some(rest) = text.strip_prefix("in ") {
        spelled_span(rest)
    } else if let Some(rest) = text.strip_suffix(" ago") {
        spelled_span(rest).map(|it| Span::seconds(it.whole_seconds().saturating_neg()))
    } else {
        None
    };
    if let Some(span) = relative {
        return Ok(When::In(span));
    }
    text.parse().map(When::At).map_err(|_| {
        let what = format!(
            "`{text}` is not a moment, such as `2026-11-10 09:00`, `in 5 days` or `3 hours ago`"
        );
        node.problem(what)
    })
}
