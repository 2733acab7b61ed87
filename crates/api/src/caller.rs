//! Who asks, and what they may.

use axum::{extract::FromRequestParts, http::request::Parts};
use dossier::command::Actor;
use engine::{Reply, Request};
use kernel::ShopId;
use people::Permission;

use crate::{App, Problem};

/// Whoever a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {}

/// Money a command asks to move, as the audit trail tells it.
pub(crate) struct MoneyAsked {}

impl Caller {
    /// The caller may do this in the shop. 404 if the shop is not one of the caller's, 403 if the
    /// permission is missing.
    pub(crate) async fn require(&self, _: &App, _: &ShopId, _: Permission) -> Result<(), Problem> {
        Ok(())
    }

    /// The caller's name, unique in the installation.
    pub(crate) fn name(&self) -> &str {
        ""
    }

    /// Under which role and grade the caller's commands are judged.
    pub(crate) fn actor(&self, _: &ShopId) -> Result<Actor, Problem> {
        Err(Problem::not_found())
    }

    pub(crate) fn money_asked(&self, _: &Request) -> Option<MoneyAsked> {
        None
    }

    pub(crate) async fn note_money(
        &self,
        _: &App,
        _: MoneyAsked,
        _: &Result<Reply, Problem>,
    ) -> Result<(), Problem> {
        Ok(())
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self {})
    }
}

impl App {
    /// The pack new orders of a shop come under.
    pub(crate) async fn usual_pack(&self, _: &ShopId) -> Result<String, Problem> {
        Ok(String::new())
    }

    pub(crate) fn names_of_shops(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    pub(crate) fn find_person(
        &self,
        _: &ShopId,
        _: &str,
        _: usize,
    ) -> Result<Vec<crate::search::Hit>, Problem> {
        Ok(Vec::new())
    }

    pub(crate) async fn seal_buyer(
        &self,
        _: &kernel::DossierKey,
        buyer: crate::wire::order::BuyerBody,
    ) -> Result<String, Problem> {
        Ok(buyer.account)
    }
}
