//! What the engine refuses, as problems.

use axum::http::StatusCode;
use dossier::Rejection;
use engine::EngineError;
use policy::Language;
use store::StoreError;

use crate::{
    headers::changed,
    problem::{Problem, Said, idempotency_key_reused},
};

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Rejected(rejection) => refused(&rejection),
            EngineError::Changed { actual } => changed(actual),
            EngineError::Full | EngineError::Contended => Self::busy(),
            EngineError::Store(error) => Self::from(error),
            EngineError::KeyReused => idempotency_key_reused(),
            // Only what records an order names a pack: anything else was about one not there.
            EngineError::UnknownPack { pack } if pack.is_empty() => {
                refused(&Rejection::UnknownOrder)
            }
            EngineError::UnknownPack { pack } => {
                let detail = Said::new(
                    format!("没有名为“{pack}”的策略包，请先发布"),
                    format!("there is no pack `{pack}`; publish it first"),
                );
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-pack", detail).at("pack")
            }
            error
            @ (EngineError::StoodOnFailed | EngineError::Stopped | EngineError::LeaseLost) => {
                tracing::warn!(error = %error, "a command has to be given again");
                Self::busy()
            }
            error @ (EngineError::Shelf(_) | EngineError::Unreadable(_)) => Self::internal(&error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        metrics::counter!("guitu_database_errors_total").increment(1);
        if error.is_busy() { Self::busy() } else { Self::internal(&error) }
    }
}

/// A refusal of the domain, with its own code.
pub(crate) fn refused(rejection: &Rejection) -> Problem {
    let said = |language| views::refusal(rejection, language);
    let detail = Said::new(said(Language::Zh), said(Language::En));
    let problem = Problem::new(status_of(rejection), rejection.code(), detail);
    match field_of(rejection) {
        Some(field) => problem.at(field),
        None => problem,
    }
}

/// Every rejection is listed, so that a new one does not compile until its status is decided.
fn status_of(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::UnknownOrder
        | Rejection::UnknownCase { .. }
        | Rejection::UnknownPayout { .. }
        | Rejection::UnknownTask { .. } => StatusCode::NOT_FOUND,
        Rejection::NotEntitled { .. } | Rejection::SamePerson => StatusCode::FORBIDDEN,
        Rejection::Stopped { .. }
        | Rejection::OrderContradicted { .. }
        | Rejection::CaseReused { .. }
        | Rejection::NotPossibleNow { .. }
        | Rejection::StandingGoesBack { .. }
        | Rejection::Locked { .. }
        | Rejection::NotRetriable { .. }
        | Rejection::OutcomeContradicted { .. }
        | Rejection::PayoutPending { .. }
        | Rejection::TaskTaken { .. }
        | Rejection::NoReceiptDeadline
        | Rejection::HoldOver { .. }
        | Rejection::AlreadyShipped => StatusCode::CONFLICT,
        Rejection::OrderIncomplete { .. }
        | Rejection::CouponRefused { .. }
        | Rejection::UnknownLine { .. }
        | Rejection::TooManyPieces { .. }
        | Rejection::NoPieces
        | Rejection::NoReason
        | Rejection::NotPositive
        | Rejection::ExceedsCap { .. }
        | Rejection::ExceedsRoom { .. }
        | Rejection::OutsideRange { .. }
        | Rejection::ExceedsDailyBudget { .. }
        | Rejection::NoGround
        | Rejection::NoInspectionReason
        | Rejection::ProofMissing { .. }
        | Rejection::NoAnswer
        | Rejection::DeadlineOutOfReach { .. }
        | Rejection::NoReturnTime
        | Rejection::PickupTooEarly
        | Rejection::BadName { .. }
        | Rejection::PolicyGap(_)
        | Rejection::Money(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Where in the request the fault lies, if it lies in one place.
#[expect(clippy::wildcard_enum_match_arm, reason = "most refusals are about no single field")]
fn field_of(rejection: &Rejection) -> Option<&'static str> {
    match rejection {
        Rejection::UnknownLine { .. } | Rejection::TooManyPieces { .. } | Rejection::NoPieces => {
            Some("pieces")
        }
        Rejection::NotPositive
        | Rejection::ExceedsCap { .. }
        | Rejection::ExceedsRoom { .. }
        | Rejection::OutsideRange { .. }
        | Rejection::ExceedsDailyBudget { .. } => Some("amount"),
        Rejection::NoGround => Some("ground"),
        Rejection::NoReason | Rejection::NoInspectionReason => Some("reason"),
        Rejection::NoAnswer => Some("answer"),
        Rejection::DeadlineOutOfReach { .. } => Some("until"),
        Rejection::NoReturnTime => Some("back_at"),
        _ => None,
    }
}
