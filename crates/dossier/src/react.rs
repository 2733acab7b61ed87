//! What must be done outside, and what must be posted?

use kernel::{CaseNo, ParcelNo, PayoutKey};
use money::{Account, MoneyError, Posting, Tender, Tenders};

use crate::{
    body::Body,
    event::{CaseChange, Event, PayoutChange},
    order::Order,
    payout::Payout,
    words::Purpose,
};

/// Something the outside world must be asked to do. Carried out at least once, so every effect
/// has a name the far side can tell a repeat by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Pay. Repeats carry the same key and the same amount.
    SendRefund {
        payout: PayoutKey,
        case: CaseNo,
        purpose: Purpose,
        amount: Tenders,
    },
    /// Find out what became of a payment; never pays.
    QueryRefund {
        payout: PayoutKey,
        amount: Tenders,
    },
    /// Hold the order in the warehouse and have the courier stop the parcel.
    Stop {
        case: CaseNo,
        parcel: Option<ParcelNo>,
    },
    TellBuyer {
        case: CaseNo,
        text: String,
        number: u32,
    },
}

impl Effect {
    /// Unique within the dossier; the same for a payment and the question about it, so that the
    /// question takes the payment's place in the outbox.
    pub fn id(&self) -> String {
        match self {
            Self::SendRefund { payout, .. } | Self::QueryRefund { payout, .. } => {
                payout.to_string()
            }
            Self::Stop { case, .. } => Event::stop_effect(case),
            Self::TellBuyer { case, number, .. } => Event::text_effect(case, *number),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::SendRefund { .. } => "send-refund",
            Self::QueryRefund { .. } => "query-refund",
            Self::Stop { .. } => "stop",
            Self::TellBuyer { .. } => "tell-buyer",
        }
    }
}

impl Event {
    pub(crate) fn text_effect(case: &CaseNo, number: u32) -> String {
        format!("{case}-text-{number}")
    }

    pub(crate) fn stop_effect(case: &CaseNo) -> String {
        format!("{case}-stop")
    }

    /// The name of the effect whose outcome is now known, so that it leaves the outbox.
    pub fn settles(&self) -> Option<String> {
        match self {
            Self::PayoutChanged { payout, change, .. } => match change {
                PayoutChange::Settled { .. } | PayoutChange::Failed { .. } => {
                    Some(payout.to_string())
                }
                PayoutChange::Started { .. } | PayoutChange::Unknown | PayoutChange::Released => {
                    None
                }
            },
            Self::Delivered { effect, .. } => Some(effect.clone()),
            Self::OrderRecorded { .. }
            | Self::ParcelScanned { .. }
            | Self::CaseOpened { .. }
            | Self::CaseChanged { .. }
            | Self::PayoutReserved { .. }
            | Self::TaskOpened { .. }
            | Self::TaskChanged { .. }
            | Self::TimerSet { .. }
            | Self::TimerCleared { .. }
            | Self::BuyerTold { .. }
            | Self::StopAsked { .. }
            | Self::DeadlineExtended { .. }
            | Self::EffectCancelled { .. } => None,
        }
    }
}

/// The effect an event calls for, given the dossier after it.
///
/// Written to the outbox in the same commit as the event, so an effect is neither lost when the
/// process dies after the commit nor performed when it dies before.
pub fn react(event: &Event, body: &Body) -> Option<Effect> {
    match event {
        Event::PayoutChanged { payout, change, .. } => {
            let it = body.payout(payout)?;
            let (payout, amount) = (it.key.clone(), it.amount.clone());
            match change {
                PayoutChange::Started { .. } => Some(Effect::SendRefund {
                    payout,
                    case: it.case.clone(),
                    purpose: it.purpose,
                    amount,
                }),
                PayoutChange::Unknown => Some(Effect::QueryRefund { payout, amount }),
                PayoutChange::Settled { .. }
                | PayoutChange::Failed { .. }
                | PayoutChange::Released => None,
            }
        }
        Event::StopAsked { case, parcel } => {
            Some(Effect::Stop { case: case.clone(), parcel: parcel.clone() })
        }
        Event::BuyerTold { case, text, number, .. } => {
            Some(Effect::TellBuyer { case: case.clone(), text: text.clone(), number: *number })
        }
        Event::OrderRecorded { .. }
        | Event::ParcelScanned { .. }
        | Event::CaseOpened { .. }
        | Event::CaseChanged { .. }
        | Event::PayoutReserved { .. }
        | Event::TaskOpened { .. }
        | Event::TaskChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::DeadlineExtended { .. }
        | Event::Delivered { .. }
        | Event::EffectCancelled { .. } => None,
    }
}

