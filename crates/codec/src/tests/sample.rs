//! A busy dossier, and one of every status, event, effect and command.

mod commands;
mod events;

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    Body, Case, Dossier,
    case::{
        Answered, Assessment, Change, Claim, Evidence, Finding, Judgement, Market, Pieces, Place,
        Raised, Request, Returned, Status, Worth,
    },
    facts::Fact,
    inspection::{Grade, Graded, Inspected, Receipt},
    order::{Coupon, Extension, Line, Order, Promotion},
    parcel::{Parcel, Scan},
    payout::{Payout, PayoutStatus},
    task::{Task, Timer, TimerPurpose},
    words::{
        CaseKind, Channel, CouponOf, Deadline, Direction, Flag, GoodsClaim, GoodsClass, Payer,
        Purpose, Raising, Reason, Role, Route, ScanKind, Signer, Standing, TaskKind, Verdict,
    },
};
use kernel::{LineNo, Quantity, Span, Timestamp};
use money::{Currency, Money, Tender, Tenders};
use policy::{Record, Value};

pub(crate) use self::{
    commands::commands,
    events::{effects, events},
};

/// As long as a marketplace's own number.
const CASE: &str = "240011223344556677";

pub(crate) fn id<N: std::str::FromStr<Err = kernel::IdError>>(text: &str) -> N {
    text.parse().unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(1_794_450_000).plus(Span::seconds(seconds))
}

fn fen(fen: i64) -> Money {
    Money::fen(fen)
}

fn pieces(line: u16, quantity: u32) -> Pieces {
    Pieces { line: LineNo(line), quantity: Quantity::new(quantity) }
}

pub(crate) fn order(n_lines: u16) -> Order {
    let line = |no: u16| Line {
        no: LineNo(no),
        sku: id(&format!("TS-2026-{no:03}-BLK-M")),
        title: format!("纯棉圆领短袖T恤 {no}"),
        unit_price: fen(12_900),
        quantity: Quantity::new(2),
        paid: fen(23_456),
        class: GoodsClass::Standard,
    };
    Order {
        channel: Channel::Taobao,
        buyer: "买家_3f9c".to_owned(),
        placed_at: at(0),
        paid_at: Some(at(60)),
        ship_by: Some(at(172_800)),
        shipped_at: Some(at(80_000)),
        confirmed_at: None,
        confirm_by: None,
        packed: true,
        presale: false,
        remote: false,
        lines: (1..=n_lines).map(line).collect(),
        postage: fen(1_000),
        paid: Tenders::new(
            Currency::Cny,
            [(Tender::Cash, fen(270_472)), (Tender::Points, fen(12_000))],
        )
        .unwrap(),
        coupon: fen(3_000),
        coupons: vec![Coupon { number: "Q1".to_owned(), of: CouponOf::Shop, off: fen(3_000) }],
        promotions: vec![Promotion {
            threshold: fen(30_000),
            off: fen(4_000),
            repeats: true,
            shares: (1..=n_lines).map(|_| fen(333)).collect(),
        }],
        pack: id("apparel@3-1f9c2a7b4d"),
    }
}

/// A ruling about as long as they are. It does not ask the vocabulary, because goldens stay.
fn ruling(question: &str) -> Record {
    let inputs = "kind=return-refund; reason=quality; module=quality; fault=merchant; window=open; \
                  complete=yes; worn=no; resale-ok=missing; promotion-mode=no; abuse=no; \
                  instant=no; intervened=no; return-track=moving; shared-number=no; \
                  days-left=3 days; time-left=2.5 days; assessment=missing; upset=missing; \
                  above-share=no; nothing-due=no; goods-class=standard; wish=return";
    Record {
        pack: id("apparel@3-1f9c2a7b4d"),
        question: question.to_owned(),
        row: Some("auto-by-rule".to_owned()),
        source: "PATH1-08, TIME-02".to_owned(),
        inputs: inputs.to_owned(),
        outputs: "verdict=refund; automatic=yes; task=refund; reply=approved-refund".to_owned(),
    }
}

