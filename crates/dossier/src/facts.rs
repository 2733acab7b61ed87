//! The facts policy may ask about: one name, one type, one place where each is read.
//!
//! Some facts are computed from the dossier and the clock, some follow from an earlier ruling of
//! the same look, and the rest are findings: answers that people, forms and files give. A decision
//! table may use any fact of its question; a fact nobody has answered is *missing*, which is a
//! value tables can test for, never a silent "no".

use kernel::Choice;
use policy::{Field, Kind, Value};

use crate::{
    case::Place,
    inspection::Grade,
    words::{
        Act, CaseKind, Channel, GoodsClaim, GoodsClass, Reason, Role, Route, Signer, Standing,
        TaskKind, Verdict,
    },
};

/// Where a fact's value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Always known: computed from the dossier, the clock and the pack.
    Computed,
    /// Known if it applies: computed, but may be missing.
    Sometimes,
    /// Given by a person, a form or a file.
    Finding,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $variant:ident = $code:literal: $kind:expr, $origin:ident;)+) => {
        kernel::choice! {
            /// A fact, by name.
            pub enum Fact { $($(#[$doc])* $variant = $code,)+ }
        }

        impl Fact {
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind,)+ }
            }

            pub const fn origin(self) -> Origin {
                match self { $(Self::$variant => Origin::$origin,)+ }
            }

            /// As a question declares it.
            pub const fn field(self) -> Field {
                let optional = !matches!(self.origin(), Origin::Computed);
                let name = match self { $(Self::$variant => $code,)+ };
                Field { name, kind: self.kind(), optional }
            }
        }
    };
}

const PACKING: Kind = Kind::Choice(&["not-printed", "printed", "handed-over"]);
const TRACKING: Kind =
    Kind::Choice(&["none", "moving", "stagnant", "refused", "returned", "signed"]);
const RETURN_TRACK: Kind =
    Kind::Choice(&["number-missing", "no-tracking", "moving", "at-merchant"]);
const MODULE: Kind = Kind::Choice(&["non-quality", "quality", "other"]);
const FAULT: Kind = Kind::Choice(&["merchant", "buyer", "courier", "unclear"]);
const WINDOW: Kind =
    Kind::Choice(&["open", "conditional", "discretion", "small-money", "refused", "closed"]);
const SHOP_TYPE: Kind = Kind::Choice(&["flagship", "specialty", "franchise", "ordinary"]);
const FAULT_VERDICT: Kind = Kind::Choice(&[
    "real",
    "blemish",
    "product",
    "own-use",
    "detail-differs",
    "unmendable",
    "unverifiable",
    "fabric",
]);
const WISH: Kind = Kind::Choice(&[
    "keep",
    "return",
    "exchange",
    "not-wanted",
    "other-style",
    "compensation",
    "refund",
    "reship",
]);
const COURIER_ANSWER: Kind = Kind::Choice(&["intercepted", "not-intercepted", "lost", "delayed"]);
const WAREHOUSE_ANSWER: Kind = Kind::Choice(&["short", "not-short", "pulled", "gone"]);
const WEIGHTS: Kind = Kind::Choice(&["match", "differ"]);
const CONSENT: Kind = Kind::Choice(&["authorised", "not-asked", "unclear"]);
const NEGOTIATION: Kind = Kind::Choice(&["agreed", "failed"]);
const LIABLE: Kind = Kind::Choice(&["merchant", "consumer", "unknown"]);
const CAUSE: Kind = Kind::Choice(&["human", "not-human"]);
const IMPACT: Kind = Kind::Choice(&["light", "affects-use"]);
const FOUND: Kind = Kind::Choice(&["on-receipt", "after-use"]);
const ASSESSMENT: Kind = Kind::Choice(&["pass", "fail", "partial", "swapped", "wrong-item"]);
const CONCERN: Kind = Kind::Choice(&["size", "function", "service", "logistics", "review-threat"]);
const REPORT: Kind = Kind::Choice(&[
    "whole-missing",
    "accessory-missing",
    "garment-accessory",
    "surplus",
    "wrong-whole",
    "wrong-accessory",
    "broken",
    "short-or-empty",
    "home-delivery",
]);
const CHANGE: Kind = Kind::Choice(&["color-size", "address", "phone", "carrier"]);
const STAGE: Kind =
    Kind::Choice(&["requested", "awaiting-return", "returning", "at-merchant", "inspected"]);
const STEP: Kind = Kind::Choice(&[
    "approved-refund",
    "approved-return",
    "approved-parcel",
    "approved-replacement",
    "declined",
    "asked",
    "refund-started",
    "refunded",
    "refund-unknown",
    "replacement-sent",
    "passed",
    "failed",
    "withdrawn",
    "escalated",
    "received",
    "return-refused",
    "satisfied",
]);
const PLACE: Kind = Kind::Choice(Place::CODES);
const PAGE: Kind = Kind::Choice(&["right", "wrong", "unclear"]);

