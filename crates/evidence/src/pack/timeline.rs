//! What happened, when, and who did it: the journal as a table for people.

use dossier::{
    Event,
    case::{Assessment, Status},
    event::{CaseChange, PayoutChange},
    payout::PayoutStatus,
    react,
    words::Direction,
};
use kernel::{CaseNo, Choice, ParcelNo, PayoutKey, Timestamp};
use store::Recorded;

use super::{
    Facts, PackError,
    shown::{answer, called, is_opinion, scanned, text_name, worth},
};

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) code: &'static str,
}

/// The moments of a case, oldest first. Work among the shop's own people and timers are left out:
/// they are in `events.json`.
pub(super) fn moments(facts: &Facts<'_>) -> Result<Vec<Moment>, PackError> {
    let mut moments: Vec<Moment> = Vec::new();
    for commit in facts.history {
        let events = codec::decode_events(&commit.events)
            .map_err(|source| PackError::Events { version: commit.version.0, source })?;
        for event in &events {
            for (at, what) in told(facts, commit, event) {
                let (who, code) = (facts.who(&commit.actor), event.kind());
                moments.push(Moment { at, who, what, code });
            }
        }
    }
    // Couriers tell of their scans later.
    moments.sort_by_key(|it| it.at);
    moments.dedup();
    Ok(moments)
}

/// The texts that were sent to the buyer about the case, with the moment. Those taken back before
/// they left were never sent.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is a text")]
pub(super) fn texts(facts: &Facts<'_>) -> Result<Vec<(Timestamp, String)>, PackError> {
    let mut texts: Vec<(String, (Timestamp, String))> = Vec::new();
    for commit in facts.history {
        let events = codec::decode_events(&commit.events)
            .map_err(|source| PackError::Events { version: commit.version.0, source })?;
        for event in events {
            let effect = react(&event, facts.body).map(|it| it.id());
            match event {
                Event::BuyerTold { case, text, .. } if case == facts.case.no => {
                    texts.push((effect.unwrap_or_default(), (commit.at, text)));
                }
                Event::EffectCancelled { effect } => texts.retain(|(it, _)| *it != effect),
                _ => (),
            }
        }
    }
    Ok(texts.into_iter().map(|(_, text)| text).collect())
}

fn told(facts: &Facts<'_>, commit: &Recorded, event: &Event) -> Vec<(Timestamp, String)> {
    let ours = |case: &CaseNo| *case == facts.case.no;
    let one = |what: String| vec![(commit.at, what)];
    match event {
        Event::OrderRecorded { order } if commit.version.0 == 1 => {
            let paid = order.paid.total().map(worth).unwrap_or_default();
            let placed = (order.placed_at, format!("买家下单，实付 {paid}"));
            let shipped = order.shipped_at.map(|it| (it, "标记发货".to_owned()));
            [placed].into_iter().chain(shipped).collect()
        }
        Event::ParcelScanned { parcel, carrier, direction, case, scans }
            if case.as_ref().is_none_or(ours) =>
        {
            let way = match direction {
                Direction::Outbound => "发出",
                Direction::Return => "退回",
            };
            let known = facts.body.parcels.get(parcel).map(|it| it.carrier.as_str());
            let carrier = if carrier.is_empty() { known.unwrap_or_default() } else { carrier };
            let told = |scan| format!("{way}包裹 {carrier} {parcel}：{}", scanned(scan));
            scans.iter().map(|it| (it.at, told(it))).collect()
        }
        Event::CaseOpened { case } if ours(&case.no) => {
            let request = &case.request;
            let (kind, reason) = (called(request.kind.code()), called(request.reason.code()));
            vec![(case.opened_at, format!("买家申请{kind}，原因：{reason}"))]
        }
        Event::CaseChanged { case, change } if ours(case) => {
            changed(facts, change).map(one).unwrap_or_default()
        }
        Event::PayoutReserved { payout } if ours(&payout.case) => {
            let amount = payout.amount.total().map(worth).unwrap_or_default();
            one(format!("预留{} {amount}", called(payout.purpose.code())))
        }
        Event::PayoutChanged { payout, at, change } if is_of(facts, payout) => {
            vec![(*at, paid(payout, change))]
        }
        Event::BuyerTold { case, text, .. } if ours(case) => {
            one(format!("向买家发送消息：{}", text_name(text)))
        }
        Event::StopAsked { case, parcel } if ours(case) => {
            let parcel = parcel.as_ref().map(ParcelNo::to_string);
            one(format!("要求拦截 {}", parcel.as_deref().unwrap_or("订单")))
        }
        Event::DeadlineExtended { extension } if extension.case.as_ref().is_none_or(ours) => {
            let until = facts.at(extension.until);
            let reason = &extension.reason;
            vec![(extension.at, format!("期限延长到 {until}，原因：{reason}"))]
        }
        Event::EffectCancelled { effect } if effect.starts_with(facts.case.no.as_str()) => {
            one("决定在生效前撤回，款项和消息未发出".to_owned())
        }
        Event::OrderRecorded { .. }
        | Event::EffectCancelled { .. }
        | Event::ParcelScanned { .. }
        | Event::CaseOpened { .. }
        | Event::CaseChanged { .. }
        | Event::PayoutReserved { .. }
        | Event::PayoutChanged { .. }
        | Event::BuyerTold { .. }
        | Event::StopAsked { .. }
        | Event::DeadlineExtended { .. }
        | Event::TaskOpened { .. }
        | Event::TaskChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::Delivered { .. } => Vec::new(),
    }
}