pub(crate) fn judgement() -> Judgement {
    let questions = [
        "reason",
        "refund-path",
        "postage",
        "window",
        "evidence",
        "received",
        "quality",
        "urgency",
    ];
    Judgement {
        at: at(200_000),
        route: Some(Route::Received),
        verdict: Verdict::Refund,
        automatic: false,
        amount: Tenders::new(
            Currency::Cny,
            [(Tender::Cash, fen(22_000)), (Tender::Points, fen(1_456))],
        )
        .unwrap(),
        cap: fen(23_456),
        least: None,
        most: Some(fen(20_000)),
        worth: Worth {
            list: fen(25_800),
            reductions: fen(2_344),
            forfeited: fen(100),
            restored: fen(50),
            postage: fen(83),
            deducted: fen(2_000),
            withheld: fen(500),
            due: fen(20_939),
        },
        postage_by: Payer::Merchant,
        tasks: vec![TaskKind::Refund, TaskKind::TellResult],
        reply: "approved-refund".to_owned(),
        flags: BTreeSet::from([Flag::DeadlineNear, Flag::PackedNotShipped]),
        rank: at(250_000),
        rulings: questions.into_iter().map(ruling).collect(),
    }
}

pub(crate) fn request() -> Request {
    Request {
        kind: CaseKind::ReturnRefund,
        reason: Reason::Quality,
        reason_text: "质量问题".to_owned(),
        pieces: vec![pieces(1, 1), pieces(2, 2)],
        asked: Some(fen(23_456)),
        goods: GoodsClaim::Received,
        note: "袖口有线头，\"严重\"".to_owned(),
    }
}

