//! What has to be true after any number of kills.
//!
//! **Invariant:** the engine is not asked. The database is read as it lies, the provider's file and
//! the acknowledgements line by line, and what was to happen is known from the seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail, ensure};
use dossier::{Body, Command, Dossier, payout::PayoutStatus};
use kernel::{CaseNo, CommandKey, DossierKey};
use money::{Account, Money};
use store::{Database, Hold, Loaded, Recorded, Version, Wanted};

use super::{Arguments, END_OF_TIME};
use crate::{
    db::check::{check_history, check_postings, check_seals},
    workload,
};

pub(super) fn check(arguments: &Arguments) -> Result<()> {
    let store = arguments.db.open_existing()?;
    let acknowledged = read_acknowledged()?;
    let paid = read_provider_file(arguments)?;
    let mut checker = Checker { store: &*store, acknowledged, paid, accounted: BTreeSet::new() };
    let orders = (0..arguments.orders).map(|number| Planned::read(arguments.seed, number));
    let orders: Vec<Planned> = orders.collect::<Result<_>>()?;
    // What somebody was told comes first: money can only be as right as that.
    for check in [Checker::check_history, Checker::check_money] {
        for order in &orders {
            check(&mut checker, order).with_context(|| format!("order {}", order.dossier))?;
        }
    }
    let takings = orders.iter().map(|it| it.paid.minor()).fold(0, i64::saturating_add);
    checker.check_whole(takings)?;
    let (n_acknowledged, n_paid) = (checker.acknowledged.len(), checker.paid.len());
    super::say(format_args!(
        "checked {} orders, {n_acknowledged} acknowledgements, {n_paid} payments",
        arguments.orders
    ))
}

/// What somebody was told: a command, the version it made, and how many events it wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Acknowledged {
    version: u64,
    wrote: u64,
}

type Acknowledgements = BTreeMap<(String, CommandKey), Acknowledged>;

/// A command may be acknowledged by several runs, but never in two ways.
fn read_acknowledged() -> Result<Acknowledgements> {
    let mut acknowledged = BTreeMap::new();
    for line in std::io::stdin().lines() {
        let line = line?;
        let mut words = line.split(' ');
        let mut next = || words.next().with_context(|| format!("`{line}` is cut short"));
        if next()? != "ack" {
            continue;
        }
        let (dossier, key) = (next()?.to_owned(), next()?.parse::<CommandKey>()?);
        let it = Acknowledged { version: next()?.parse()?, wrote: next()?.parse()? };
        let before = acknowledged.insert((dossier, key), it);
        // A command that finds its work done says at which version it found it.
        let same = before.is_none_or(|before| before == it || before.wrote == 0 && it.wrote == 0);
        ensure!(same, "`{line}` was said otherwise before");
    }
    Ok(acknowledged)
}

/// The provider's own file, read without the code under test: each key once.
fn read_provider_file(arguments: &Arguments) -> Result<BTreeMap<String, i64>> {
    let mut paid = BTreeMap::new();
    let path = arguments.provider.display();
    let text =
        fs::read_to_string(&arguments.provider).with_context(|| format!("reading {path}"))?;
    for line in text.lines() {
        let (key, fen) = line.split_once(' ').with_context(|| format!("{path}: `{line}`"))?;
        let fen: i64 = fen.parse().with_context(|| format!("{path}: `{line}`"))?;
        if let Some(before) = paid.insert(key.to_owned(), fen) {
            bail!("{key} was paid twice: {before} fen and {fen} fen");
        }
    }
    Ok(paid)
}

/// What was to happen to an order, by its seed.
struct Planned {
    dossier: DossierKey,
    /// What the buyer paid.
    paid: Money,
    /// Cases that are to be paid for, by the command that approves them.
    approvals: Vec<(CommandKey, CaseNo)>,
}

impl Planned {
    fn read(seed: u64, number: u32) -> Result<Self> {
        let mut paid = None;
        let mut approvals = Vec::new();
        for request in workload::order(seed, number)? {
            if let Command::RecordOrder(facts) = &request.command {
                paid = Some(facts.paid.total()?);
            }
            if let Command::Approve { case, .. } = request.command {
                approvals.push((request.key, case));
            }
        }
        let paid = paid.context("every order begins with itself")?;
        Ok(Self { dossier: workload::dossier(number)?, paid, approvals })
    }
}

struct Checker<'s> {
    store: &'s dyn Database,
    acknowledged: Acknowledgements,
    paid: BTreeMap<String, i64>,
    /// Payments that an order knows of.
    accounted: BTreeSet<String>,
}

