//! What policy said, and on what grounds.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use dossier::{
    case::{Judgement, Worth},
    words::{Flag, Payer, Route, TaskKind, Verdict},
};
use kernel::{PackId, Timestamp};
use money::{Money, Tenders};
use policy::Record;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
};

use crate::{packed::declare::state_struct, shape::Shape};

state_struct! {
    Judgement {
        at: Timestamp,
        verdict: Verdict,
        amount: Tenders,
        cap: Money,
        worth: Worth,
        postage_by: Payer,
        rank: Timestamp,
        rulings: Vec<Record>,
    } or {
        route: Option<Route>,
        automatic: bool,
        least: Option<Money>,
        most: Option<Money>,
        tasks: Vec<TaskKind>,
        reply: String,
        flags: BTreeSet<Flag>,
    }
}

state_struct! {
    Worth {
        due: Money,
    } or {
        list: Money,
        reductions: Money,
        restored: Money,
        forfeited: Money,
        postage: Money,
        deducted: Money,
        withheld: Money,
    }
}

/// A ruling as it is stored. Without a pack, it is of the same pack as the one before it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ruling<'a> {
    question: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pack: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    source: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    inputs: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    outputs: Cow<'a, str>,
}

impl Shape for Vec<Record> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut last: Option<&PackId> = None;
        to.collect_seq(self.iter().map(|it| Ruling {
            question: Cow::from(&it.question),
            pack: (last.replace(&it.pack) != Some(&it.pack)).then(|| it.pack.as_str().into()),
            row: it.row.as_deref().map(Cow::from),
            source: Cow::from(&it.source),
            inputs: Cow::from(&it.inputs),
            outputs: Cow::from(&it.outputs),
        }))
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Rulings)
    }
}

struct Rulings;

impl<'de> Visitor<'de> for Rulings {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rulings, the first with its pack")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut records: Vec<Record> = Vec::new();
        while let Some(it) = from.next_element::<Ruling<'_>>()? {
            let pack = match (it.pack, records.last()) {
                (Some(pack), _) => PackId::new(pack).map_err(de::Error::custom)?,
                (None, Some(last)) => last.pack.clone(),
                (None, None) => return Err(de::Error::missing_field("pack")),
            };
            records.push(Record {
                pack,
                question: it.question.into_owned(),
                row: it.row.map(Cow::into_owned),
                source: it.source.into_owned(),
                inputs: it.inputs.into_owned(),
                outputs: it.outputs.into_owned(),
            });
        }
        Ok(records)
    }
}
