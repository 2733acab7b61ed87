//! What the outside is asked to do, as it waits in the outbox.

use dossier::{Effect, words::Purpose};
use kernel::{CaseNo, ParcelNo, PayoutKey};
use money::Tenders;

use crate::{
    DecodeError,
    kinds::{self, OfKind},
    shape::declare::shape_kinds,
    text,
};

pub fn encode_effect(effect: &Effect) -> String {
    text::written(&OfKind(effect))
}

pub fn decode_effect(body: &str) -> Result<Effect, DecodeError> {
    kinds::read("effect", body)
}

shape_kinds! { Effect:
    "send-refund" 1 { payout: PayoutKey, case: CaseNo, purpose: Purpose, amount: Tenders }
        = (Effect::SendRefund { payout, case, purpose, amount });
    "query-refund" 1 { payout: PayoutKey, amount: Tenders }
        = (Effect::QueryRefund { payout, amount });
    "stop" 1 { case: CaseNo } or { parcel: Option<ParcelNo> } = (Effect::Stop { case, parcel });
    "tell-buyer" 1 { case: CaseNo, text: String, number: u32 }
        = (Effect::TellBuyer { case, text, number });
}
