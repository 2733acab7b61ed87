//! Every object of the language, and every key it has.
//!
//! `docs/scenario.schema.json` and `docs/scenarios.md` list the same ones; a test says so.

use crate::read::Object;

macro_rules! objects {
    ($($name:ident = $code:literal [$($key:literal),* $(,)?];)+) => {
        $(pub(crate) static $name: Object = Object { name: $code, keys: &[$($key),*] };)+

        /// Every object of the language.
        pub static OBJECTS: &[&Object] = &[$(&$name),+];
    };
}

objects! {
    SCENARIO = "scenario" [
        "scenario", "ledger", "pack", "constants", "automatic", "start", "people", "order",
        "orders", "steps",
    ];
    PERSON = "person" ["role", "grade"];
    ORDER = "order" [
        "order", "channel", "buyer", "placed-at", "paid-at", "ship-by", "shipped-at", "signed-at",
        "confirmed-at", "confirm-by", "packed", "presale", "remote", "lines", "coupon", "coupons",
        "promotions", "postage", "points", "gift-card", "paid", "parcels",
    ];
    LINE = "line" ["sku", "title", "price", "pieces", "class", "paid"];
    COUPON = "coupon" ["number", "of", "off"];
    PROMOTION = "promotion" ["over", "off", "repeats", "lines"];
    PARCEL = "parcel" ["parcel", "carrier", "scans"];
    SCAN = "scan" ["at", "is", "by"];
    STEP = "step" [
        "at", "after", "by", "about", "expect", "held", "refused", "says", "provider",
        "publish", "order", "courier", "market", "apply", "change", "withdraw",
        "enter-return", "book-pickup", "find", "attach", "receive", "assess", "judge",
        "approve", "decline", "ask-buyer", "refund-ahead", "compensate", "repay-postage",
        "decide-approval", "take-back", "take-deposit", "file-claim", "answer-claim",
        "send-replacement", "finish", "refuse-return", "extend-receipt", "keep-order",
        "escalate", "claim-task", "answer-task", "hand-over-task", "record-payout",
        "retry-payout", "release-payout", "record-delivery", "fire", "refund",
    ];
    PROVIDER = "provider" ["next"];
    ORDER_NEWS = "order-news" [
        "ship-by", "shipped-at", "confirmed-at", "confirm-by", "packed", "remote", "paid",
        "coupons",
    ];
    COURIER = "courier" ["parcel", "carrier", "direction", "case", "scans"];
    MARKET = "market" [
        "case", "cases", "standing", "deadline", "intervened", "instant", "insured",
        "shared-number",
    ];
    APPLY = "apply" [
        "case", "kind", "reason", "reason-text", "lines", "asked", "goods", "note", "filed-at",
        "follows", "standing", "deadline", "intervened", "instant", "insured", "shared-number",
        "findings", "return-parcel", "carrier",
    ];
    PIECES = "pieces" ["line", "pieces"];
    CHANGE = "change" [
        "case", "cases", "kind", "reason", "reason-text", "lines", "asked", "goods", "note",
    ];
    OF_CASE = "of-case" ["case", "cases"];
    ENTER_RETURN = "enter-return" ["case", "cases", "parcel", "carrier"];
    BOOK_PICKUP = "book-pickup" ["case", "cases", "from"];
    RECEIVE = "receive" ["case", "cases", "parcel", "carrier"];
    ASSESS = "assess" [
        "case", "cases", "finding", "accepted", "reason", "withheld", "place", "photo", "video",
        "pieces",
    ];
    INSPECTED = "inspected" [
        "line", "pieces", "grade", "failed", "serial", "weight", "position", "note", "evidence",
    ];
    REFUSE_RETURN = "refuse-return" ["case", "cases", "parcel", "ground"];
    EXTEND_RECEIPT = "extend-receipt" ["until", "ground"];
    KEEP_ORDER = "keep-order" ["case", "cases", "until", "ground"];
    ESCALATE = "escalate" ["case", "cases", "kind", "what", "back-at"];
    APPROVE = "approve" ["case", "cases", "amount", "ground"];
    WITH_GROUND = "with-ground" ["case", "cases", "ground"];
    ASK_BUYER = "ask-buyer" ["case", "cases", "what"];
    COMPENSATE = "compensate" ["case", "cases", "purpose", "amount", "ground"];
    REPAY_POSTAGE = "repay-postage" ["case", "cases", "laid-out", "insurance-paid"];
    DECIDE_APPROVAL = "decide-approval" ["case", "cases", "approve", "ground"];
    FILE_CLAIM = "file-claim" ["case", "cases", "carrier", "amount"];
    ANSWER_CLAIM = "answer-claim" ["case", "cases", "paid"];
    TAKE_DEPOSIT = "take-deposit" ["case", "cases", "amount"];
    SEND_REPLACEMENT = "send-replacement" ["case", "cases", "parcel", "carrier"];
    CLAIM_TASK = "claim-task" ["case", "cases", "task"];
    ANSWER_TASK = "answer-task" ["case", "cases", "task", "answer"];
    HAND_OVER_TASK = "hand-over-task" ["case", "cases", "task", "to"];
    RECORD_PAYOUT = "record-payout" ["payout", "is", "reference", "why"];
    OF_PAYOUT = "of-payout" ["payout"];
    RECORD_DELIVERY = "record-delivery" ["effect", "delivered"];
    FIRE = "fire" ["timer"];
    REFUND = "refund" [
        "case", "kind", "reason", "reason-text", "lines", "asked", "goods", "note", "filed-at",
        "follows", "standing", "deadline", "intervened", "instant", "insured", "shared-number",
        "findings", "return-parcel", "carrier", "finding", "accepted", "withheld", "amount",
        "cash", "points", "gift-card", "breakdown",
    ];
    EXPECT = "expect" [
        "case", "cases", "tasks", "no-tasks", "payouts", "paid", "told", "not-told", "stopped",
        "ledger", "order", "events", "worklist", "texts",
    ];
    CASE_SEEN = "case-seen" [
        "case", "status", "walked", "kind", "reason", "asked", "earlier", "follows", "route",
        "verdict", "automatic", "clause", "rulings", "amount", "cash", "points", "gift-card",
        "cap", "least", "most", "postage-by", "flags", "no-flags", "reply", "work", "breakdown",
        "ground", "deadline", "approver", "due", "received-at", "receipts", "grades", "checklist",
        "pickup", "couriers", "reminder", "returns", "handed-over",
        "findings", "raised",
    ];
    RAISED_SEEN = "raised-seen" ["kind", "what", "next", "answer"];
    BREAKDOWN = "breakdown" [
        "list", "reductions", "forfeited", "restored", "postage", "deducted", "withheld", "due",
    ];
    EARLIER = "earlier" ["kind", "reason"];
    TASK_SEEN = "task-seen" ["kind", "case", "role", "due", "opened-at", "owner", "overdue"];
    PAYOUT_SEEN = "payout-seen" [
        "payout", "case", "purpose", "amount", "cash", "points", "gift-card", "status",
    ];
    ORDER_SEEN = "order-seen" [
        "paid", "left", "left-cash", "left-points", "shipped", "parcels", "stopped-at",
        "ship-by", "confirm-by", "extended",
    ];
    EXTENSION_SEEN = "extension-seen" ["deadline", "from", "until", "reason", "by"];
    TEXT_SEEN = "text-seen" ["text", "mentions", "says", "says-not"];
}
