//! A small shop: one pack, one order, one request for a return.

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    Body, Case, Dossier, Event,
    case::{Judgement, Market, Pieces, Request, Status, Worth},
    event::CaseChange,
    order::{Line, Order},
    payout::{Payout, PayoutStatus},
    task::{Task, Timer},
    vocabulary,
    words::{
        CaseKind, Channel, Flag, GoodsClaim, GoodsClass, Payer, Purpose, Reason, Role, Route,
        Standing, TaskKind, Verdict,
    },
};
use kernel::{DossierKey, LineNo, Quantity, Span, Timestamp};
use money::{Currency, Money, Tender, Tenders};
use policy::{Constant, Kind, Pack, Record, Sources, Vocabulary};

use crate::reply::Of;

pub(crate) fn id<N: std::str::FromStr<Err = kernel::IdError>>(text: &str) -> N {
    text.parse().unwrap()
}

/// Noon of 2026-11-12 in China, and hours after it.
pub(crate) fn at(hours: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(1_794_456_000).plus(Span::hours(hours))
}

pub(crate) fn key() -> DossierKey {
    DossierKey::new(id("demo"), id("O1"))
}

static SPOKEN: Vocabulary = Vocabulary {
    questions: &[&vocabulary::REFUND_PATH.question],
    constants: &[
        Constant { name: "return-address", kind: Kind::Text, optional: false },
        Constant { name: "shop-name", kind: Kind::Text, optional: false },
        Constant { name: "refund-arrives-within", kind: Kind::Span, optional: false },
    ],
    texts: &[],
    variables: vocabulary::VARIABLES,
};

const MANIFEST: &str = r#"
name = "mini"
version = "1"
title.zh = "小店"
title.en = "Mini"

[constants]
return-address = "归途路 1 号"
shop-name = "归途小店"
refund-arrives-within = "3 days"

[calendar]
version = "2026"
utc-offset = "+08:00"
workdays = ["mon", "tue", "wed", "thu", "fri"]
opens = "09:00"
closes = "18:00"
"#;

const TABLE: &str = "\
table,refund-path,hit,unique,source,DT-01
row,if:shipped,if:signed,if:returns-goods,then:route,source,zh,en
type,flag,flag,flag,choice,,,
unshipped,no,-,-,unshipped,PATH1-01,订单还没有发货。,The goods have not left.
in-transit,yes,no,-,in_transit,PATH1-01,已发货但还没有签收。,Shipped and not signed for.
received,yes,yes,no,received,PATH1-01,已签收，商品留下。,Signed for and kept.
return,yes,yes,yes,return,PATH1-01,已签收，商品要退回。,Signed for and to come back.
";

/// One text that uses every variable.
fn everything() -> String {
    let lines: Vec<String> =
        vocabulary::VARIABLES.iter().map(|it| format!("{it}: {{{it}}}")).collect();
    lines.join("\n")
}