facts! {
    // The order.
    Channel = "channel": Kind::Choice(Channel::CODES), Computed;
    Shipped = "shipped": Kind::Flag, Computed;
    Packing = "packing": PACKING, Computed;
    PromisePassed = "promise-passed": Kind::Flag, Computed;
    Presale = "presale": Kind::Flag, Computed;
    Remote = "remote": Kind::Flag, Computed;
    GoodsClass = "goods-class": Kind::Choice(GoodsClass::CODES), Computed;
    DaysSincePaid = "days-since-paid": Kind::Days, Sometimes;
    DaysSinceShipped = "days-since-shipped": Kind::Days, Sometimes;
    DaysSinceSigned = "days-since-signed": Kind::Days, Sometimes;
    DaysSinceConfirmed = "days-since-confirmed": Kind::Days, Sometimes;
    WholeOrder = "whole-order": Kind::Flag, Computed;
    // Outbound parcels.
    Signed = "signed": Kind::Flag, Computed;
    Tracking = "tracking": TRACKING, Computed;
    Silent = "silent": Kind::Span, Sometimes;
    SignedBy = "signed-by": Kind::Choice(Signer::CODES), Sometimes;
    // The request.
    Kind = "kind": Kind::Choice(CaseKind::CODES), Computed;
    Reason = "reason": Kind::Choice(Reason::CODES), Computed;
    ReturnsGoods = "returns-goods": Kind::Flag, Computed;
    GoodsClaim = "goods-claim": Kind::Choice(GoodsClaim::CODES), Computed;
    Asked = "asked": Kind::Amount, Sometimes;
    AboveShare = "above-share": Kind::Flag, Computed;
    NothingDue = "nothing-due": Kind::Flag, Computed;
    SeveralRequests = "several-requests": Kind::Flag, Computed;
    // What the marketplace says.
    Standing = "standing": Kind::Choice(Standing::CODES), Computed;
    TimeLeft = "time-left": Kind::Span, Sometimes;
    DaysLeft = "days-left": Kind::Days, Sometimes;
    Intervened = "intervened": Kind::Flag, Computed;
    Instant = "instant": Kind::Flag, Computed;
    Insured = "insured": Kind::Flag, Computed;
    // The return.
    Stage = "stage": STAGE, Computed;
    ReturnTrack = "return-track": RETURN_TRACK, Computed;
    SharedNumber = "shared-number": Kind::Flag, Computed;
    SurfaceMail = "surface-mail": Kind::Flag, Computed;
    RefusedCarrier = "refused-carrier": Kind::Flag, Computed;
    ReturnSignedBy = "return-signed-by": Kind::Choice(Signer::CODES), Sometimes;
    InspectedAt = "inspected-at": PLACE, Sometimes;
    PieceGrade = "piece-grade": Kind::Choice(Grade::CODES), Sometimes;
    Assessment = "assessment": ASSESSMENT, Sometimes;
    // What earlier rulings of the same look said.
    Route = "route": Kind::Choice(Route::CODES), Sometimes;
    Module = "module": MODULE, Sometimes;
    Fault = "fault": FAULT, Sometimes;
    ClaimsLate = "claims-late": Kind::Flag, Computed;
    Window = "window": WINDOW, Sometimes;
    Complete = "complete": Kind::Flag, Computed;
    Verdict = "verdict": Kind::Choice(Verdict::CODES), Sometimes;
    Amount = "amount": Kind::Amount, Computed;
    // The shop, from the pack.
    ShopType = "shop-type": SHOP_TYPE, Computed;
    AutoRefund = "auto-refund": Kind::Flag, Computed;
    PromotionMode = "promotion-mode": Kind::Flag, Computed;
    // Who acts, and on what work.
    Act = "act": Kind::Choice(Act::CODES), Computed;
    Role = "role": Kind::Choice(Role::CODES), Computed;
    Grade = "grade": Kind::Count, Computed;
    Task = "task": Kind::Choice(TaskKind::CODES), Computed;
    Step = "step": STEP, Computed;
    // Findings about the goods.
    Unopened = "unopened": Kind::Flag, Finding;
    Worn = "worn": Kind::Flag, Finding;
    TagsComplete = "tags-complete": Kind::Flag, Finding;
    ResaleOk = "resale-ok": Kind::Flag, Finding;
    /// Booked in again, to be sold (QC-12).
    InStock = "in-stock": Kind::Flag, Finding;
    FaultVerdict = "fault-verdict": FAULT_VERDICT, Finding;
    Cause = "cause": CAUSE, Finding;
    Impact = "impact": IMPACT, Finding;
    InWarranty = "in-warranty": Kind::Flag, Sometimes;
    Found = "found": FOUND, Finding;
    LineUnknown = "line-unknown": Kind::Flag, Finding;
    QuantityAboveBought = "quantity-above-bought": Kind::Flag, Finding;
    Report = "report": REPORT, Finding;
    SmallPart = "small-part": Kind::Flag, Finding;
    Deviation = "deviation": Kind::Length, Finding;
    Page = "page": PAGE, Finding;
    Cluster = "cluster": Kind::Flag, Finding;
    // Findings about the buyer's side.
    Wish = "wish": WISH, Finding;
    Upset = "upset": Kind::Flag, Finding;
    Insists = "insists": Kind::Flag, Finding;
    MisFiled = "mis-filed": Kind::Flag, Finding;
    WillChange = "will-change": Kind::Flag, Finding;
    ShopErred = "shop-erred": Kind::Flag, Finding;
    CannotRefuse = "cannot-refuse": Kind::Flag, Finding;
    Abuse = "abuse": Kind::Flag, Finding;
    Credible = "credible": Kind::Flag, Finding;
    KnowsRules = "knows-rules": Kind::Flag, Finding;
    Forgot = "forgot": Kind::Flag, Finding;
    Concern = "concern": CONCERN, Finding;
    Demand = "demand": Kind::Amount, Finding;
    ReviewReward = "review-reward": Kind::Amount, Finding;
    Change = "change": CHANGE, Finding;
    // Findings about proof.
    Photo = "photo": Kind::Flag, Finding;
    DetailPhoto = "detail-photo": Kind::Flag, Finding;
    LaidOutPhoto = "laid-out-photo": Kind::Flag, Finding;
    FaultPosition = "fault-position": Kind::Flag, Finding;
    BrandProof = "brand-proof": Kind::Flag, Finding;
    PurchaseVoucher = "purchase-voucher": Kind::Flag, Finding;
    SignSlip = "sign-slip": Kind::Flag, Finding;
    SendingSlip = "sending-slip": Kind::Flag, Finding;
    RedSeal = "red-seal": Kind::Flag, Finding;
    UnpackingVideo = "unpacking-video": Kind::Flag, Finding;
    ProblemPhoto = "problem-photo": Kind::Flag, Finding;
    ChatAdmission = "chat-admission": Kind::Flag, Finding;
    BuyerProof = "buyer-proof": Kind::Flag, Finding;
    KeepConsent = "keep-consent": Kind::Flag, Finding;
    PageScreenshot = "page-screenshot": Kind::Flag, Finding;
    CourierNotice = "courier-notice": Kind::Flag, Finding;
    // Findings about other people's answers.
    CompensationClaimed = "compensation-claimed": Kind::Flag, Finding;
    CompensationStands = "compensation-stands": Kind::Flag, Finding;
    CourierAnswer = "courier-answer": COURIER_ANSWER, Finding;
    WarehouseAnswer = "warehouse-answer": WAREHOUSE_ANSWER, Finding;
    Weights = "weights": WEIGHTS, Finding;
    Consent = "consent": CONSENT, Finding;
    Negotiation = "negotiation": NEGOTIATION, Finding;
    Liable = "liable": LIABLE, Finding;
    BadAttitude = "bad-attitude": Kind::Flag, Finding;
    // Findings about an exchange.
    PageStock = "page-stock": Kind::Count, Finding;
    RackChecked = "rack-checked": Kind::Flag, Finding;
    TargetPresale = "target-presale": Kind::Flag, Finding;
    Urgent = "urgent": Kind::Flag, Finding;
    DifferencePaid = "difference-paid": Kind::Flag, Finding;
    DepositPaid = "deposit-paid": Kind::Flag, Sometimes;
    ReplacementSent = "replacement-sent": Kind::Flag, Computed;
    DifferencePromised = "difference-promised": Kind::Flag, Finding;
    NightShift = "night-shift": Kind::Flag, Finding;
}

