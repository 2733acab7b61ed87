//! The closed sets of codes that marketplace words are turned into.
//!
//! The same codes as in `dossier`, by code and not by type: a file's word is a claim about the
//! world, and becomes the domain's only where a command is made of it.

use kernel::choice;

choice! {
    pub enum OrderStatus {
        Unpaid = "unpaid",
        Paid = "paid",
        Shipped = "shipped",
        Finished = "finished",
        Closed = "closed",
        Unknown = "unknown",
    }
}

choice! {
    /// What the buyer asks for.
    pub enum RefundKind {
        RefundOnly = "refund-only",
        ReturnRefund = "return-refund",
        Exchange = "exchange",
        Reship = "reship",
        Repair = "repair",
        Compensation = "compensation",
        PriceDifference = "price-difference",
        Other = "other",
    }
}

choice! {
    /// How far the marketplace says a request has come.
    pub enum RefundStatus {
        /// Waiting for the merchant's answer.
        Requested = "requested",
        ApprovedAwaitingReturn = "approved-awaiting-return",
        /// The buyer has sent something back; the merchant has not confirmed it.
        ReturnedAwaitingReceipt = "returned-awaiting-receipt",
        Refunding = "refunding",
        Refunded = "refunded",
        Declined = "declined",
        Closed = "closed",
        Other = "other",
    }
}

choice! {
    /// Where the buyer says the goods are.
    pub enum GoodsState {
        NotReceived = "not-received",
        /// Also when the buyer has sent them back since.
        Received = "received",
        Unknown = "unknown",
    }
}

choice! {
    pub enum TrackStatus {
        /// The waybill exists; no courier has seen the parcel.
        Printed = "printed",
        Collected = "collected",
        Moving = "moving",
        OutForDelivery = "out-for-delivery",
        Signed = "signed",
        Refused = "refused",
        Returning = "returning",
        Returned = "returned",
        Problem = "problem",
        Other = "other",
    }
}

choice! {
    /// Who took a parcel that was signed for.
    pub enum Signer {
        Buyer = "buyer",
        Family = "family",
        /// A locker or a pick-up station.
        Locker = "locker",
        Other = "other",
        Unknown = "unknown",
    }
}

choice! {
    /// How much of the order a refund is about.
    pub enum Extent {
        Whole = "whole",
        Partial = "partial",
    }
}

choice! {
    /// Why, in our words. A marketplace word nobody knows is `other`.
    pub enum Reason {
        NotShippedAsAgreed = "not-shipped-as-agreed",
        OutOfStock = "out-of-stock",
        NoLongerWanted = "no-longer-wanted",
        NoReason7d = "no-reason-7d",
        WrongOrder = "wrong-order",
        AgreedWithSeller = "agreed-with-seller",
        EffectNotReached = "effect-not-reached",
        SizeUnsuitable = "size-unsuitable",
        Quality = "quality",
        NotAsDescribed = "not-as-described",
        NeedsRepair = "needs-repair",
        TransitBlemish = "transit-blemish",
        ColorStyleDiffers = "color-style-differs",
        DeliveryLate = "delivery-late",
        NotDelivered = "not-delivered",
        NoTracking = "no-tracking",
        WrongGoods = "wrong-goods",
        PackagingBroken = "packaging-broken",
        PartMissing = "part-missing",
        PromotionChanged = "promotion-changed",
        Lost = "lost",
        Short = "short",
        DamagedOther = "damaged-other",
        ContentsDiffer = "contents-differ",
        AddressChange = "address-change",
        Counterfeit = "counterfeit",
        PriceDifference = "price-difference",
        Invoice = "invoice",
        FakeShipment = "fake-shipment",
        RefusedDelivery = "refused-delivery",
        Other = "other",
    }
}

choice! {
    /// A plain answer, as words files spell it.
    pub(crate) enum Answer {
        Yes = "yes",
        No = "no",
    }
}
