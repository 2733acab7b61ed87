//! The outbox: what the outside must do, done at least once and believed only with proof.

use dossier::{Command, Effect, command::PayoutOutcome};
use kernel::{CaseNo, CommandKey, DossierKey, ParcelNo, PayoutKey, Span};
use money::Tenders;
use store::{Attempt, DueEffect, Hold};

use crate::{
    Engine,
    request::{EngineError, Request},
    timers::system,
};

/// The world outside, as far as the engine asks anything of it.
///
/// Every call may be repeated. Calls that move money carry the payout's key, which the far side
/// must treat as the name of the payment.
pub trait Outside: Send + Sync {
    /// Pays, once per key. A lost answer is [`PayoutOutcome::Unknown`], not a failure.
    fn pay(&self, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome;

    /// Finds out what became of a payment. Never pays.
    fn ask(&self, payout: &PayoutKey) -> Asked;

    /// Has the warehouse hold the order and the courier stop the parcel. `false` if it was not
    /// taken on.
    fn stop(&self, dossier: &DossierKey, case: &CaseNo, parcel: Option<&ParcelNo>) -> bool;

    /// Sends the buyer a reply text, by the text's name.
    fn tell(&self, dossier: &DossierKey, case: &CaseNo, text: &str) -> bool;
}

/// What a provider says about a payment under a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    Done {
        reference: String,
    },
    NotDone {
        why: String,
    },
    /// It never heard of the key: the payment may be sent, under that key.
    NeverHeard,
    Unknown,
}

impl Engine {
    /// Carries out effects of `hold` that are due, at most `limit`, and says how many were tried.
    ///
    /// The attempt is counted durably before the outside is contacted: after a crash in between,
    /// the next attempt knows that there may have been one, and asks before it pays.
    pub fn work_effects(
        &self,
        outside: &dyn Outside,
        hold: &Hold,
        limit: usize,
    ) -> Result<usize, EngineError> {
        let now = self.clock.now();
        let due = self.store.due_effects(hold, now, limit)?;
        let attempts: Vec<Attempt> = due
            .iter()
            .map(|it| Attempt {
                dossier: it.dossier.clone(),
                effect: it.row.effect.clone(),
                again_at: now.plus(backoff(it.attempts)),
                fence: hold.fence(it.dossier.bucket()),
            })
            .collect();
        if attempts.is_empty() {
            return Ok(0);
        }
        let may_be_made = self.store.note_attempts(&attempts)?;
        let mut requests = Vec::with_capacity(due.len());
        for (effect, _) in due.iter().zip(may_be_made).filter(|(_, may)| *may) {
            let fence = hold.fence(effect.dossier.bucket());
            requests.push((carry_out(outside, effect)?, fence));
        }
        let tried = requests.len();
        for outcome in self.execute_by_right(requests) {
            match outcome {
                // A case that moved on meanwhile has no use for the news. Nor has one with another
                // owner: that one knows of the attempt, and asks before it does anything.
                Ok(_) | Err(EngineError::Rejected(_) | EngineError::LeaseLost) => (),
                Err(error) => return Err(error),
            }
        }
        Ok(tried)
    }
}

/// Does what an effect asks of the outside, and says what came of it as a command.
fn carry_out(outside: &dyn Outside, due: &DueEffect) -> Result<Request, EngineError> {
    let effect = codec::decode_effect(&due.row.body)?;
    let command = match &effect {
        Effect::SendRefund { payout, amount, .. } => {
            let outcome = match due.attempts {
                0 => outside.pay(payout, amount),
                _ => ask_then_pay(outside, payout, amount),
            };
            Command::RecordPayout { payout: payout.clone(), outcome }
        }
        Effect::QueryRefund { payout, amount } => {
            let outcome = ask_then_pay(outside, payout, amount);
            Command::RecordPayout { payout: payout.clone(), outcome }
        }
        Effect::Stop { case, parcel } => {
            let delivered = outside.stop(&due.dossier, case, parcel.as_ref());
            Command::RecordDelivery { effect: effect.id(), delivered }
        }
        Effect::TellBuyer { case, text, .. } => {
            let delivered = outside.tell(&due.dossier, case, text);
            Command::RecordDelivery { effect: effect.id(), delivered }
        }
    };
    // Named after what was learnt by which attempt: an effect that is sent anew counts its
    // attempts from the beginning, and may well have another outcome.
    let (effect, at) = (&due.row.effect, due.row.due.epoch_seconds());
    let key = format!("{effect}-{at}-{}-{:016x}", due.attempts, codec::fingerprint(&command));
    Ok(Request {
        dossier: due.dossier.clone(),
        key: CommandKey::new(key).map_err(|_| EngineError::Stopped)?,
        actor: system()?,
        command,
        pack: String::new(),
    })
}

/// Only a provider that never heard of the key is sent the payment again, and under that key.
fn ask_then_pay(outside: &dyn Outside, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome {
    match outside.ask(payout) {
        Asked::Done { reference } => PayoutOutcome::Done { reference },
        Asked::NotDone { why } => PayoutOutcome::NotDone { why },
        Asked::NeverHeard => outside.pay(payout, amount),
        Asked::Unknown => PayoutOutcome::Unknown,
    }
}

/// One minute, doubled with every attempt, up to six hours.
fn backoff(attempts: u32) -> Span {
    let doublings = attempts.min(9);
    let minutes = 1_i64.checked_shl(doublings).unwrap_or(i64::MAX);
    Span::minutes(minutes).min(Span::hours(6))
}