fn is_of(facts: &Facts<'_>, payout: &PayoutKey) -> bool {
    facts.body.payout(payout).is_some_and(|it| it.case == facts.case.no)
}

fn changed(facts: &Facts<'_>, change: &CaseChange) -> Option<String> {
    Some(match change {
        CaseChange::Market(market) => {
            let intervened = if market.intervened { "，平台已介入" } else { "" };
            format!("平台进度：{}{intervened}", called(market.standing.code()))
        }
        CaseChange::Request { request, at: _, by: _ } => format!(
            "买家修改申请：{}，原因：{}",
            called(request.kind.code()),
            called(request.reason.code()),
        ),
        CaseChange::Finding { fact, value: _ } if is_opinion(*fact) => return None,
        CaseChange::Finding { fact, value } => format!("查明 {}", answer(*fact, *value)),
        CaseChange::Evidence(evidence) => {
            let hash = evidence.id.as_str();
            let start = hash.get(..12).unwrap_or(hash);
            format!("补充凭证：{}（{start}…）", called(evidence.shows.code()))
        }
        CaseChange::ReturnEntered { parcel, carrier } => {
            format!("买家填写退货单号：{carrier} {parcel}")
        }
        CaseChange::Received(receipt) => {
            let parcel = receipt.parcel.as_ref().map(ParcelNo::to_string).unwrap_or_default();
            format!("仓库收到退货 {} {parcel}", receipt.carrier)
        }
        CaseChange::PickupBooked { from } => format!("预约上门取件：{}", facts.at(*from)),
        CaseChange::Assessed(assessment) => format!("验货：{}", assessed(assessment)),
        CaseChange::DepositTaken { amount } => format!("收到押金 {}", worth(*amount)),
        CaseChange::ClaimFiled { carrier, amount, at: _ } => {
            format!("向 {carrier} 理赔 {}", worth(*amount))
        }
        CaseChange::ClaimAnswered { paid, declined } => {
            format!("快递赔付 {}，拒赔 {}", worth(*paid), worth(*declined))
        }
        CaseChange::Judged(judgement) => {
            let clause = judgement.clause().map(|it| format!("，条款 {it}")).unwrap_or_default();
            format!("按策略裁定：{}{clause}", called(judgement.verdict.code()))
        }
        // What the shop's people ask each other is no business of the marketplace.
        CaseChange::Raised(_) => return None,
        CaseChange::Status { status, ground } => moved(facts, status, ground),
    })
}

/// `不合格，扣减 10.00 元：有污渍`
pub(super) fn assessed(assessment: &Assessment) -> String {
    let mut told = called(assessment.finding.code());
    if assessment.withheld.is_positive() {
        told.extend(["，扣减 ", &worth(assessment.withheld)]);
    }
    if !assessment.reason.is_empty() {
        told.extend(["：", &assessment.reason]);
    }
    told
}

fn moved(facts: &Facts<'_>, status: &Status, ground: &str) -> String {
    let ground = match status {
        Status::WaitingBuyer { asked } => asked,
        Status::Declined { ground, at: _ } => ground,
        Status::Submitted
        | Status::UnderReview
        | Status::Intercepting
        | Status::AwaitingApproval { .. }
        | Status::AwaitingParcel
        | Status::AwaitingReturn { .. }
        | Status::Returning
        | Status::Inspecting { .. }
        | Status::Refunding { .. }
        | Status::SendingReplacement { .. }
        | Status::Repairing
        | Status::InDispute
        | Status::Withdrawn { .. }
        | Status::Done { .. } => ground,
    };
    let mut told = format!("状态变为{}", called(status.code()));
    if let Status::AwaitingReturn { deadline: Some(deadline) } = status {
        told.extend(["，", &facts.at(*deadline), " 前寄回"]);
    }
    if !ground.is_empty() {
        told.extend(["：", ground]);
    }
    told
}

fn paid(payout: &PayoutKey, change: &PayoutChange) -> String {
    match change {
        PayoutChange::Started { .. } => format!("发起付款 {payout}"),
        PayoutChange::Unknown => format!("付款 {payout} 结果不明，待查"),
        PayoutChange::Settled { reference } => format!("付款 {payout} 已到账，流水号 {reference}"),
        PayoutChange::Failed { why } => format!("付款 {payout} 未成功：{why}"),
        PayoutChange::Released => format!("付款 {payout} 已释放"),
    }
}

/// When and how a payout ended, as far as it did.
pub(super) fn ended(facts: &Facts<'_>, status: &PayoutStatus) -> String {
    match status {
        PayoutStatus::Reserved => String::new(),
        PayoutStatus::Sending { since, .. } | PayoutStatus::Unknown { since } => facts.at(*since),
        PayoutStatus::Settled { at, reference } => format!("{}，流水号 {reference}", facts.at(*at)),
        PayoutStatus::Failed { at, why } => format!("{}，{why}", facts.at(*at)),
        PayoutStatus::Released { at } => facts.at(*at),
    }
}