/// The balanced movement an event makes in the ledger, given the dossier *before* it.
///
/// Money promised moves to [`Account::OwedToBuyer`] when it is reserved and stays there until the
/// provider has paid; it goes back where it came from when it is proven not paid or is released.
pub fn post(event: &Event, before: Option<&Body>) -> Result<Option<Posting>, MoneyError> {
    match event {
        Event::OrderRecorded { order } if before.is_none() => sale(order).map(Some),
        Event::PayoutReserved { payout } => promise(payout).map(Some),
        Event::PayoutChanged { payout, change, .. } => {
            let Some(payout) = before.and_then(|it| it.payout(payout)) else { return Ok(None) };
            let held = payout.status.holds_money();
            match change {
                // Sent again after a proven failure: the promise is made anew.
                PayoutChange::Started { .. } if !held => promise(payout).map(Some),
                PayoutChange::Settled { .. } => {
                    Posting::movement(Account::OwedToBuyer, Account::Takings, &payout.amount)
                        .map(Some)
                }
                PayoutChange::Failed { .. } | PayoutChange::Released if held => {
                    Posting::movement(Account::OwedToBuyer, account_of(payout), &payout.amount)
                        .map(Some)
                }
                PayoutChange::Started { .. }
                | PayoutChange::Unknown
                | PayoutChange::Failed { .. }
                | PayoutChange::Released => Ok(None),
            }
        }
        Event::CaseChanged { change: CaseChange::ClaimFiled { amount, .. }, .. } => {
            let claimed = Tenders::cash(*amount);
            Posting::movement(Account::CourierClaims, Account::ClaimIncome, &claimed).map(Some)
        }
        Event::CaseChanged { change: CaseChange::ClaimAnswered { paid, declined }, .. } => {
            let (paid, declined) = (Tenders::cash(*paid), Tenders::cash(*declined));
            let came = Posting::movement(Account::ClaimsPaid, Account::CourierClaims, &paid)?;
            let lost = Posting::movement(Account::ClaimIncome, Account::CourierClaims, &declined)?;
            Ok(Some(came.and(lost)))
        }
        Event::CaseChanged { change: CaseChange::DepositTaken { amount }, .. } => {
            let laid_down = Tenders::cash(*amount);
            Posting::movement(Account::Takings, Account::DepositsHeld, &laid_down).map(Some)
        }
        Event::OrderRecorded { .. }
        | Event::ParcelScanned { .. }
        | Event::CaseOpened { .. }
        | Event::CaseChanged { .. }
        | Event::TaskOpened { .. }
        | Event::TaskChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::BuyerTold { .. }
        | Event::StopAsked { .. }
        | Event::DeadlineExtended { .. }
        | Event::Delivered { .. }
        | Event::EffectCancelled { .. } => Ok(None),
    }
}

/// The takings come from goods, as far as they were paid for, and from postage.
fn sale(order: &Order) -> Result<Posting, MoneyError> {
    let postage = order.paid.part(Tender::Cash).smaller(order.postage)?;
    let postage = Tenders::cash(postage);
    let goods = order.paid.minus(&postage)?;
    Ok(Posting::movement(Account::Takings, Account::Sales, &goods)?.and(Posting::movement(
        Account::Takings,
        Account::PostageIncome,
        &postage,
    )?))
}

fn promise(payout: &Payout) -> Result<Posting, MoneyError> {
    Posting::movement(account_of(payout), Account::OwedToBuyer, &payout.amount)
}

fn account_of(payout: &Payout) -> Account {
    match payout.purpose {
        Purpose::Refund => Account::SalesReturned,
        // A fee for mending and postage waived are goodwill like any other.
        Purpose::Compensation | Purpose::RepairFee | Purpose::FreightWaiver => {
            Account::Compensation
        }
        Purpose::PriceDifference | Purpose::Discount => Account::PriceDifference,
        Purpose::Postage | Purpose::InstallationFee => Account::ServiceCost,
        Purpose::Deposit => Account::DepositsHeld,
    }
}
