//! Rulings per second of one table.

use std::fmt::Write;

use anyhow::{Result, anyhow};
use clap::Args;
use policy::{Field, Hit, Kind, Pack, Question, Sources, Value, Vocabulary};
use serde_json::json;

use super::timing::{rate, time};
use crate::workload::Draw;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many rulings.
    #[arg(long, default_value_t = 5_000_000)]
    rulings: usize,
    /// Print the table as the GoRules engine takes it, with inputs, and stop.
    #[arg(long)]
    export_jdm: bool,
    #[arg(long)]
    json: bool,
}

const KINDS: Kind = Kind::Choice(&["refund", "return", "exchange", "reship", "repair"]);
const RESULT: Kind = Kind::Choice(&["approve", "review", "decline"]);

const fn input(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: false }
}

static QUESTION: Question = Question {
    name: "bench",
    inputs: &[
        input("kind", KINDS),
        input("amount", Kind::Amount),
        input("days", Kind::Days),
        input("opened", Kind::Flag),
        input("paid", Kind::Flag),
        input("pieces", Kind::Count),
        input("waited", Kind::Span),
        input("weight", Kind::Weight),
    ],
    outputs: &[Field { name: "result", kind: RESULT, optional: false }],
    hit: Hit::One,
};
static QUESTIONS: &[&Question] = &[&QUESTION];
static VOCABULARY: Vocabulary =
    Vocabulary { questions: QUESTIONS, constants: &[], texts: &[], variables: &[] };

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let pack = pack()?;
    let facts: Vec<Vec<Value>> = facts(4096);
    if arguments.export_jdm {
        let table = pack.table("bench").ok_or_else(|| anyhow!("the table is there"))?;
        println!("{}", codec::jdm::comparison([table], facts.len(), 7));
        return Ok(());
    }
    let (took, answered) = time(|| {
        facts
            .iter()
            .cycle()
            .take(arguments.rulings)
            .filter(|facts| pack.ask(&QUESTION, facts).ruling().is_some())
            .count()
    });
    let per_second = rate(arguments.rulings, took);
    if arguments.json {
        let measured = json!({
            "rows": 200, "columns": 8, "rulings": arguments.rulings, "answered": answered,
            "rulings_per_second": per_second,
        });
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{per_second} rulings/s from a table of 200 rows and 8 columns, with the clause");
    }
    Ok(())
}

fn pack() -> Result<Pack> {
    let sources = Sources::new([
        ("bench/pack.toml".to_owned(), PACK.to_owned()),
        ("bench/tables/bench.csv".to_owned(), table()?),
    ]);
    Pack::build("bench", &sources, &VOCABULARY).map_err(|complaints| {
        anyhow!("{}", complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

const PACK: &str = r#"
name = "bench"
version = "1"
title.zh = "测速"
title.en = "Benchmark"

[constants]

[calendar]
version = "bench"
utc-offset = "+08:00"
workdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
opens = "09:00"
closes = "18:00"
holidays = []
extra-workdays = []
"#;

/// 199 rows that answer a patch each, and one that answers the rest.
fn table() -> Result<String> {
    let mut draw = Draw::from_seed(200);
    let mut text = String::from(
        "table,bench,hit,first,source,BENCH\n\
         row,if:kind,if:amount,if:days,if:opened,if:paid,if:pieces,if:waited,if:weight,\
         then:result,source,zh,en\n\
         type,choice,amount in yuan,days,flag,flag,pieces,time in hours,weight in g,choice,,,\n",
    );
    for row in 1..200_u32 {
        let kind = ["refund", "return", "exchange", "reship", "repair", "-"]
            .get(usize::try_from(draw.up_to(5))?)
            .copied()
            .unwrap_or("-");
        let flag = |n| {
            if n == 0 {
                "yes"
            } else if n == 1 {
                "no"
            } else {
                "-"
            }
        };
        let (low, days, hours) = (draw.up_to(400), draw.up_to(20), draw.up_to(60));
        let high = low.saturating_add(20).saturating_add(draw.up_to(100));
        let (opened, paid) = (flag(draw.up_to(2)), flag(draw.up_to(2)));
        let pieces = draw.up_to(8).saturating_add(1);
        let result = ["approve", "review", "decline"]
            .get(usize::try_from(draw.up_to(2))?)
            .copied()
            .unwrap_or("review");
        // Each row has a weight of its own, so that none hides behind another.
        let grams = row.saturating_mul(20);
        let upto = grams.saturating_add(19);
        writeln!(
            text,
            "r{row},{kind},{low}..{high},>= {days},{opened},{paid},<= {pieces},< {hours},\
             {grams}..{upto},{result},BENCH,第{row}行,Row {row}"
        )?;
    }
    text.push_str("rest,-,-,-,-,-,-,-,-,review,BENCH,其余,The rest\n");
    Ok(text)
}

fn facts(count: usize) -> Vec<Vec<Value>> {
    let mut draw = Draw::from_seed(4);
    let mut number = |most: u32| Value::Number(i64::from(draw.up_to(most)));
    let mut all = Vec::with_capacity(count);
    for nth in 0..count {
        let choice = Value::Choice(u16::try_from(nth.rem_euclid(5)).unwrap_or_default());
        all.push(vec![
            choice,
            number(50_000),
            number(25),
            Value::Flag(nth.rem_euclid(2) == 0),
            Value::Flag(nth.rem_euclid(3) == 0),
            number(9),
            number(250_000),
            number(5_000),
        ]);
    }
    all
}