impl Fact {
    /// Reads a finding as people and files write it: `yes`, a code, or a number in the base unit.
    /// `None` if that is no answer to this fact.
    pub fn read(self, text: &str) -> Option<Value> {
        match self.kind() {
            Kind::Flag => match text {
                "yes" | "true" => Some(Value::Flag(true)),
                "no" | "false" => Some(Value::Flag(false)),
                _ => None,
            },
            Kind::Choice(codes) | Kind::Choices(codes) => {
                let index = codes.iter().position(|it| *it == text)?;
                u16::try_from(index).ok().map(Value::Choice)
            }
            Kind::Amount
            | Kind::Span
            | Kind::Days
            | Kind::Percent
            | Kind::Count
            | Kind::Length
            | Kind::Weight => text.parse().ok().map(Value::Number),
            Kind::Text => None,
        }
    }

    pub fn is_finding(self) -> bool {
        self.origin() == Origin::Finding || self == Self::InWarranty
    }

    /// The index of a code of a fact that is a choice among its own words.
    pub(crate) fn coded(self, code: &str) -> Value {
        let (Kind::Choice(codes) | Kind::Choices(codes)) = self.kind() else {
            return Value::Missing;
        };
        let index = codes.iter().position(|it| *it == code);
        index.and_then(|it| u16::try_from(it).ok()).map_or(Value::Missing, Value::Choice)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::from_code(name)
    }
}
