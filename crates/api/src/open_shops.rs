//! Which shops are open: asked before every write, and read from the database only now and then.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::http::StatusCode;
use kernel::{ShopId, Span, Timestamp};
use people::{Permission, ShopStatus};

use crate::{App, Problem, problem::Said};

/// How long this process trusts what it read. A shop that another process closes still accepts
/// writes here for so long.
const TRUSTED_FOR: Span = Span::seconds(5);

/// What this process has read of shops.
#[derive(Debug, Default)]
pub(crate) struct OpenShops(Mutex<BTreeMap<ShopId, (ShopStatus, Timestamp)>>);

impl OpenShops {
    fn fresh(&self, shop: &ShopId, now: Timestamp) -> Option<ShopStatus> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(shop).filter(|(_, at)| now < at.plus(TRUSTED_FOR)).map(|(status, _)| *status)
    }

    fn learn(&self, shop: ShopId, status: ShopStatus, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(shop, (status, now));
    }

    pub(crate) fn forget(&self, shop: &ShopId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(shop);
    }
}

impl App {
    /// The shop accepts writes.
    pub(crate) async fn require_open(&self, shop: &ShopId) -> Result<(), Problem> {
        let now = self.now();
        let status = if let Some(status) = self.open_shops().fresh(shop, now) {
            status
        } else {
            let id = shop.clone();
            let found = self.run(move |app| Ok(app.people().shop(&id)?)).await?;
            let status = found.ok_or_else(Problem::not_found)?.status;
            self.open_shops().learn(shop.clone(), status, now);
            status
        };
        match status {
            ShopStatus::Open => Ok(()),
            ShopStatus::Closed => Err(closed()),
        }
    }
}

fn closed() -> Problem {
    let detail = Said::new(
        "店铺已关闭，只能查看；需要时请店铺负责人重新开启",
        "the shop is closed and accepts nothing; whoever manages it can open it again",
    );
    Problem::new(StatusCode::CONFLICT, "shop-closed", detail)
}

/// Whether somebody who uses the permission changes what belongs to the shop's business. People,
/// keys and the shop itself are looked after in a closed shop too, and a buyer can be erased.
pub(crate) fn is_work(permission: Permission) -> bool {
    match permission {
        Permission::Apply
        | Permission::Decide
        | Permission::Approve
        | Permission::GiveMoney
        | Permission::RecordFacts
        | Permission::WorkTasks
        | Permission::HandOver
        | Permission::Receive
        | Permission::Inspect
        | Permission::AttachEvidence
        | Permission::Import
        | Permission::PublishPacks => true,
        Permission::ReadCases
        | Permission::ReadLedger
        | Permission::ReadMetrics
        | Permission::ReadAudit
        | Permission::Unmask
        | Permission::Export
        | Permission::ManageUsers
        | Permission::ManageKeys
        | Permission::ManageWebhooks
        | Permission::ManageShop
        | Permission::EraseBuyer
        | Permission::Replay
        | Permission::Platform => false,
    }
}
