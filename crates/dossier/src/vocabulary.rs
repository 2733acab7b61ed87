//! The questions the domain asks of policy, and everything a pack may speak of.
//!
//! `guitu pack check` proves every pack against this list: each table answers one of these
//! questions, each constant and reply text the domain needs is there, and nothing else is.

use kernel::Choice;
use policy::{Constant, Field, Hit, Kind, Question, Vocabulary};

use crate::{
    deed::Deed,
    facts::Fact,
    inspection::{Finding, Grade},
    words::{CaseKind, Flag, Outward, Payer, Role, Route, TaskKind, Verdict},
};

/// A question with the facts it may be answered from, in the order of `question.inputs`.
#[derive(Debug)]
pub struct Inquiry {
    pub question: Question,
    pub facts: &'static [Fact],
}

macro_rules! inquiries {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal, $hit:ident, [$($fact:ident),+ $(,)?] -> $outputs:expr;
    )+) => {
        $($(#[$doc])* pub static $name: Inquiry = Inquiry {
            question: Question {
                name: $code,
                inputs: &[$(Fact::$fact.field()),+],
                outputs: $outputs,
                hit: Hit::$hit,
            },
            facts: &[$(Fact::$fact),+],
        };)+

        static QUESTIONS: &[&Question] = &[$(&$name.question),+];

        /// Every question, in the order a look at a case may come across them.
        pub static INQUIRIES: &[&Inquiry] = &[$(&$name),+];
    };
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: false }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: true }
}

/// Questions an advice may pass on to.
pub const CONSULTS: &[&str] = &[
    "quality",
    "accessory",
    "scratch",
    "concern",
    "goods-report",
    "shortage",
    "part-return",
    "exchange-route",
    "late-order",
    "presale",
    "returned-problem",
    "price-difference",
    "change-request",
    "stagnant",
    "interception",
    "ladder",
    "instant-ladder",
    "dispute",
    "installation",
];

/// What every advice says. `consult` names the question that knows better; its answer then counts.
const ADVICE: &[Field] = &[
    must("verdict", Kind::Choice(Verdict::CODES)),
    must("automatic", Kind::Flag),
    may("task", Kind::Choice(TaskKind::CODES)),
    may("also", Kind::Choices(TaskKind::CODES)),
    may("reply", Kind::Text),
    may("flags", Kind::Choices(Flag::CODES)),
    may("consult", Kind::Choice(CONSULTS)),
    may("least", Kind::Amount),
    may("most", Kind::Amount),
];

const MODULE: Kind = Fact::Module.kind();
const FAULT: Kind = Fact::Fault.kind();
const WINDOW: Kind = Fact::Window.kind();

