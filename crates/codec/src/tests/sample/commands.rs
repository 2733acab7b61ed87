//! What is asked, one of each.

use dossier::{
    Command,
    case::{Finding, Place},
    command::{Application, OrderFacts, PayoutOutcome},
    facts::Fact,
    order::{Announced, Coupon, SoldLine},
    words::{CouponOf, Direction, GoodsClass, Purpose, Raising, Role},
};
use kernel::Quantity;
use policy::Value;

use super::{at, evidence, fen, id, inspected, market, order, parcel, pieces, request};

/// One of every kind of command, in the order of `COMMAND_KINDS`.
pub(crate) fn commands() -> Vec<Command> {
    let case = || id("C1");
    let ground = || "有理由".to_owned();
    let carrier = || "顺丰速运".to_owned();
    vec![
        Command::RecordOrder(Box::new(order_facts())),
        Command::RecordScans {
            parcel: id("SF1"),
            carrier: carrier(),
            direction: Direction::Outbound,
            case: None,
            scans: parcel("SF1", Direction::Return).scans,
        },
        Command::RecordMarket { case: case(), market: market() },
        Command::Apply(Box::new(application())),
        Command::ChangeRequest { case: case(), request: request() },
        Command::Withdraw { case: case() },
        Command::EnterReturn { case: case(), parcel: id("SF1"), carrier: carrier() },
        Command::RecordFinding { case: case(), fact: Fact::Deviation, value: Value::Number(12) },
        Command::AttachEvidence { case: case(), evidence: evidence().id, shows: Fact::RedSeal },
        Command::RecordReceipt { case: case(), parcel: Some(id("SF1")), carrier: carrier() },
        Command::Inspect { case: case(), pieces: vec![inspected()], place: Some(Place::Later) },
        Command::BookPickup { case: case(), from: at(9) },
        Command::Assess {
            case: case(),
            finding: Finding::Partial,
            accepted: vec![pieces(1, 1)],
            reason: "污渍".to_owned(),
            withheld: fen(500),
            place: Some(Place::Door),
        },
        Command::RefuseReturn { case: case(), parcel: Some(id("SF1")), ground: ground() },
        Command::Judge { case: case() },
        Command::Approve { case: case(), amount: Some(fen(100)), ground: ground() },
        Command::Decline { case: case(), ground: ground() },
        Command::AskBuyer { case: case(), what: "照片".to_owned() },
        Command::RefundAhead { case: case(), ground: ground() },
        Command::Compensate {
            case: case(),
            purpose: Purpose::Compensation,
            amount: fen(500),
            ground: ground(),
        },
        Command::RepayPostage { case: case(), laid_out: fen(1_200), insurance_paid: fen(1_000) },
        Command::DecideApproval { case: case(), approve: true, ground: ground() },
        Command::TakeBack { case: case(), ground: ground() },
        Command::TakeDeposit { case: case(), amount: fen(10_000) },
        Command::FileClaim { case: case(), carrier: carrier(), amount: fen(8_000) },
        Command::AnswerClaim { case: case(), paid: fen(5_000) },
        Command::SendReplacement { case: case(), parcel: id("SF2"), carrier: carrier() },
        Command::FinishCase { case: case() },
        Command::ExtendReceipt { until: at(900_000), ground: ground() },
        Command::KeepOrder { case: case(), until: at(900_000), ground: ground() },
        Command::Escalate {
            case: case(),
            kind: Raising::Problem,
            what: ground(),
            back_at: Some(at(220_000)),
        },
        Command::ClaimTask { task: id("C1-1") },
        Command::AnswerTask { task: id("C1-1"), answer: "short".to_owned() },
        Command::HandOverTask { task: id("C1-1"), to: Role::Finance },
        Command::RecordPayout {
            payout: id("C1-1"),
            outcome: PayoutOutcome::Done { reference: "4200".to_owned() },
        },
        Command::RetryPayout { payout: id("C1-1") },
        Command::ReleasePayout { payout: id("C1-1") },
        Command::RecordDelivery { effect: "C1-stop".to_owned(), delivered: true },
        Command::Fire { timer: id("due-C1-1") },
    ]
}

fn order_facts() -> OrderFacts {
    let order = order(1);
    OrderFacts {
        channel: order.channel,
        buyer: order.buyer,
        placed_at: order.placed_at,
        paid_at: order.paid_at,
        ship_by: order.ship_by,
        shipped_at: order.shipped_at,
        confirmed_at: Some(at(90)),
        confirm_by: Some(at(91)),
        packed: true,
        presale: true,
        remote: true,
        lines: vec![SoldLine {
            sku: id("TS-1"),
            title: "T恤".to_owned(),
            unit_price: fen(12_900),
            quantity: Quantity::new(2),
            class: GoodsClass::Custom,
            paid: Some(fen(20_000)),
        }],
        postage: fen(1_000),
        paid: order.paid,
        coupon: fen(100),
        coupons: vec![Coupon { number: "Q2".to_owned(), of: CouponOf::Marketplace, off: fen(200) }],
        promotions: vec![Announced {
            threshold: fen(30_000),
            off: fen(4_000),
            repeats: true,
            lines: vec![0],
        }],
    }
}

fn application() -> Application {
    Application {
        case: id("C1"),
        request: request(),
        filed_at: at(1),
        follows: Some(id("C0")),
        market: market(),
        findings: vec![(Fact::Wish, Value::Choice(0)), (Fact::Demand, Value::Number(500))],
        return_parcel: Some((id("SF1"), "顺丰速运".to_owned())),
    }
}
