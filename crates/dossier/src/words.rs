//! The closed sets of words the domain speaks, each with its stable code.
//!
//! These codes stand in policy tables, stored events, exports and scenarios. Their Chinese names
//! are in `docs/glossary.md`.

use kernel::choice;

choice! {
    /// Where an order was placed.
    pub enum Channel {
        Taobao = "taobao",
        Tmall = "tmall",
        Jd = "jd",
        Pinduoduo = "pinduoduo",
        Douyin = "douyin",
        Kuaishou = "kuaishou",
        WeChat = "wechat",
        Own = "own",
    }
}

choice! {
    /// Who acts, and whose queue a task is in (tables.md section 5).
    pub enum Role {
        Buyer = "buyer",
        PreSale = "pre-sale",
        Agent = "agent",
        Veteran = "veteran",
        DifficultCaseAgent = "difficult-case-agent",
        ComplaintAgent = "complaint-agent",
        Specialist = "specialist",
        Leader = "leader",
        StoreManager = "store-manager",
        Supervisor = "supervisor",
        Warehouse = "warehouse",
        Inspector = "inspector",
        Shipping = "shipping",
        CourierContact = "courier-contact",
        Logistics = "logistics",
        QualityControl = "quality-control",
        Finance = "finance",
        Operations = "operations",
        /// The engine itself: timers, rules that act by themselves, imports.
        System = "system",
        /// The marketplace, as far as it tells us what it did.
        Marketplace = "marketplace",
    }
}

choice! {
    /// What the buyer asks for.
    pub enum CaseKind {
        RefundOnly = "refund-only",
        ReturnRefund = "return-refund",
        Exchange = "exchange",
        Reship = "reship",
        Repair = "repair",
        Compensation = "compensation",
        PriceDifference = "price-difference",
    }
}

choice! {
    /// The state of the goods decides the work flow (PATH1-01).
    pub enum Route {
        Unshipped = "unshipped",
        InTransit = "in_transit",
        /// The buyer has the goods and keeps them.
        Received = "received",
        Return = "return",
    }
}

choice! {
    /// Why, in the words of the reason tree (TAX-01 to TAX-04) and its finer buyer-facing leaves.
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
        ReturnedShort = "returned-short",
        ReturnedSwapped = "returned-swapped",
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
    /// Whether the buyer says the goods have arrived.
    pub enum GoodsClaim {
        Received = "received",
        NotReceived = "not-received",
        Unknown = "unknown",
    }
}

choice! {
    /// How far the marketplace says a request has come.
    pub enum Standing {
        /// Waiting for the merchant's answer.
        Requested = "requested",
        AwaitingReturn = "awaiting-return",
        /// The buyer has sent something back; the merchant has not confirmed it.
        Returning = "returning",
        Declined = "declined",
        Refunded = "refunded",
        Closed = "closed",
    }
}

choice! {
    /// What policy says should become of a case.
    pub enum Verdict {
        /// Pay the money back.
        Refund = "refund",
        /// Agree, and have the goods sent back first.
        AcceptReturn = "accept-return",
        /// Stop the parcel before any money moves.
        Intercept = "intercept",
        /// Pay as soon as the refused or intercepted parcel is seen on its way back.
        RefundOnReturn = "refund-on-return",
        /// Talk to the buyer: explain, soothe, offer a better way.
        Guide = "guide",
        /// Give money and let the buyer keep the goods.
        Compensate = "compensate",
        Exchange = "exchange",
        Reship = "reship",
        Repair = "repair",
        /// Something is missing before anybody can decide.
        AskBuyer = "ask-buyer",
        /// Somebody outside owes an answer or a movement.
        Wait = "wait",
        /// The goods are here; look at them.
        Inspect = "inspect",
        Decline = "decline",
        /// Facts decide that a person has to weigh it.
        Review = "review",
        /// Find an agreement before the marketplace decides.
        Settle = "settle",
        /// Policy has no answer: a person must look.
        Person = "person",
    }
}

choice! {
    /// Work somebody owes.
    pub enum TaskKind {
        Refund = "refund",
        Review = "review",
        CompensationCheck = "compensation-check",
        FindParcel = "find-parcel",
        Intercept = "intercept",
        ChatBuyer = "chat-buyer",
        PhoneBuyer = "phone-buyer",
        AskEvidence = "ask-evidence",
        TrackReturn = "track-return",
        Inspect = "inspect",
        ApproveAmount = "approve-amount",
        DecideLastDay = "decide-last-day",
        CourierEnquiry = "courier-enquiry",
        CourierWeight = "courier-weight",
        CourierProof = "courier-proof",
        WarehouseCheck = "warehouse-check",
        RegisterClaim = "register-claim",
        ArrangeExchange = "arrange-exchange",
        ArrangeReship = "arrange-reship",
        ArrangeRepair = "arrange-repair",
        ShipReplacement = "ship-replacement",
        ReserveStock = "reserve-stock",
        ReleaseStock = "release-stock",
        Negotiate = "negotiate",
        Decline = "decline",
        AnswerDispute = "answer-dispute",
        ResolveUnknown = "resolve-unknown",
        RefundFailed = "refund-failed",
        RepayPostage = "repay-postage",
        ReturnDeposit = "return-deposit",
        CheckMarketplace = "check-marketplace",
        Escalated = "escalated",
        PersonMustLook = "person-must-look",
        TellResult = "tell-result",
        CheckQuality = "check-quality",
        TellOperations = "tell-operations",
        ArrangePickup = "arrange-pickup",
        ChangeAddress = "change-address",
        CourierNotice = "courier-notice",
        ReturnProblem = "return-problem",
        ExtendReceipt = "extend-receipt",
    }
}

