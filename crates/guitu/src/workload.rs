//! Orders and commands made up from a seed, for benchmarks and for the run that is killed.

use anyhow::{Context, Result};
use dossier::{
    Command,
    case::{Market, Pieces, Request},
    command::{Actor, Application, OrderFacts},
    order::SoldLine,
    words::{CaseKind, Channel, GoodsClaim, GoodsClass, Reason, Role},
};
use engine::Request as EngineRequest;
use kernel::{
    ActorId, CaseNo, CommandKey, DossierKey, LineNo, OrderNo, Quantity, ShopId, Sku, Span,
    Timestamp,
};
use money::{Currency, Money, Tender, Tenders};

/// Numbers that are the same forever for the same seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// From 0 to `most`, both included.
    pub(crate) fn up_to(&mut self, most: u32) -> u32 {
        let count = u64::from(most).saturating_add(1);
        u32::try_from(self.next().checked_rem(count).unwrap_or_default()).unwrap_or_default()
    }
}

/// Lines of every order.
pub(crate) const LINES: u16 = 3;
/// Commands given for every order.
pub(crate) const COMMANDS_PER_ORDER: u32 = 8;

/// The moment at which made-up orders are dealt with.
pub(crate) const START: Timestamp = Timestamp::from_epoch_seconds(1_794_441_600);

/// One order's commands, in the order in which they are given: the order, three requests, two
/// approvals, a withdrawal, and a second request for the pieces that withdrew.
pub(crate) fn order(seed: u64, number: u32) -> Result<Vec<EngineRequest>> {
    order_at(START, seed, number)
}

/// The same, dealt with at another moment.
pub(crate) fn order_at(at: Timestamp, seed: u64, number: u32) -> Result<Vec<EngineRequest>> {
    let mut draw = Draw::from_seed(seed ^ u64::from(number).wrapping_mul(0x9e37_79b9));
    let key = dossier(number)?;
    let facts = facts(&mut draw, number, at)?;
    let quantities: Vec<Quantity> = facts.lines.iter().map(|it| it.quantity).collect();
    let mut requests = vec![(buyer()?, Command::RecordOrder(Box::new(facts)))];
    for line in 1..=LINES {
        let bought = quantities.get(usize::from(line).saturating_sub(1)).copied();
        let pieces = draw.up_to(bought.unwrap_or(Quantity::ONE).pieces().saturating_sub(1));
        let pieces = Quantity::new(pieces.saturating_add(1));
        requests.push((buyer()?, apply(at, case(number, line)?, LineNo(line), pieces)));
    }
    let approve = |line| -> Result<(Actor, Command)> {
        let ground = "made up".to_owned();
        Ok((leader()?, Command::Approve { case: case(number, line)?, amount: None, ground }))
    };
    requests.push(approve(1)?);
    requests.push(approve(2)?);
    requests.push((buyer()?, Command::Withdraw { case: case(number, 3)? }));
    requests.push((buyer()?, apply(at, case(number, 4)?, LineNo(3), Quantity::ONE)));
    let named = requests.into_iter().enumerate().map(|(step, (actor, command))| {
        let key_text = format!("order-{number}-step-{step}");
        let command_key = CommandKey::new(key_text).context("a command key")?;
        let (dossier, pack) = (key.clone(), "base".to_owned());
        Ok(EngineRequest { dossier, key: command_key, actor, command, pack })
    });
    named.collect()
}

pub(crate) fn shop() -> ShopId {
    ShopId::lossy("bench")
}

pub(crate) fn dossier(number: u32) -> Result<DossierKey> {
    Ok(DossierKey::new(shop(), OrderNo::new(format!("B{number:08}"))?))
}

pub(crate) fn case(number: u32, line: u16) -> Result<CaseNo> {
    Ok(CaseNo::new(format!("C{number:08}-{line}"))?)
}

fn buyer() -> Result<Actor> {
    Ok(Actor { id: ActorId::new("buyer")?, role: Role::Buyer, grade: 1 })
}

fn leader() -> Result<Actor> {
    Ok(Actor { id: ActorId::new("leader")?, role: Role::Leader, grade: 1 })
}

fn facts(draw: &mut Draw, number: u32, at: Timestamp) -> Result<OrderFacts> {
    let mut lines = Vec::new();
    let mut goods = Money::zero(Currency::Cny);
    for line in 1..=LINES {
        let unit_price = Money::fen(i64::from(draw.up_to(2_000).saturating_add(100)));
        let quantity = Quantity::new(draw.up_to(3).saturating_add(1));
        goods = goods.plus(unit_price.times(quantity.pieces())?)?;
        lines.push(SoldLine {
            sku: Sku::new(format!("SKU-{line}"))?,
            title: format!("made-up goods {line}"),
            unit_price,
            quantity,
            class: GoodsClass::Standard,
            paid: None,
        });
    }
    let coupon = goods.percent(i64::from(draw.up_to(1_500)))?;
    let goods = goods.minus(coupon)?;
    let points = Money::fen(i64::from(draw.up_to(500))).smaller(goods)?;
    let postage = Money::fen(600);
    let cash = goods.minus(points)?.plus(postage)?;
    Ok(OrderFacts {
        channel: Channel::Tmall,
        buyer: format!("buyer-{number}"),
        placed_at: at.minus(Span::days(2)),
        paid_at: Some(at.minus(Span::days(2))),
        ship_by: Some(at.plus(Span::days(1))),
        shipped_at: None,
        confirmed_at: None,
        confirm_by: None,
        packed: false,
        presale: false,
        remote: false,
        lines,
        postage,
        paid: Tenders::new(Currency::Cny, [(Tender::Cash, cash), (Tender::Points, points)])?,
        coupon,
        coupons: Vec::new(),
        promotions: Vec::new(),
    })
}

fn apply(at: Timestamp, case: CaseNo, line: LineNo, quantity: Quantity) -> Command {
    Command::Apply(Box::new(Application {
        case,
        request: Request {
            kind: CaseKind::RefundOnly,
            reason: Reason::NoLongerWanted,
            reason_text: "不想要了".to_owned(),
            pieces: vec![Pieces { line, quantity }],
            asked: None,
            goods: GoodsClaim::NotReceived,
            note: String::new(),
        },
        filed_at: at,
        follows: None,
        market: Market { deadline: Some(at.plus(Span::days(3))), ..Market::default() },
        findings: Vec::new(),
        return_parcel: None,
    }))
}
