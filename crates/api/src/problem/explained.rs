//! What every problem means and what to do about it: for the address its `type` names, for the
//! document, and for `docs/problems.md`.
//!
//! **Invariant:** no problem leaves that is not explained here, under a status that is given here.
//! Tests hold every problem they meet to it, and the document lists these codes and no others.

mod domain;
mod door;
mod evidence;
mod page;

#[cfg(test)]
use axum::http::StatusCode;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

pub(crate) use self::page::{policy_for, problem_page, problems_page};

/// A kind of problem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    pub(crate) code: &'static str,
    /// Mostly one; an API is told apart by code, not by status.
    pub(crate) statuses: &'static [u16],
    /// The problem's `title`: Chinese, English.
    pub(crate) title: (&'static str, &'static str),
    /// What whoever gets it does next: Chinese, English.
    pub(crate) advice: (&'static str, &'static str),
}

const fn explained(
    code: &'static str,
    statuses: &'static [u16],
    title: (&'static str, &'static str),
    advice: (&'static str, &'static str),
) -> Explained {
    Explained { code, statuses, title, advice }
}

impl Explained {
    pub(crate) fn by_code(code: &str) -> Option<&'static Self> {
        all().find(|it| it.code == code)
    }

    #[cfg(test)]
    pub(crate) fn allows(&self, status: StatusCode) -> bool {
        self.statuses.contains(&status.as_u16())
    }
}

/// Those of the door first, then those of evidence, then those of the domain.
pub(crate) fn all() -> impl Iterator<Item = &'static Explained> {
    door::EXPLAINED.iter().chain(evidence::EXPLAINED).chain(domain::EXPLAINED)
}

/// The codes as a closed set, for the document.
pub(crate) fn codes() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(all().map(|it| it.code)))
        .examples([serde_json::json!("exceeds-cap")])
        .description(Some("Branch on this."))
        .into()
}

#[cfg(test)]
mod tests;
