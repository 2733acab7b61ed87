//! Orders, parcels, payouts, tasks and ledger entries.

use dossier::{
    order::{Coupon, Line, Order},
    parcel::{Parcel, Scan},
    payout::{Payout, PayoutStatus},
    task::Task,
};
use money::{Money, Tender, Tenders};
use serde::{Deserialize, Serialize};
use store::EntryRow;
use utoipa::ToSchema;

use super::{
    Code, Fen, Moment,
    codes::{
        ChannelCode, DirectionCode, GoodsClassCode, PurposeCode, RoleCode, ScanKindCode,
        SignerCode, TaskKindCode,
    },
    facts::CouponBody,
};
use crate::problem::Problem;

/// An amount by the form it was or is to be paid in.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TendersBody {
    pub(crate) cash: Option<Fen>,
    pub(crate) points: Option<Fen>,
    pub(crate) gift_card: Option<Fen>,
}

impl TendersBody {
    pub(crate) fn of(tenders: &Tenders) -> Self {
        let part = |tender| {
            let amount = tenders.part(tender);
            (!amount.is_zero()).then(|| Fen::from(amount))
        };
        Self {
            cash: part(Tender::Cash),
            points: part(Tender::Points),
            gift_card: part(Tender::GiftCard),
        }
    }

    pub(crate) fn tenders(self, field: &str) -> Result<Tenders, Problem> {
        let parts = [
            (Tender::Cash, self.cash),
            (Tender::Points, self.points),
            (Tender::GiftCard, self.gift_card),
        ];
        let mut sum = Tenders::cash(Money::fen(0));
        for (tender, amount) in parts {
            let amount = amount.unwrap_or(Fen(0)).money();
            if amount.minor() < 0 {
                return Err(Problem::malformed(field, "what was paid is never negative"));
            }
            sum = sum
                .plus(&Tenders::of(tender, amount))
                .map_err(|error| Problem::malformed(field, error))?;
        }
        Ok(sum)
    }
}

/// An order with what has become of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderView {
    pub(crate) shop: String,
    pub(crate) order: String,
    /// Of the dossier: the order with everything about it. Also the `ETag`.
    pub(crate) version: u64,
    channel: ChannelCode,
    /// The name that stands for the buyer in this shop.
    buyer: String,
    placed_at: Moment,
    paid_at: Option<Moment>,
    ship_by: Option<Moment>,
    shipped_at: Option<Moment>,
    confirmed_at: Option<Moment>,
    confirm_by: Option<Moment>,
    packed: bool,
    presale: bool,
    remote: bool,
    lines: Vec<LineView>,
    postage: Fen,
    paid: TendersBody,
    coupons: Vec<CouponBody>,
    /// The pack version it was bought under.
    pack: String,
    /// What may still be given back, in all.
    left: TendersBody,
    pub(crate) parcels: Vec<ParcelView>,
    pub(crate) payouts: Vec<PayoutView>,
    pub(crate) tasks: Vec<TaskView>,
    /// Numbers of its cases, oldest first.
    cases: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineView {
    line: u16,
    sku: String,
    title: String,
    unit_price: Fen,
    quantity: u32,
    /// What was paid for it after every reduction, postage apart.
    paid: Fen,
    class: GoodsClassCode,
}

impl LineView {
    pub(crate) fn of(line: &Line) -> Self {
        Self {
            line: line.no.0,
            sku: line.sku.to_string(),
            title: line.title.clone(),
            unit_price: line.unit_price.into(),
            quantity: line.quantity.pieces(),
            paid: line.paid.into(),
            class: Code(line.class),
        }
    }
}

impl OrderView {
    pub(crate) fn of(
        key: &kernel::DossierKey,
        version: store::Version,
        body: &dossier::Body,
    ) -> Self {
        let Order { .. } = &body.order;
        let it = &body.order;
        let at = |it: Option<kernel::Timestamp>| it.map(Moment);
        let coupon = |it: &Coupon| CouponBody {
            number: it.number.clone(),
            of: Code(it.of),
            off: it.off.into(),
        };
        Self {
            shop: key.shop.to_string(),
            order: key.order.to_string(),
            version: version.0,
            channel: Code(it.channel),
            buyer: it.buyer.clone(),
            placed_at: Moment(it.placed_at),
            paid_at: at(it.paid_at),
            ship_by: at(it.ship_by),
            shipped_at: at(it.shipped_at),
            confirmed_at: at(it.confirmed_at),
            confirm_by: at(it.confirm_by),
            packed: it.packed,
            presale: it.presale,
            remote: it.remote,
            lines: it.lines.iter().map(LineView::of).collect(),
            postage: it.postage.into(),
            paid: TendersBody::of(&it.paid),
            coupons: it.coupons.iter().map(coupon).collect(),
            pack: it.pack.to_string(),
            left: body.room().map(|it| TendersBody::of(&it)).unwrap_or_default(),
            parcels: body.parcels.values().map(ParcelView::of).collect(),
            payouts: body.payouts.iter().map(PayoutView::of).collect(),
            tasks: body.tasks.values().map(|it| TaskView::of(key, it)).collect(),
            cases: body.cases.iter().map(|it| it.no.to_string()).collect(),
        }
    }
}