fn evidence() -> Evidence {
    Evidence {
        id: id("sha256-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        shows: Fact::Photo,
        at: at(190_000),
        by: id("buyer"),
    }
}

fn assessment() -> Assessment {
    Assessment {
        at: at(400_000),
        by: id("li-inspector"),
        finding: Finding::Partial,
        accepted: vec![pieces(1, 1)],
        reason: "一件有污渍".to_owned(),
        withheld: fen(500),
        place: Some(Place::Later),
        pieces: vec![graded()],
    }
}

fn graded() -> Graded {
    let (withheld, clause) = (fen(500), "grades#used".to_owned());
    Graded { piece: inspected(), accepted: true, withheld, clause }
}

pub(crate) fn inspected() -> Inspected {
    Inspected {
        line: LineNo(1),
        quantity: Quantity::ONE,
        grade: Grade::Used,
        failed: vec!["tags".to_owned()],
        serial: "SN-1".to_owned(),
        weight: Some(420),
        position: "左袖".to_owned(),
        note: "有污渍".to_owned(),
        evidence: vec![id("photo-1")],
    }
}

pub(crate) fn receipt() -> Receipt {
    let (parcel, carrier) = (Some(id("SF1234567890123")), "顺丰速运".to_owned());
    Receipt { parcel, carrier, at: at(390_000), by: id("zhao-warehouse") }
}

fn market() -> Market {
    Market {
        standing: Standing::Returning,
        deadline: Some(at(300_000)),
        intervened: true,
        instant: true,
        insured: true,
        shared_number: true,
    }
}

pub(crate) fn case(no: &str) -> Case {
    Case {
        no: id(no),
        request: request(),
        opened_at: at(180_000),
        follows: None,
        market: market(),
        findings: BTreeMap::from([
            (Fact::Worn, Value::Flag(false)),
            (Fact::Wish, Value::Choice(1)),
            (Fact::Photo, Value::Flag(true)),
        ]),
        evidence: vec![evidence()],
        status: Status::AwaitingReturn { deadline: Some(at(500_000)) },
        decided_from: Some(Status::UnderReview),
        judgement: Some(judgement()),
        changes: vec![Change { at: at(185_000), by: id("buyer"), from: request() }],
        returns: vec![id("SF1234567890123")],
        receipts: vec![receipt()],
        assessment: None,
        pickup: Some(at(300_000)),
        answered: vec![Answered { task: TaskKind::ChatBuyer, at: at(195_000) }],
        deposit: Some(fen(10_000)),
        claim: Some(Claim {
            carrier: "圆通速递".to_owned(),
            amount: fen(8_000),
            filed_at: at(2),
            paid: Some(fen(5_000)),
        }),
        handed_over: true,
        raised: vec![raised()],
    }
}

fn raised() -> Raised {
    Raised {
        task: id("C1-7"),
        kind: Raising::Problem,
        what: "买家要求当面道歉".to_owned(),
        at: at(196_000),
        by: id("wang"),
        answer: Some(Returned { answer: "可以".to_owned(), at: at(197_000), by: id("li") }),
    }
}

fn extension() -> Extension {
    Extension {
        deadline: Deadline::Receipt,
        from: Some(at(500_000)),
        until: at(900_000),
        reason: "换货还没到".to_owned(),
        case: Some(id("C1")),
        at: at(210_000),
        by: id("wang"),
    }
}

fn payout(case: &str, status: PayoutStatus) -> Payout {
    Payout {
        key: id(&format!("{case}-1")),
        case: id(case),
        purpose: Purpose::Refund,
        amount: Tenders::cash(fen(20_939)),
        entitled: fen(23_356),
        postage: fen(83),
        pieces: vec![pieces(1, 1)],
        maker: id("wang"),
        reserved_at: at(210_000),
        status,
    }
}

fn task(case: &str, number: u32, kind: TaskKind) -> Task {
    Task {
        id: id(&format!("{case}-{number}")),
        kind,
        case: Some(id(case)),
        role: Role::Agent,
        opened_at: at(200_000),
        due: at(214_400),
        calendar: "2026".to_owned(),
        owner: Some(id("wang")),
        overdue: true,
        by_policy: true,
    }
}

fn parcel(no: &str, direction: Direction) -> Parcel {
    let scan = |seconds, kind, signer| Scan { at: at(seconds), kind, signer };
    Parcel {
        no: id(no),
        carrier: "顺丰速运".to_owned(),
        direction,
        case: (direction == Direction::Return).then(|| id(CASE)),
        scans: vec![
            scan(81_000, ScanKind::Collected, None),
            scan(90_000, ScanKind::Moving, None),
            scan(120_000, ScanKind::Signed, Some(Signer::Locker)),
        ],
    }
}

/// Twelve lines, two cases under judgement, three tasks.
pub(crate) fn dossier() -> Dossier {
    let mut body = Body::new(order(12));
    body.cases = vec![case(CASE), case("240011223344556688")];
    for (no, direction) in
        [("SF1234567890123", Direction::Return), ("YT9876543210987", Direction::Outbound)]
    {
        body.parcels.insert(id(no), parcel(no, direction));
    }
    for (number, kind) in [(1, TaskKind::Refund), (2, TaskKind::Review), (3, TaskKind::Inspect)] {
        let task = task(CASE, number, kind);
        let timer = Timer::for_task(&task).unwrap();
        body.timers.insert(timer.id.clone(), timer);
        body.tasks.insert(task.id.clone(), task);
    }
    for purpose in timer_purposes() {
        let timer = Timer { id: id(&format!("t-{}", body.timers.len())), at: at(1), purpose };
        body.timers.insert(timer.id.clone(), timer);
    }
    body.payouts =
        vec![payout(CASE, PayoutStatus::Settled { at: at(9), reference: "4200".to_owned() })];
    body.pending = BTreeSet::from(["240011223344556677-text-2".to_owned()]);
    body.extensions = vec![extension()];
    (body.n_tasks, body.n_texts) = (3, 2);
    Dossier::Open(Box::new(body))
}

fn timer_purposes() -> [TimerPurpose; 3] {
    [
        TimerPurpose::TaskDue { task: id("240011223344556677-1") },
        TimerPurpose::LookAgain { case: id("240011223344556677") },
        TimerPurpose::StillUnknown { payout: id("240011223344556677-1") },
    ]
}

pub(crate) fn statuses() -> Vec<Status> {
    vec![
        Status::Submitted,
        Status::UnderReview,
        Status::WaitingBuyer { asked: "照片".to_owned() },
        Status::Intercepting,
        Status::AwaitingApproval {
            payout: id("C1-1"),
            maker: id("wang"),
            approver: Role::Leader,
            due: at(1),
        },
        Status::AwaitingParcel,
        Status::AwaitingReturn { deadline: Some(at(2)) },
        Status::AwaitingReturn { deadline: None },
        Status::Returning,
        Status::Inspecting { received_at: at(3) },
        Status::Refunding { payout: id("C1-1") },
        Status::SendingReplacement { parcel: None },
        Status::SendingReplacement { parcel: Some(id("SF1")) },
        Status::Repairing,
        Status::InDispute,
        Status::Declined { ground: "超过七天".to_owned(), at: at(4) },
        Status::Withdrawn { at: at(5) },
        Status::Done { at: at(6) },
    ]
}

pub(crate) fn payout_statuses() -> Vec<PayoutStatus> {
    vec![
        PayoutStatus::Reserved,
        PayoutStatus::Sending { since: at(1), held_until: None },
        PayoutStatus::Sending { since: at(1), held_until: Some(at(2)) },
        PayoutStatus::Unknown { since: at(2) },
        PayoutStatus::Settled { at: at(3), reference: "4200".to_owned() },
        PayoutStatus::Failed { at: at(4), why: "account closed".to_owned() },
        PayoutStatus::Released { at: at(5) },
    ]
}