impl TaskKind {
    /// Work that recovers or reports, and is owed whether or not the buyer has been paid (LOST-04,
    /// LOST-06).
    pub fn outlives_payment(self) -> bool {
        matches!(
            self,
            Self::RegisterClaim | Self::CourierNotice | Self::TellOperations | Self::RepayPostage
        )
    }
}

choice! {
    /// A date of the order that can be put off.
    pub enum Deadline {
        /// By when the goods leave.
        Shipping = "shipping",
        /// When the marketplace confirms receipt by itself.
        Receipt = "receipt",
    }
}

choice! {
    /// What an agent asks a superior for besides an amount.
    pub enum Raising {
        /// A buyer's special wish, which has no amount (AUTH-09).
        SpecialWish = "special-wish",
        /// A problem that is over the agent's head (AUTH-11).
        Problem = "problem",
    }
}

choice! {
    /// Which way a parcel travels.
    pub enum Direction {
        Outbound = "outbound",
        Return = "return",
    }
}

choice! {
    /// What a courier's scan says.
    pub enum ScanKind {
        Printed = "printed",
        Collected = "collected",
        Moving = "moving",
        OutForDelivery = "out-for-delivery",
        Signed = "signed",
        Refused = "refused",
        Returning = "returning",
        Returned = "returned",
        Problem = "problem",
    }
}

choice! {
    /// Who took a parcel at the door.
    pub enum Signer {
        Buyer = "buyer",
        Family = "family",
        Locker = "locker",
        /// Somebody the buyer did not name.
        Other = "other",
        Unknown = "unknown",
    }
}

choice! {
    /// Who gives a coupon, and bears it.
    pub enum CouponOf {
        Shop = "shop",
        /// It leaves what the shop earns alone, and its rules are the marketplace's.
        Marketplace = "marketplace",
    }
}

choice! {
    /// What a movement of money to the buyer is for.
    pub enum Purpose {
        /// Goods money back, for pieces that come back or never arrived.
        Refund = "refund",
        /// Money for a loss while the goods are kept.
        Compensation = "compensation",
        PriceDifference = "price-difference",
        /// Return postage the buyer laid out.
        Postage = "postage",
        Deposit = "deposit",
        InstallationFee = "installation-fee",
        /// Outward postage given back although the goods stay (AUTH-20).
        FreightWaiver = "freight-waiver",
        /// For mending a blemish, never above its cap (AUTH-16).
        RepairFee = "repair-fee",
        /// A cut of the price, applied for and paid once the goods are there (AUTH-18, LATE-03).
        Discount = "discount",
    }
}

choice! {
    /// Who bears a cost.
    pub enum Payer {
        Merchant = "merchant",
        Buyer = "buyer",
        /// There is no such cost.
        Nobody = "nobody",
    }
}

choice! {
    /// Whether the outward postage goes back with goods money.
    pub enum Outward {
        Kept = "kept",
        /// With the last piece: while anything of the order is kept, its way was not in vain.
        WithLast = "with-last",
        /// In proportion to the pieces.
        Share = "share",
    }
}

choice! {
    /// What may be published about, or sold as, a line of goods (POLICY-02).
    pub enum GoodsClass {
        Standard = "standard",
        PersonalCare = "personal-care",
        Custom = "custom",
        Fresh = "fresh",
        Virtual = "virtual",
    }
}

choice! {
    /// Stable marks on a case that a person or a filter looks for; `docs/formats.md` explains each.
    pub enum Flag {
        PackedNotShipped = "packed-not-shipped",
        PromiseMissed = "promise-missed",
        TrackStale = "track-stale",
        NeverCollected = "never-collected",
        ReturnNumberShared = "return-number-shared",
        SurfaceMailReturn = "surface-mail-return",
        ReturnRefusedCarrier = "return-refused-carrier",
        AmountAboveShare = "amount-above-share",
        NothingToRefund = "nothing-to-refund",
        InstantNotSentBack = "instant-not-sent-back",
        NotSentBack = "not-sent-back",
        MarketplaceIntervened = "marketplace-intervened",
        SignedByOther = "signed-by-other",
        SignedButDenied = "signed-but-denied",
        DeadlinePassed = "deadline-passed",
        DeadlineNear = "deadline-near",
        AutoRefundRisk = "auto-refund-risk",
        ReturnArrived = "return-arrived",
        LateClaimUnfounded = "late-claim-unfounded",
        EvidenceMissing = "evidence-missing",
        WindowClosed = "window-closed",
        SeveralRequests = "several-requests",
        QuantityAboveBought = "quantity-above-bought",
        DisputeRisk = "dispute-risk",
        PriorityRefund = "priority-refund",
        Presale = "presale",
        PolicyGap = "policy-gap",
        UnknownPayout = "unknown-payout",
        LineUnknown = "line-unknown",
        BuyerUpset = "buyer-upset",
    }
}

choice! {
    /// What a person must be entitled to (DT-28, AUTH).
    pub enum Act {
        FullRefund = "full-refund",
        SmallMoney = "small-money",
        FreightWaiver = "freight-waiver",
        RepairFee = "repair-fee",
        Discount = "discount",
        Decline = "decline",
        DeclineLastDay = "decline-last-day",
        PriorityRefund = "priority-refund",
        Approve = "approve",
    }
}
