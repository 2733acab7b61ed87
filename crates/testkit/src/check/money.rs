//! What is seen of payouts, of the order's money, and of the ledger.

use std::collections::BTreeMap;

use dossier::{Body, Dossier, payout::Payout};
use kernel::{Choice, OrderNo};
use money::{Money, Tender, Tenders};

use super::{Findings, case::check_parts};
use crate::{
    expect::{Expect, OrderSeen, PayoutSeen},
    stage::{Broken, Stage, nothing},
    story,
};

impl Stage<'_> {
    pub(crate) fn check_money(
        &self,
        about: Option<&OrderNo>,
        expect: &Expect,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let order = match about {
            Some(order) => order.clone(),
            None => self.order()?,
        };
        self.check_stopped(&order, &expect.order, findings)?;
        if expect.payouts.is_none()
            && expect.paid.is_none()
            && expect.ledger.is_empty()
            && expect.order == OrderSeen::default()
        {
            return Ok(());
        }
        let body = self.body(&order)?;
        if let Some(payouts) = &expect.payouts {
            check_payouts(payouts, &body.payouts, findings);
        }
        if let Some(paid) = expect.paid {
            let seen = self.paid_for(&body)?;
            findings.same("really paid", (Some(&paid), &seen), |it| it.decimal());
        }
        let balances = self.balances(&order)?;
        for (account, wanted) in &expect.ledger {
            let seen = balances.get(account.code()).copied().unwrap_or(nothing());
            let about = format!("balance of {account}");
            findings.same(&about, (Some(wanted), &seen), |it| it.decimal());
        }
        self.check_dates(&expect.order, &body, findings);
        check_order(&expect.order, &body, findings)
    }

    fn check_stopped(
        &self,
        order: &OrderNo,
        expected: &OrderSeen,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let Some(wanted) = &expected.stopped_at else { return Ok(()) };
        let seen = match self.dossier(order)?.1 {
            Dossier::Stopped { at } => at,
            Dossier::Open(_) | Dossier::Absent => "not stopped".to_owned(),
        };
        findings.same("where the history stops", (Some(wanted), &seen), Clone::clone);
        Ok(())
    }

    /// What the provider really paid for an order.
    pub(crate) fn paid_for(&self, body: &Body) -> Result<Money, Broken> {
        let paid = self.world.paid();
        let of_order = body.payouts.iter().filter_map(|it| paid.get(&it.key));
        let totals: Result<Vec<Money>, _> = of_order.map(Tenders::total).collect();
        Ok(Money::sum(body.order.currency(), totals?)?)
    }

    /// The balance of every account of an order, all tenders together.
    fn balances(&self, order: &OrderNo) -> Result<BTreeMap<String, Money>, Broken> {
        let mut balances = BTreeMap::new();
        for entry in self.store.entries(&self.key(order))? {
            let balance = balances.entry(entry.account).or_insert(nothing());
            *balance = balance.plus(Money::fen(entry.amount))?;
        }
        Ok(balances)
    }
}

fn check_payouts(expected: &[PayoutSeen], seen: &[Payout], findings: &mut Findings) {
    if expected.len() != seen.len() {
        let lines: Vec<String> = seen.iter().map(payout_line).collect();
        let seen = if lines.is_empty() { "none".to_owned() } else { lines.join("; ") };
        findings.add("payouts", format!("{} in all", expected.len()), seen);
        return;
    }
    for (expected, payout) in expected.iter().zip(seen) {
        let of = |what: &str| format!("{what} of payout {}", payout.key);
        let (key, status) = (payout.key.to_string(), payout.status.code().to_owned());
        findings.same(&of("name"), (expected.payout.as_ref(), &key), Clone::clone);
        findings.same(&of("case"), (expected.case.as_ref(), &payout.case), ToString::to_string);
        let purpose = (expected.purpose.as_ref(), &payout.purpose);
        findings.same(&of("purpose"), purpose, ToString::to_string);
        findings.same(&of("status"), (expected.status.as_ref(), &status), Clone::clone);
        if let Some(amount) = expected.amount
            && payout.amount.total() != Ok(amount)
        {
            findings.add(of("amount"), amount.decimal(), story::total(&payout.amount));
        }
        check_parts(&format!("payout {}", payout.key), &expected.parts, &payout.amount, findings);
    }
}

fn payout_line(payout: &Payout) -> String {
    let amount = story::total(&payout.amount);
    format!("{} {amount} for {}, {}", payout.key, payout.purpose, payout.status.code())
}

fn check_order(expected: &OrderSeen, body: &Body, findings: &mut Findings) -> Result<(), Broken> {
    let (order, room) = (&body.order, body.room()?);
    let amounts = [
        ("paid for the order", expected.paid, order.paid.total()?),
        ("left of the order's money", expected.left, room.total()?),
        ("left in cash", expected.left_cash, room.part(Tender::Cash)),
        ("left in points", expected.left_points, room.part(Tender::Points)),
    ];
    for (about, wanted, seen) in amounts {
        findings.same(about, (wanted.as_ref(), &seen), |it| it.decimal());
    }
    let shown = |it: &bool| if *it { "yes" } else { "no" }.to_owned();
    findings.same("shipped", (expected.shipped.as_ref(), &order.is_shipped()), shown);
    for (parcel, wanted) in &expected.parcels {
        let seen = match body.parcels.get(parcel) {
            None => "unknown".to_owned(),
            Some(it) => it.last().map_or("none".to_owned(), |it| it.kind.to_string()),
        };
        findings.same(&format!("parcel {parcel}"), (Some(wanted), &seen), Clone::clone);
    }
    Ok(())
}