inquiries! {
    /// What a reason means (DT-37).
    REASON = "reason", One, [Reason] -> &[
        must("module", MODULE), must("fault", FAULT), must("claims-late", Kind::Flag),
    ];
    /// Which of the four work flows (DT-01).
    REFUND_PATH = "refund-path", One, [Shipped, Signed, ReturnsGoods]
        -> &[must("route", Kind::Choice(Route::CODES))];
    /// Whether the time for asking is over (DT-13).
    WINDOW_OPEN = "window", One, [
        DaysSinceSigned, DaysSinceConfirmed, Kind, Module, Fault, GoodsClass, Worn, ShopErred,
        ResaleOk, TagsComplete, Unopened, Cluster, Route,
    ] -> &[must("window", WINDOW)];
    /// What has to be shown before anybody decides (DT-25).
    EVIDENCE = "evidence", One, [
        Reason, Module, Route, ReturnsGoods, ShopType, SignedBy, Photo, DetailPhoto, LaidOutPhoto,
        FaultPosition, Found, Report, Standing, Intervened, BrandProof, PurchaseVoucher, SignSlip,
        RedSeal, ChatAdmission, PageScreenshot, Stage, FaultVerdict, UnpackingVideo,
    ] -> &[must("complete", Kind::Flag), may("reply", Kind::Text)];
    /// Path 1 (DT-02, DT-27).
    UNSHIPPED = "unshipped", One, [
        Kind, Packing, PromisePassed, ClaimsLate, Presale, CompensationClaimed, CompensationStands,
        AutoRefund, PromotionMode, Abuse, AboveShare, NothingDue, CourierAnswer, WarehouseAnswer,
        Tracking, Upset, TimeLeft, Wish, Intervened, Reason, CannotRefuse, Change,
    ] -> ADVICE;
    /// Path 2 (DT-03, DT-04, DT-05).
    IN_TRANSIT = "in-transit", One, [
        Kind, Reason, ClaimsLate, PromisePassed, Tracking, Silent, Remote, DaysSinceShipped, Wish,
        CourierAnswer, Upset, TimeLeft, PromotionMode, Intervened, Presale, Abuse, AboveShare,
        NothingDue, Change, GoodsClaim,
    ] -> ADVICE;
    /// Path 3 (DT-03, DT-08, DT-09, DT-12 to DT-16).
    RECEIVED = "received", One, [
        Kind, Reason, Module, Fault, ClaimsLate, PromisePassed, GoodsClaim, SignedBy, Window,
        Complete, MisFiled, WillChange, Wish, Report, Found, Concern, Intervened, Abuse,
        NothingDue, AboveShare, ReturnTrack, Upset, TimeLeft,
    ] -> ADVICE;
    /// Path 4 and every kind in which goods come back (DT-23, DT-24, DT-27).
    RETURN = "return", One, [
        Kind, Stage, Reason, Module, Fault, Window, Complete, Unopened, Worn, ResaleOk,
        PromotionMode, Abuse, Instant, Intervened, ReturnTrack, SharedNumber, SurfaceMail,
        RefusedCarrier, DaysLeft, TimeLeft, Assessment, RedSeal, UnpackingVideo, ChatAdmission,
        Negotiation, Upset, AboveShare, NothingDue, GoodsClass, Wish, Tracking, ProblemPhoto,
        SendingSlip, ReturnSignedBy,
    ] -> ADVICE;

    /// Quality of clothes (DT-12).
    QUALITY = "quality", One, [
        Photo, FaultPosition, FaultVerdict, DaysSinceSigned, DaysSinceConfirmed, Worn, Wish,
        Insists, ResaleOk, Cluster, ReturnsGoods,
    ] -> ADVICE;
    /// Accessory faults by warranty, cause and impact (DT-14).
    ACCESSORY = "accessory", One, [InWarranty, Cause, Impact, Negotiation] -> ADVICE;
    /// Scratches and blemishes (DT-15).
    SCRATCH = "scratch", One, [Found, InWarranty, Cause, Impact, Photo, Wish] -> ADVICE;
    /// Concerns that are no fault of the goods (DT-16).
    CONCERN = "concern", One, [
        Concern, Deviation, Page, FaultVerdict, Cluster, Insists, BadAttitude, Demand,
    ] -> ADVICE;
    /// Missing, surplus, wrong and broken goods (DT-08).
    GOODS_REPORT = "goods-report", One, [
        Report, LaidOutPhoto, Photo, SmallPart, Tracking, WarehouseAnswer, Wish,
    ] -> ADVICE;
    /// Shortage by who signed (DT-09).
    SHORTAGE = "shortage", One, [
        WarehouseAnswer, SignedBy, Consent, Weights, Credible, Photo, RedSeal, BuyerProof, Wish,
        Kind,
    ] -> ADVICE;
    /// Only a part came back (DT-11).
    PART_RETURN = "part-return", One, [Forgot, Insists, BuyerProof, KnowsRules, RedSeal, Weights]
        -> ADVICE;
    /// How to exchange (DT-07).
    EXCHANGE_ROUTE = "exchange-route", One, [
        SeveralRequests, Presale, TargetPresale, PageStock, RackChecked, DifferencePaid, Urgent,
        DepositPaid, ReturnTrack, Stage, Assessment, Module, Window, FaultVerdict, PromotionMode,
        Wish, ReplacementSent,
    ] -> ADVICE;
    /// Late and unshipped (DT-21).
    LATE_ORDER = "late-order", One, [Wish, PromisePassed, Presale] -> ADVICE;
    /// Presale goods (DT-22).
    PRESALE = "presale", One, [ClaimsLate, PromisePassed, WillChange, DaysLeft, Wish, Change]
        -> ADVICE;
    /// Returned goods with a problem (DT-24, DT-10).
    RETURNED_PROBLEM = "returned-problem", One, [
        Assessment, RedSeal, UnpackingVideo, ChatAdmission, ProblemPhoto, Negotiation, SendingSlip,
        ReturnTrack, KnowsRules,
    ] -> ADVICE;
    /// Price differences (DT-20).
    PRICE_DIFFERENCE = "price-difference", One, [
        Signed, DaysSinceSigned, PageScreenshot, DifferencePromised,
    ] -> ADVICE;
    /// Changes of address, style or carrier (DT-06).
    CHANGE_REQUEST = "change-request", One, [
        Change, Packing, Shipped, Presale, CourierAnswer, PromotionMode,
    ] -> ADVICE;
    /// Parcels that stand still (DT-04).
    STAGNANT = "stagnant", One, [
        Tracking, Silent, Remote, DaysSinceShipped, CourierAnswer, PromotionMode, Wish,
        CourierNotice,
    ] -> ADVICE;
    /// What an interception came to (DT-05).
    INTERCEPTION = "interception", One, [
        CourierAnswer, WarehouseAnswer, Tracking, TimeLeft, Upset, CannotRefuse,
    ] -> ADVICE;
    /// Days left, money not advanced (DT-23).
    LADDER = "ladder", One, [DaysLeft, ReturnTrack, TimeLeft] -> ADVICE;
    /// Days left, money advanced (DT-23).
    INSTANT_LADDER = "instant-ladder", One, [DaysLeft, ReturnTrack, TimeLeft] -> ADVICE;
    /// Verdict and evidence (DT-26).
    DISPUTE = "dispute", One, [Liable, Complete, RedSeal, Stage, Route] -> ADVICE;
    /// Installation (DT-30).
    INSTALLATION = "installation", One, [Wish, Negotiation] -> ADVICE;

    /// What an inspection has to be proven with, and who hears of it at once (PATH4-06, PATH4-07).
    INSPECTION = "inspection", One, [Assessment, InspectedAt, Kind] -> &[
        must("photo", Kind::Flag), must("video", Kind::Flag),
        may("task", Kind::Choice(TaskKind::CODES)),
    ];
    /// What the condition of a returned piece comes to: whether it counts as back, and what it
    /// takes off of what was paid for it.
    GRADES = "grades", One, [PieceGrade, GoodsClass, Module, Kind] -> &[
        must("accepted", Kind::Flag), must("finding", Kind::Choice(Finding::CODES)),
        may("withhold", Kind::Percent), may("withhold-each", Kind::Amount),
    ];
    /// What an inspection looks for, as it was published (QC-03). All rows that apply.
    CHECKLIST = "checklist", All, [GoodsClass, Kind, Module, Reason]
        -> &[must("at-best", Kind::Choice(Grade::CODES))];
    /// How goods may come back (RETN-02 to RETN-04).
    RETURN_WAYS = "return-ways", One, [Remote, Channel, GoodsClass, Kind]
        -> &[must("pickup", Kind::Flag), may("reply", Kind::Text)];
    /// Who pays the postage of the way back, and whether outward postage goes back (DT-17).
    POSTAGE = "postage", One, [
        Route, Kind, Reason, Module, Fault, FaultVerdict, Insists, CannotRefuse, Worn,
        DaysSinceSigned, Report, Stage, Packing, Insured,
    ] -> &[
        must("return-leg", Kind::Choice(Payer::CODES)),
        must("outward", Kind::Choice(Outward::CODES)),
    ];
    /// Whether a coupon comes back (DT-18).
    COUPON = "coupon", One, [Shipped, WholeOrder] -> &[must("returned", Kind::Flag)];
    /// Who may do what, up to how much (DT-28, DT-29).
    AUTHORITY = "authority", One, [Act, Role, Grade] -> &[
        must("may", Kind::Choice(&["yes", "ask", "no"])),
        may("limit", Kind::Amount),
        may("daily", Kind::Amount),
        must("ask", Kind::Choice(Role::CODES)),
    ];
    /// Who owes a kind of work, for how long, and who is told when it is late (DT-34, section 4).
    WORK = "work", One, [Task, Route, Reason, PromotionMode, NightShift] -> &[
        must("role", Kind::Choice(Role::CODES)),
        must("within", Kind::Span),
        must("working-time", Kind::Flag),
        must("escalate-to", Kind::Choice(Role::CODES)),
    ];
    /// How much earlier than the marketplace's deadline to look: the more is at stake.
    URGENCY = "urgency", One, [
        Verdict, Amount, Intervened, Upset, Instant, Route, PromisePassed, ClaimsLate,
    ]
        -> &[must("head-start", Kind::Span)];
    /// Marks worth seeing at a glance. All rows that apply.
    FLAGS = "flags", All, [
        Route, Kind, Packing, Shipped, PromisePassed, Tracking, Silent, Remote, DaysSinceShipped,
        SharedNumber, SurfaceMail, RefusedCarrier, AboveShare, NothingDue, Instant, ReturnTrack,
        Intervened, SignedBy, Signed, GoodsClaim, TimeLeft, ClaimsLate, Complete, Window,
        SeveralRequests, Presale, Upset, Standing, Stage, LineUnknown, QuantityAboveBought,
    ] -> &[must("flag", Kind::Choice(Flag::CODES))];
    /// What is usually said about why something is done. All rows that apply.
    GROUNDS = "grounds", All, [Kind, Reason, Route, Verdict, Assessment, Upset, TimeLeft]
        -> &[must("deed", Kind::Choice(Deed::CODES))];
    /// What the buyer is told at each step (DT-35).
    NOTICE = "notice", One, [Step, Kind] -> &[must("reply", Kind::Text)];
    /// Whether to invite a review at the end (DT-38).
    INVITE_REVIEW = "invite-review", One, [Kind, Verdict, Upset] -> &[must("invite", Kind::Flag)];
}

