//! A small vocabulary and the two packs the other tests start from.

use kernel::Choice;

use crate::{Constant, Field, Hit, Kind, Pack, Question, Sources, Vocabulary};

kernel::choice! {
    pub(crate) enum Route {
        Unshipped = "unshipped",
        NotReceived = "not-received",
        Keep = "keep",
        Return = "return",
    }
}

kernel::choice! {
    pub(crate) enum Proof {
        Photo = "photo",
        Video = "video",
        Seal = "seal",
    }
}

pub(crate) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: false }
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: true }
}

pub(crate) static PATH: Question = Question {
    name: "refund-path",
    inputs: &[
        field("shipped", Kind::Flag),
        field("signed", Kind::Flag),
        field("returns-goods", Kind::Flag),
    ],
    outputs: &[field("route", Kind::Choice(Route::CODES))],
    hit: Hit::One,
};

pub(crate) static WINDOW: Question = Question {
    name: "return-window",
    inputs: &[
        field("route", Kind::Choice(Route::CODES)),
        optional("signed-for", Kind::Days),
        field("paid", Kind::Amount),
    ],
    outputs: &[
        field("allowed", Kind::Flag),
        optional("cap", Kind::Amount),
        optional("answer-in", Kind::Span),
    ],
    hit: Hit::One,
};

pub(crate) static PROOFS: Question = Question {
    name: "proofs",
    inputs: &[optional("route", Kind::Choice(Route::CODES)), field("weight", Kind::Weight)],
    outputs: &[field("needs", Kind::Choices(Proof::CODES)), optional("reply", Kind::Text)],
    hit: Hit::All,
};

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    questions: &[&PATH, &WINDOW, &PROOFS],
    constants: &[
        Constant { name: "return-days", kind: Kind::Days, optional: false },
        Constant { name: "repair-cap", kind: Kind::Amount, optional: false },
        Constant { name: "courier-answer", kind: Kind::Span, optional: false },
        Constant { name: "presumed-points", kind: Kind::Percent, optional: false },
        Constant { name: "promotion", kind: Kind::Flag, optional: false },
        Constant { name: "usual-route", kind: Kind::Choice(Route::CODES), optional: false },
        Constant { name: "signature", kind: Kind::Text, optional: false },
    ],
    texts: &["approved"],
    variables: &["order", "amount"],
};

const MANIFEST: &str = r#"
name = "base"
version = 3
title = { zh = "通用", en = "Base" }

[constants]
return-days = "7 days"
repair-cap = "20 yuan"
courier-answer = "2 hours"
presumed-points = "30 percent"
promotion = false
usual-route = "return"
signature = "归途"
large = "500 yuan"

[calendar]
version = "2026"
utc-offset = "+08:00"
workdays = ["mon", "tue", "wed", "thu", "fri"]
opens = "09:00"
closes = "18:00"
holidays = ["2026-10-01"]
extra-workdays = ["2026-10-10"]
"#;

const PATH_TABLE: &str = "\
table,refund-path,hit,unique,source,DT-01
row,if:shipped,if:signed,if:returns-goods,then:route,source,zh,en
type,flag,flag,flag,choice,,,
unshipped,no,-,-,unshipped,PATH1-01,订单未发货,The goods have not left
not-received,yes,no,-,not-received,PATH2-01,未收到货,The parcel is on its way
keep,yes,yes,no,keep,PATH3-01,不退货,The buyer keeps the goods
return,yes,yes,yes,return,PATH4-01,退货,The goods come back
";

const WINDOW_TABLE: &str = "\
table,return-window,hit,first,source,DT-02
row,if:route,if:signed-for,if:paid,then:allowed,then:cap,then:answer-in,source,zh,en
type,choice,days?,amount in yuan,flag,amount in yuan,time in hours,,,
early,\"unshipped, not-received\",-,-,yes,,$courier-answer,W-1,未签收,Before it was signed for
in-time,-,<= $return-days,-,yes,,,W-2,七天内,Within the days
small,-,> $return-days,<= $repair-cap,yes,$repair-cap,1.5,W-3,小额,Too late but small
late,not unshipped,> $return-days,< $large,no,,,W-4,超时,Too late
person,-,-,-,no,,4,W-5,其他,A leader decides
";

const PROOF_TABLE: &str = "\
table,proofs,hit,collect,source,DT-03
row,if:route,if:weight,then:needs,then:reply,source,zh,en
type,choice?,weight in kg,choices,text,,,
heavy,-,>= 2.5,\"photo, video\",approved,P-1,大件,Heavy things
back,$usual-route,-,seal,,P-2,退货,Returned goods
unknown,missing,-,none,,P-3,未知,Nobody knows
";

pub(crate) fn base() -> Vec<(String, String)> {
    let files = [
        ("base/pack.toml", MANIFEST),
        ("base/tables/refund-path.csv", PATH_TABLE),
        ("base/tables/return-window.csv", WINDOW_TABLE),
        ("base/tables/proofs.csv", PROOF_TABLE),
        ("base/replies/approved.zh.md", "订单 {order} 退款 {amount} 已同意。\n"),
        ("base/replies/approved.en.md", "{amount} of order {order} will be paid back.\n"),
        ("base/words/columns.csv", "订单编号,order\n"),
    ];
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec()
}

/// `base` and a child that says less by saying more.
pub(crate) fn apparel() -> Vec<(String, String)> {
    let manifest = r#"
name = "apparel"
version = "2026-11"
extends = "base"
title.zh = "服装"
title.en = "Apparel"

[constants]
return-days = "15 days"
"#;
    let mut files = base();
    files.push(("apparel/pack.toml".to_owned(), manifest.to_owned()));
    files.push(("apparel/replies/approved.en.md".to_owned(), "Paid: {amount}".to_owned()));
    files
}

#[track_caller]
pub(crate) fn build(name: &str, files: Vec<(String, String)>) -> Pack {
    match Pack::build(name, &Sources::new(files), &VOCABULARY) {
        Ok(pack) => pack,
        Err(complaints) => {
            let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"))
        }
    }
}