impl Checker<'_> {
    fn check_history(&mut self, order: &Planned) -> Result<()> {
        let (loaded, stored) = self.load(order)?;
        let history = self.store.history(&order.dossier, Version::default(), usize::MAX)?;
        let commits: Vec<&Recorded> = history.iter().collect();
        check_seals(&order.dossier, &commits, loaded.seal)?;
        check_history(&commits, loaded.version, &stored)?;
        self.check_acknowledged(order, &history)
    }

    fn check_money(&mut self, order: &Planned) -> Result<()> {
        let (_, Dossier::Open(body)) = self.load(order)? else { bail!("it is not there") };
        self.check_payments(order, &body)?;
        self.check_ledger(order, &body)
    }

    fn load(&self, order: &Planned) -> Result<(Loaded, Dossier)> {
        let command = CommandKey::new("check")?;
        let wanted = Wanted { dossier: order.dossier.clone(), command };
        let loaded = self.store.load(&[wanted])?.pop().context("the store answers")?;
        let stored = codec::decode_state(&loaded.state)?;
        Ok((loaded, stored))
    }

    /// Every command somebody was told about stands in the history where they were told.
    fn check_acknowledged(&self, order: &Planned, history: &[Recorded]) -> Result<()> {
        let name = order.dossier.to_string();
        let from = (name.clone(), CommandKey::lossy("!"));
        let of_order = self.acknowledged.range(from..).take_while(|((it, _), _)| *it == name);
        for ((_, command), said) in of_order {
            let found = history.iter().find(|it| it.version.0 == said.version);
            let found = found.with_context(|| {
                format!("version {} was acknowledged for {command} and is gone", said.version)
            })?;
            // A command that found its work done wrote nothing, so there is nothing to find.
            let same = said.wrote == 0 || found.command == *command;
            ensure!(same, "{command} was acknowledged and is gone");
        }
        Ok(())
    }

    /// The order and the provider agree about every payment, and an approval was one.
    fn check_payments(&mut self, order: &Planned, body: &Body) -> Result<()> {
        let mut given = 0_i64;
        for payout in body.holding() {
            let settled = matches!(payout.status, PayoutStatus::Settled { .. });
            ensure!(settled, "{} is {} in the end", payout.key, payout.status.code());
            let fen = payout.amount.total()?.minor();
            let paid = self.paid.get(payout.key.as_str()).copied();
            ensure!(paid == Some(fen), "{} is settled with {fen}, paid is {paid:?}", payout.key);
            self.accounted.insert(payout.key.to_string());
            given = given.saturating_add(fen);
        }
        let most = order.paid.minor();
        ensure!(given <= most, "{given} fen were given back of {most}");
        for (command, case) in &order.approvals {
            let name = (order.dossier.to_string(), command.clone());
            let approved = self.acknowledged.get(&name).is_some_and(|it| 0 < it.wrote);
            let n_payments = body.holding_of(case).count();
            ensure!(
                !approved || n_payments == 1,
                "{case} was approved and paid {n_payments} times"
            );
        }
        Ok(())
    }

    /// Postings balance one by one, and what is left of the takings is what was not paid back.
    fn check_ledger(&self, order: &Planned, body: &Body) -> Result<()> {
        let mut accounts: BTreeMap<String, i64> = BTreeMap::new();
        let entries = self.store.entries(&order.dossier)?;
        check_postings(&entries)?;
        for entry in entries {
            let sum = accounts.entry(entry.account).or_default();
            *sum = sum.saturating_add(entry.amount);
        }
        let mut left = order.paid;
        for payout in body.holding() {
            left = left.minus(payout.amount.total()?)?;
        }
        let of = |account: Account| accounts.get(&account.to_string()).copied().unwrap_or(0);
        let (takings, owed) = (of(Account::Takings), of(Account::OwedToBuyer));
        ensure!(takings == left.minor(), "takings are {takings}, {} are left", left.minor());
        ensure!(owed == 0, "{owed} fen are still owed to the buyer");
        Ok(())
    }

    /// What no single order shows.
    fn check_whole(&self, takings: i64) -> Result<()> {
        if let Some(orphan) = self.paid.keys().find(|it| !self.accounted.contains(*it)) {
            bail!("{orphan} was paid, and no order knows of it");
        }
        let totals = self.store.totals()?;
        let sum: i64 = totals.iter().map(|it| it.amount).fold(0, i64::saturating_add);
        ensure!(sum == 0, "the ledger is off by {sum} fen");
        let in_hand = Account::Takings.to_string();
        let in_hand = totals.iter().filter(|it| it.account == in_hand).map(|it| it.amount);
        let paid = self.paid.values().copied().fold(0, i64::saturating_add);
        let (in_hand, left) = (in_hand.fold(0, i64::saturating_add), takings.saturating_sub(paid));
        ensure!(in_hand == left, "the ledger has {in_hand} fen, the provider left {left}");
        let under_way = self.store.due_effects(&Hold::All, END_OF_TIME, 1)?;
        ensure!(under_way.is_empty(), "{under_way:?} is still under way");
        Ok(())
    }
}