static CONSTANTS: &[Constant] = &[
    Constant { name: "auto-refund", kind: Kind::Flag, optional: false },
    Constant { name: "promotion-mode", kind: Kind::Flag, optional: false },
    Constant { name: "shop-type", kind: Fact::ShopType.kind(), optional: false },
    Constant { name: "four-eyes-from", kind: Kind::Amount, optional: false },
    Constant { name: "return-postage-most", kind: Kind::Amount, optional: false },
    Constant { name: "repair-fee-cap", kind: Kind::Amount, optional: false },
    Constant { name: "exchange-deposit", kind: Kind::Amount, optional: false },
    Constant { name: "approval-within", kind: Kind::Span, optional: false },
    Constant { name: "undo-hold", kind: Kind::Span, optional: true },
    Constant { name: "unknown-alert-after", kind: Kind::Span, optional: false },
    Constant { name: "stagnant-after", kind: Kind::Span, optional: false },
    Constant { name: "stagnant-after-remote", kind: Kind::Span, optional: false },
    Constant { name: "deadline-near", kind: Kind::Span, optional: false },
    Constant { name: "follow-up-after", kind: Kind::Span, optional: false },
    Constant { name: "receipt-extension-most", kind: Kind::Span, optional: false },
    Constant { name: "shipping-extension-most", kind: Kind::Span, optional: false },
    Constant { name: "exchange-arrives-within", kind: Kind::Span, optional: false },
    Constant { name: "refused-return-needs-photo", kind: Kind::Flag, optional: false },
    Constant { name: "warranty", kind: Kind::Days, optional: false },
    Constant { name: "reevaluate-promotions", kind: Kind::Flag, optional: false },
    Constant { name: "refused-carriers", kind: Kind::Text, optional: false },
    Constant { name: "surface-mail-prefixes", kind: Kind::Text, optional: false },
    Constant { name: "return-address", kind: Kind::Text, optional: false },
    Constant { name: "partner-couriers", kind: Kind::Text, optional: true },
    Constant { name: "inspection-contact", kind: Kind::Text, optional: true },
    Constant { name: "shop-name", kind: Kind::Text, optional: false },
    Constant { name: "refund-arrives-within", kind: Kind::Span, optional: false },
    Constant { name: "evidence-photo-kilobytes", kind: Kind::Count, optional: true },
    Constant { name: "evidence-video-kilobytes", kind: Kind::Count, optional: true },
    Constant { name: "evidence-document-kilobytes", kind: Kind::Count, optional: true },
    Constant { name: "evidence-per-case", kind: Kind::Count, optional: true },
];

/// Variables a reply text may use.
pub const VARIABLES: &[&str] = &[
    "amount",
    "asked",
    "cap",
    "deadline",
    "order",
    "case",
    "shop",
    "reason",
    "ground",
    "address",
    "breakdown",
    "arrives-by",
    "postage-by",
    "parcel",
    "carrier",
    "ship-by",
    "days",
    "due",
];

/// Everything a pack may speak of.
pub static VOCABULARY: Vocabulary =
    Vocabulary { questions: QUESTIONS, constants: CONSTANTS, texts: &[], variables: VARIABLES };

/// The kind of a case, for tables that list kinds.
pub const KINDS: &[&str] = CaseKind::CODES;

/// The question of that name.
pub fn inquiry(name: &str) -> Option<&'static Inquiry> {
    INQUIRIES.iter().copied().find(|it| it.question.name == name)
}

/// Whether a question is one of those that end in a verdict.
pub fn is_advice(name: &str) -> bool {
    inquiry(name).is_some_and(|it| it.question.outputs.iter().any(|it| it.name == "verdict"))
}
