//! One look at a case: every fact policy may ask for, read from the dossier at one moment.

mod known;

use kernel::{Choice, ParcelNo, Span, Timestamp};
use policy::{Answer, Gap, Pack, Record, Ruling, Value};

use self::known::Known;
use crate::{
    body::Body,
    case::{Assessment, Case},
    command::Context,
    facts::Fact,
    parcel::Parcel,
    vocabulary::Inquiry,
    words::{CaseKind, GoodsClaim, GoodsClass, ScanKind, Signer, Standing, Verdict},
};

/// The dossier, a case and a moment, with what earlier rulings of the same look said.
#[derive(Clone, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) body: &'a Body,
    pub(crate) case: &'a Case,
    pub(crate) pack: &'a Pack,
    pub(crate) now: Timestamp,
    pub(crate) limits: Limits<'a>,
    pub(crate) known: Known,
    /// Every ruling so far, in the order asked.
    pub(crate) rulings: Vec<Record>,
}

/// The pack's constants a look needs, read once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits<'a> {
    auto_refund: bool,
    promotion_mode: bool,
    shop_type: &'a str,
    stagnant_after: Span,
    stagnant_after_remote: Span,
    warranty_days: i64,
    refused_carriers: &'a str,
    surface_mail_prefixes: &'a str,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(body: &'a Body, case: &'a Case, context: Context<'a>) -> Result<Self, Gap> {
        let pack = context.pack;
        let limits = Limits {
            auto_refund: pack.flag("auto-refund")?,
            promotion_mode: pack.flag("promotion-mode")?,
            shop_type: pack.phrase("shop-type")?,
            stagnant_after: pack.span("stagnant-after")?,
            stagnant_after_remote: pack.span("stagnant-after-remote")?,
            warranty_days: pack.days("warranty")?,
            refused_carriers: pack.phrase("refused-carriers")?,
            surface_mail_prefixes: pack.phrase("surface-mail-prefixes")?,
        };
        let route = case.judgement.as_ref().and_then(|it| it.route);
        let known = Known { route, ..Known::nothing(body.order.currency()) };
        Ok(Self { body, case, pack, now: context.now, limits, known, rulings: Vec::new() })
    }

    /// Asks policy, and keeps the ruling. `None`: a person must look.
    pub(crate) fn ask(&mut self, inquiry: &'static Inquiry) -> Option<Ruling<'a>> {
        let values: Vec<Value> = inquiry.facts.iter().map(|&it| self.value(it)).collect();
        let answer = self.pack.ask(&inquiry.question, &values);
        self.rulings.push(self.pack.record(&inquiry.question, &values, &answer));
        match answer {
            Answer::Row(ruling) => Some(ruling),
            Answer::Person(_) => None,
        }
    }

    /// Asks policy without keeping a record: for questions that do not bear on the decision.
    pub(crate) fn ask_quietly(&self, inquiry: &'static Inquiry) -> Option<Ruling<'a>> {
        let values: Vec<Value> = inquiry.facts.iter().map(|&it| self.value(it)).collect();
        match self.pack.ask(&inquiry.question, &values) {
            Answer::Row(ruling) => Some(ruling),
            Answer::Person(_) => None,
        }
    }

    /// Asks policy for every row that applies, keeping no record.
    pub(crate) fn ask_all(&self, inquiry: &'static Inquiry) -> Vec<Ruling<'a>> {
        let values: Vec<Value> = inquiry.facts.iter().map(|&it| self.value(it)).collect();
        self.pack.ask_all(&inquiry.question, &values)
    }

    /// Reads one fact.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not computed is a finding")]
    pub(crate) fn value(&self, fact: Fact) -> Value {
        let order = &self.body.order;
        let (request, market) = (&self.case.request, &self.case.market);
        match fact {
            Fact::Channel => Value::choice(order.channel),
            Fact::Shipped => Value::flag(order.is_shipped()),
            Fact::Packing => fact.coded(self.packing()),
            Fact::PromisePassed => Value::flag(order.ship_promise_missed(self.now)),
            Fact::Presale => Value::flag(order.presale),
            Fact::Remote => Value::flag(order.remote),
            Fact::GoodsClass => self.goods_class(),
            Fact::DaysSincePaid => self.days_since(order.paid_at),
            Fact::DaysSinceShipped => self.days_since(order.shipped_at),
            Fact::DaysSinceSigned => self.days_since(self.signed_at()),
            Fact::DaysSinceConfirmed => self.days_since(order.confirmed_at),
            Fact::WholeOrder => Value::flag(self.is_whole_order()),
            Fact::Signed => Value::flag(self.is_signed()),
            Fact::Tracking => fact.coded(self.tracking()),
            Fact::Silent => Value::maybe(self.outbound_silent_for().map(Value::span)),
            Fact::SignedBy => Value::maybe(self.signer().map(Value::choice)),
            Fact::Kind => Value::choice(request.kind),
            Fact::Reason => Value::choice(request.reason),
            // A return number given off the platform is a return, whatever was filed (PATH3-02).
            Fact::ReturnsGoods => {
                Value::flag(request.kind.returns_goods() || !self.case.returns.is_empty())
            }
            Fact::GoodsClaim => Value::choice(request.goods),
            Fact::Asked => Value::maybe(request.asked.map(Value::amount)),
            Fact::AboveShare => Value::flag(self.known.above_share),
            Fact::NothingDue => Value::flag(self.known.nothing_due),
            Fact::SeveralRequests => Value::flag(self.has_company()),
            Fact::Standing => Value::choice(market.standing),
            Fact::TimeLeft => {
                Value::maybe(market.deadline.map(|it| Value::span(it.since(self.now))))
            }
            Fact::DaysLeft => self.days_left(),
            Fact::Intervened => Value::flag(market.intervened),
            Fact::Instant => Value::flag(market.instant),
            Fact::Insured => Value::flag(market.insured),
            Fact::Stage => fact.coded(self.stage()),
            Fact::ReturnTrack => fact.coded(self.return_track()),
            Fact::SharedNumber => Value::flag(market.shared_number),
            Fact::SurfaceMail => Value::flag(self.return_number_starts_with_surface_mail()),
            Fact::RefusedCarrier => Value::flag(self.return_comes_by_refused_carrier()),
            Fact::Assessment => self.assessed(|it| Some(fact.coded(it.finding.code()))),
            Fact::InspectedAt => self.assessed(|it| it.place.map(Value::choice)),
            Fact::ReturnSignedBy => Value::maybe(self.return_signer().map(Value::choice)),
            Fact::InWarranty => self.in_warranty(),
            Fact::DepositPaid => Value::maybe(self.case.deposit.map(|_| Value::Flag(true))),
            Fact::ReplacementSent => Value::flag(self.body.replacement_of(&self.case.no).is_some()),
            Fact::ShopType => fact.coded(self.limits.shop_type),
            Fact::AutoRefund => Value::flag(self.limits.auto_refund),
            Fact::PromotionMode => Value::flag(self.limits.promotion_mode),
            known @ (Fact::Route
            | Fact::Module
            | Fact::Fault
            | Fact::ClaimsLate
            | Fact::Window
            | Fact::Complete
            | Fact::Verdict
            | Fact::Amount
            | Fact::Act
            | Fact::Role
            | Fact::Grade
            | Fact::Task
            | Fact::PieceGrade
            | Fact::Step) => self.known.value(known),
            finding => self.case.findings.get(&finding).copied().unwrap_or(Value::Missing),
        }
    }

    fn assessed(&self, read: impl Fn(&Assessment) -> Option<Value>) -> Value {
        Value::maybe(self.case.assessment.as_ref().and_then(read))
    }

    fn days_since(&self, at: Option<Timestamp>) -> Value {
        let zone = self.pack.calendar().zone();
        Value::maybe(at.map(|it| Value::days(zone.days_between(it, self.now).max(0))))
    }

    /// Whole days until the marketplace acts: 1 on the last 24 hours but one, 0 on the last.
    fn days_left(&self) -> Value {
        let left = self.case.market.deadline.map(|it| it.since(self.now).whole_seconds());
        let day = Span::days(1).whole_seconds();
        Value::maybe(left.map(|it| Value::days(it.div_euclid(day).max(0))))
    }

    fn packing(&self) -> &'static str {
        if self.body.outbound().any(Parcel::is_moving) {
            "handed-over"
        } else if self.body.order.packed || self.body.outbound().next().is_some() {
            "printed"
        } else {
            "not-printed"
        }
    }

    /// The strictest class among the lines asked for.
    fn goods_class(&self) -> Value {
        let lines = &self.case.request.pieces;
        let classes = lines.iter().filter_map(|it| self.body.order.line(it.line));
        let strictest = classes.map(|it| it.class).max();
        strictest.map_or(Value::choice(GoodsClass::Standard), Value::choice)
    }

    /// Whether nothing of the order is kept once the case's pieces go back.
    fn is_whole_order(&self) -> bool {
        self.body.order.lines.iter().all(|line| {
            let paid_for = self.body.pieces_paid_for(line.no);
            let going = paid_for.checked_add(self.case.quantity_of(line.no));
            going.is_some_and(|it| line.quantity <= it)
        })
    }

    fn is_signed(&self) -> bool {
        let order = &self.body.order;
        let parcels: Vec<&Parcel> = self.body.outbound().collect();
        let all_signed = !parcels.is_empty()
            && parcels.iter().all(|it| it.signed().is_some() && !it.is_coming_back());
        let says_so = self.case.request.goods == GoodsClaim::Received && parcels.is_empty();
        all_signed || (order.confirmed_at.is_some()) || (order.is_shipped() && says_so)
    }

    pub(crate) fn signed_at(&self) -> Option<Timestamp> {
        let scanned = self.body.outbound().filter_map(|it| it.signed()).map(|it| it.at).max();
        scanned.or(self.body.order.confirmed_at)
    }

    fn signer(&self) -> Option<Signer> {
        self.body.outbound().filter_map(|it| it.signed()).filter_map(|it| it.signer).max()
    }

    fn return_signer(&self) -> Option<Signer> {
        let signed = self.body.returns_of(self.case).filter_map(|it| it.signed());
        signed.filter_map(|it| it.signer).max()
    }

    fn outbound_silent_for(&self) -> Option<Span> {
        let unsigned = self.body.outbound().filter(|it| it.signed().is_none());
        unsigned.filter_map(|it| it.silent_for(self.now)).max()
    }

    fn tracking(&self) -> &'static str {
        let parcels: Vec<&Parcel> = self.body.outbound().filter(|it| it.is_moving()).collect();
        if parcels.is_empty() {
            return if self.body.order.confirmed_at.is_some() { "signed" } else { "none" };
        }
        // Parcels that come back say what became of the goods only if all of them do.
        let coming: Vec<&&Parcel> = parcels.iter().filter(|it| !it.is_coming_back()).collect();
        let is_back = |it: &&Parcel| it.scans.iter().any(|it| it.kind == ScanKind::Returned);
        if coming.is_empty() && parcels.iter().all(is_back) {
            "returned"
        } else if coming.is_empty() {
            "refused"
        } else if coming.iter().all(|it| it.signed().is_some()) {
            "signed"
        } else if self.outbound_silent_for().is_some_and(|it| self.stagnant_after() < it) {
            "stagnant"
        } else {
            "moving"
        }
    }

    /// LOST-01, LOST-02.
    pub(crate) fn stagnant_after(&self) -> Span {
        if self.body.order.remote {
            self.limits.stagnant_after_remote
        } else {
            self.limits.stagnant_after
        }
    }

    /// Whether another open request wants money for the same line (EXCH-07).
    fn has_company(&self) -> bool {
        let same_line = |other: &Case| {
            self.case.request.pieces.iter().any(|it| !other.quantity_of(it.line).is_zero())
        };
        self.body.cases.iter().any(|it| {
            it.no != self.case.no
                && it.status.is_open()
                && it.request.kind.pays_goods_money()
                && same_line(it)
        })
    }

    /// How far the goods are on their way back, by what we agreed to or the marketplace says.
    fn stage(&self) -> &'static str {
        use crate::case::Status;

        if self.case.assessment.is_some() {
            return "inspected";
        }
        let back = self.body.returns_of(self.case).any(Parcel::is_back);
        if back || matches!(self.case.status, Status::Inspecting { .. }) {
            return "at-merchant";
        }
        let standing = self.case.market.standing;
        let sent = !self.case.returns.is_empty() || self.case.status == Status::Returning;
        let agreed = matches!(self.case.status, Status::AwaitingReturn { .. });
        if sent || standing == Standing::Returning {
            "returning"
        } else if agreed || standing == Standing::AwaitingReturn {
            "awaiting-return"
        } else {
            "requested"
        }
    }

    fn return_track(&self) -> &'static str {
        if self.case.returns.is_empty() {
            return "number-missing";
        }
        if self.body.returns_of(self.case).any(Parcel::is_back) {
            "at-merchant"
        } else if self.body.returns_of(self.case).any(Parcel::is_moving) {
            "moving"
        } else {
            "no-tracking"
        }
    }

    fn last_return(&self) -> Option<&ParcelNo> {
        self.case.returns.last()
    }

    /// RTRK-06: surface-mail numbers are told by their first letters.
    fn return_number_starts_with_surface_mail(&self) -> bool {
        self.last_return().is_some_and(|number| {
            words(self.limits.surface_mail_prefixes)
                .any(|prefix| number.as_str().to_uppercase().starts_with(prefix))
        })
    }

    /// RETN-05, C-10.
    fn return_comes_by_refused_carrier(&self) -> bool {
        let parcel = self.last_return().and_then(|it| self.body.parcels.get(it));
        parcel.is_some_and(|parcel| {
            words(self.limits.refused_carriers).any(|name| parcel.carrier.contains(name))
        })
    }

    fn in_warranty(&self) -> Value {
        if let Some(&found) = self.case.findings.get(&Fact::InWarranty) {
            return found;
        }
        let zone = self.pack.calendar().zone();
        let bought = self.body.order.paid_at;
        Value::maybe(
            bought.map(|it| {
                Value::flag(zone.days_between(it, self.now) <= self.limits.warranty_days)
            }),
        )
    }
}

/// `SF, 顺丰` as its words.
pub(crate) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '，', '、']).map(str::trim).filter(|it| !it.is_empty())
}

impl CaseKind {
    /// The verdict that goods of such a case go out by.
    pub(crate) fn sends(self) -> Option<Verdict> {
        match self {
            Self::Exchange => Some(Verdict::Exchange),
            Self::Reship => Some(Verdict::Reship),
            Self::Repair => Some(Verdict::Repair),
            Self::RefundOnly | Self::ReturnRefund | Self::Compensation | Self::PriceDifference => {
                None
            }
        }
    }

    /// Whether the buyer sends goods back.
    pub fn returns_goods(self) -> bool {
        match self {
            Self::ReturnRefund | Self::Exchange | Self::Repair => true,
            Self::RefundOnly | Self::Reship | Self::Compensation | Self::PriceDifference => false,
        }
    }
}