pub(crate) fn pack() -> Pack {
    let everything = everything();
    let files = [
        ("mini/pack.toml", MANIFEST),
        ("mini/tables/refund-path.csv", TABLE),
        ("mini/replies/everything.zh.md", everything.as_str()),
        ("mini/replies/everything.en.md", everything.as_str()),
        ("mini/replies/approved.zh.md", "您好，退还 {amount} 元。明细：{breakdown}。\n"),
    ];
    Pack::build("mini", &Sources::new(files), &SPOKEN)
        .unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

pub(crate) fn fen(fen: i64) -> Money {
    Money::fen(fen)
}

fn tenders(cash: i64, points: i64) -> Tenders {
    let parts = [(Tender::Cash, fen(cash)), (Tender::Points, fen(points))];
    Tenders::new(Currency::Cny, parts).unwrap()
}

pub(crate) fn order() -> Order {
    let line = |no, title: &str| Line {
        no: LineNo(no),
        sku: id(&format!("S{no}")),
        title: title.to_owned(),
        unit_price: fen(10_000),
        quantity: Quantity::new(2),
        paid: fen(18_000),
        class: GoodsClass::Standard,
    };
    Order {
        channel: Channel::Taobao,
        buyer: "小王".to_owned(),
        placed_at: at(-240),
        paid_at: Some(at(-240)),
        ship_by: Some(at(-192)),
        shipped_at: Some(at(-200)),
        confirmed_at: None,
        confirm_by: None,
        packed: true,
        presale: false,
        remote: false,
        lines: vec![line(1, "短袖T恤"), line(2, "牛仔裤")],
        postage: fen(1_000),
        paid: tenders(33_000, 4_000),
        coupon: fen(4_000),
        coupons: Vec::new(),
        promotions: Vec::new(),
        pack: id("mini@1"),
    }
}

pub(crate) fn case() -> Case {
    Case {
        no: id("C1"),
        request: Request {
            kind: CaseKind::ReturnRefund,
            reason: Reason::Quality,
            reason_text: "有线头".to_owned(),
            pieces: vec![Pieces { line: LineNo(1), quantity: Quantity::ONE }],
            asked: Some(fen(9_000)),
            goods: GoodsClaim::Received,
            note: String::new(),
        },
        opened_at: at(0),
        follows: None,
        market: Market {
            standing: Standing::Requested,
            deadline: Some(at(50)),
            ..Market::default()
        },
        findings: BTreeMap::new(),
        evidence: Vec::new(),
        status: Status::Submitted,
        decided_from: None,
        judgement: None,
        changes: Vec::new(),
        returns: Vec::new(),
        receipts: Vec::new(),
        assessment: None,
        pickup: None,
        answered: Vec::new(),
        deposit: None,
        claim: None,
        handed_over: false,
        raised: Vec::new(),
    }
}

fn ruling(question: &str, row: &str, inputs: &str, outputs: &str) -> Record {
    Record {
        pack: pack().id().clone(),
        question: question.to_owned(),
        row: Some(row.to_owned()),
        source: "PATH1-01".to_owned(),
        inputs: inputs.to_owned(),
        outputs: outputs.to_owned(),
    }
}

pub(crate) fn judgement() -> Judgement {
    Judgement {
        at: at(1),
        route: Some(Route::Return),
        verdict: Verdict::AcceptReturn,
        automatic: false,
        amount: tenders(7_000, 1_000),
        cap: fen(8_200),
        least: None,
        most: None,
        worth: Worth {
            list: fen(10_000),
            reductions: fen(1_000),
            forfeited: fen(0),
            restored: fen(0),
            postage: fen(200),
            deducted: fen(1_000),
            withheld: fen(0),
            due: fen(8_200),
        },
        postage_by: Payer::Merchant,
        tasks: vec![TaskKind::Review],
        reply: "approved".to_owned(),
        flags: BTreeSet::from([Flag::DeadlineNear, Flag::BuyerUpset]),
        rank: at(26),
        rulings: vec![
            ruling(
                "refund-path",
                "return",
                "shipped=yes; signed=yes; returns-goods=yes",
                "route=return",
            ),
            ruling(
                "return",
                "quality-in-window",
                "kind=return-refund; fault=merchant; days-left=2 days; wish=return",
                "verdict=accept-return; automatic=no; task=review; most=20.00 yuan",
            ),
            Record {
                row: None,
                source: String::new(),
                outputs: "no row of the table answers this".to_owned(),
                ..ruling("urgency", "", "verdict=accept-return; amount=80.00 yuan", "")
            },
        ],
    }
}

pub(crate) fn task(number: u32, kind: TaskKind, due: i64) -> Task {
    Task {
        id: id(&format!("C1-{number}")),
        kind,
        case: Some(id("C1")),
        role: Role::Agent,
        opened_at: at(1),
        due: at(due),
        calendar: "2026".to_owned(),
        owner: None,
        overdue: false,
        by_policy: true,
    }
}

pub(crate) fn payout(purpose: Purpose, amount: Tenders) -> Payout {
    Payout {
        key: id("C1-1"),
        case: id("C1"),
        purpose,
        amount,
        entitled: fen(9_000),
        postage: fen(200),
        pieces: Vec::new(),
        maker: id("wang"),
        reserved_at: at(3),
        status: PayoutStatus::Reserved,
    }
}

pub(crate) fn changed(change: CaseChange) -> Event {
    Event::CaseChanged { case: id("C1"), change }
}

pub(crate) fn moved(status: Status) -> Event {
    changed(CaseChange::Status { status, ground: String::new() })
}

/// Recorded, applied for, judged, and waiting for a review.
pub(crate) fn waiting() -> Vec<Event> {
    let review = task(1, TaskKind::Review, 5);
    let timer = Timer::for_task(&review).unwrap();
    vec![
        Event::OrderRecorded { order: Box::new(order()) },
        Event::CaseOpened { case: Box::new(case()) },
        changed(CaseChange::Judged(Box::new(judgement()))),
        moved(Status::UnderReview),
        Event::TaskOpened { task: Box::new(review) },
        Event::TimerSet { timer },
    ]
}

pub(crate) fn body(events: &[Event]) -> Body {
    let dossier = Dossier::fold(events);
    let Dossier::Open(body) = dossier else { panic!("{dossier:?}") };
    *body
}

/// Says something about the case as `events` leave it.
pub(crate) fn said<T>(events: &[Event], say: impl FnOnce(Of<'_>) -> T) -> T {
    let (body, key, pack) = (body(events), key(), pack());
    let case = body.case(&id("C1")).unwrap();
    say(Of {
        dossier: &key,
        body: &body,
        case,
        pack: &pack,
        sender: crate::reply::Sender::default(),
    })
}