/// What a courier said of a parcel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanBody {
    pub(crate) at: Moment,
    pub(crate) kind: ScanKindCode,
    /// Only of a parcel that was signed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signer: Option<SignerCode>,
}

impl ScanBody {
    fn of(scan: &Scan) -> Self {
        Self { at: Moment(scan.at), kind: Code(scan.kind), signer: scan.signer.map(Code) }
    }

    pub(crate) fn scan(&self) -> Scan {
        Scan { at: self.at.0, kind: self.kind.0, signer: self.signer.map(|it| it.0) }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParcelView {
    /// The waybill number.
    pub(crate) parcel: String,
    carrier: String,
    direction: DirectionCode,
    /// The case whose goods it carries; none for what the shop sent out first.
    case: Option<String>,
    /// In order of time.
    scans: Vec<ScanBody>,
}

impl ParcelView {
    pub(crate) fn of(parcel: &Parcel) -> Self {
        Self {
            parcel: parcel.no.to_string(),
            carrier: parcel.carrier.clone(),
            direction: Code(parcel.direction),
            case: parcel.case.as_ref().map(ToString::to_string),
            scans: parcel.scans.iter().map(ScanBody::of).collect(),
        }
    }
}

/// Money on its way to the buyer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutView {
    /// The key the provider sees, for life.
    pub(crate) payout: String,
    pub(crate) case: String,
    purpose: PurposeCode,
    amount: TendersBody,
    /// The outward postage within the amount.
    postage: Fen,
    /// Who asked for it.
    maker: String,
    reserved_at: Moment,
    #[schema(example = "settled")]
    status: &'static str,
    /// When it got there.
    since: Option<Moment>,
    /// It has not left yet and may be taken back until then.
    held_until: Option<Moment>,
    /// The provider's reference once it is settled.
    reference: Option<String>,
    /// Why it was proven not paid.
    why: Option<String>,
}

impl PayoutView {
    pub(crate) fn of(payout: &Payout) -> Self {
        let held_until = match payout.status {
            PayoutStatus::Sending { held_until, .. } => held_until.map(Moment),
            PayoutStatus::Reserved
            | PayoutStatus::Unknown { .. }
            | PayoutStatus::Settled { .. }
            | PayoutStatus::Failed { .. }
            | PayoutStatus::Released { .. } => None,
        };
        let (since, reference, why) = match &payout.status {
            PayoutStatus::Reserved => (None, None, None),
            PayoutStatus::Sending { since, .. } | PayoutStatus::Unknown { since } => {
                (Some(*since), None, None)
            }
            PayoutStatus::Settled { at, reference } => (Some(*at), Some(reference.clone()), None),
            PayoutStatus::Failed { at, why } => (Some(*at), None, Some(why.clone())),
            PayoutStatus::Released { at } => (Some(*at), None, None),
        };
        Self {
            payout: payout.key.to_string(),
            case: payout.case.to_string(),
            purpose: Code(payout.purpose),
            amount: TendersBody::of(&payout.amount),
            postage: payout.postage.into(),
            maker: payout.maker.to_string(),
            reserved_at: Moment(payout.reserved_at),
            status: payout.status.code(),
            since: since.map(Moment),
            held_until,
            reference,
            why,
        }
    }
}

/// Work owed by one role before a due time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    pub(crate) order: String,
    pub(crate) task: String,
    pub(crate) case: Option<String>,
    pub(crate) kind: TaskKindCode,
    pub(crate) role: RoleCode,
    pub(crate) due: Moment,
    pub(crate) overdue: bool,
    /// Who has taken it on.
    pub(crate) owner: Option<String>,
}

impl TaskView {
    pub(crate) fn of(key: &kernel::DossierKey, task: &Task) -> Self {
        Self {
            order: key.order.to_string(),
            task: task.id.to_string(),
            case: task.case.as_ref().map(ToString::to_string),
            kind: Code(task.kind),
            role: Code(task.role),
            due: Moment(task.due),
            overdue: task.overdue,
            owner: task.owner.as_ref().map(ToString::to_string),
        }
    }
}

/// One line of a balanced posting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Number of the posting within the order; its lines add up to nothing.
    posting: u32,
    position: u16,
    at: Moment,
    case: Option<String>,
    #[schema(example = "owed-to-buyer")]
    account: String,
    #[schema(example = "cash")]
    tender: String,
    /// Debits positive, credits negative.
    amount: Fen,
}

impl EntryView {
    pub(crate) fn of(entry: EntryRow) -> Self {
        Self {
            posting: entry.posting,
            position: entry.position,
            at: Moment(entry.at),
            case: entry.case.map(|it| it.to_string()),
            account: entry.account,
            tender: entry.tender,
            amount: Fen(entry.amount),
        }
    }
}
