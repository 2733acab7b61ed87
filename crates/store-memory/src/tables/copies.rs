//! Dossiers written and read whole.

use kernel::DossierKey;
use store::{
    Copies, Document, Dump, Finding, Record, RecordKey, RowChange, SpendRow, Spending, StoreError,
    Version,
};

use super::{Dossier, Effect, Tables};
use crate::MemoryStore;

impl Tables {
    fn dump(&self, key: &DossierKey) -> Option<Dump> {
        let dossier = self.dossier(key)?;
        let journal = dossier.journal.iter().map(|it| {
            let answered = dossier.answers.get(&it.command).cloned();
            answered.map(|answered| (it.clone(), answered))
        });
        Some(Dump {
            dossier: key.clone(),
            version: dossier.version,
            state: dossier.state.clone(),
            seal: dossier.seal,
            journal: journal.collect::<Option<_>>()?,
            cases: self.cases.of(key).cloned().collect(),
            tasks: self.tasks.of(key).cloned().collect(),
            timers: self.timers.of(key).cloned().collect(),
            effects: self.effects.of(key).map(|it| (it.row.clone(), it.attempts)).collect(),
            entries: dossier.entries.values().cloned().collect(),
        })
    }

    fn restore(&mut self, dump: &Dump) {
        let key = &dump.dossier;
        self.cases.clear(key);
        self.tasks.clear(key);
        self.timers.clear(key);
        self.effects.clear(key);
        let dossier = Dossier {
            version: dump.version,
            state: dump.state.clone(),
            seal: dump.seal,
            journal: dump.journal.iter().map(|(it, _)| it.clone()).collect(),
            answers: dump
                .journal
                .iter()
                .map(|(it, answered)| (it.command.clone(), answered.clone()))
                .collect(),
            entries: dump
                .entries
                .iter()
                .map(|it| ((it.posting, it.position), it.clone()))
                .collect(),
        };
        self.dossiers.entry(key.bucket()).or_default().insert(key.clone(), dossier);
        for case in &dump.cases {
            self.cases.put(key, case.case.as_str(), case.clone());
        }
        for task in &dump.tasks {
            self.tasks.put(key, task.task.as_str(), task.clone());
        }
        for timer in &dump.timers {
            self.timers.put(key, timer.timer.as_str(), timer.clone());
        }
        for (row, attempts) in &dump.effects {
            let effect = Effect { row: row.clone(), attempts: *attempts };
            self.effects.put(key, &row.effect, effect);
        }
    }

    fn findings(&self) -> impl Iterator<Item = Finding> {
        self.terms.iter().flat_map(|((shop, term), orders)| {
            orders.iter().map(|order| Finding {
                dossier: DossierKey::new(shop.clone(), order.clone()),
                term: term.clone(),
            })
        })
    }

    fn spendings(&self) -> impl Iterator<Item = Spending> {
        self.spending.iter().flat_map(|((shop, actor, day), amounts)| {
            amounts.iter().map(|((order, payout), amount)| Spending {
                dossier: DossierKey::new(shop.clone(), order.clone()),
                row: SpendRow {
                    payout: payout.clone(),
                    actor: actor.clone(),
                    day: *day,
                    amount: *amount,
                },
            })
        })
    }
}

/// The page behind `after`, which is gone over row by row: this is memory.
fn page<R: PartialEq>(rows: impl Iterator<Item = R>, after: Option<&R>, limit: usize) -> Vec<R> {
    let mut rows = rows.peekable();
    if let Some(after) = after {
        while rows.next_if(|it| it != after).is_some() {}
        rows.next();
    }
    rows.take(limit).collect()
}

impl Copies for MemoryStore {
    fn versions(&self, dossiers: &[DossierKey]) -> Result<Vec<Version>, StoreError> {
        let tables = self.tables();
        let version = |it| tables.dossier(it).map_or(Version(0), |it| it.version);
        Ok(dossiers.iter().map(version).collect())
    }

    fn dump(&self, dossiers: &[DossierKey]) -> Result<Vec<Dump>, StoreError> {
        let tables = self.tables();
        Ok(dossiers.iter().filter_map(|it| tables.dump(it)).collect())
    }

    fn restore(&self, dumps: &[Dump]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for dump in dumps {
            tables.restore(dump);
        }
        Ok(())
    }

    fn findings(&self, after: Option<&Finding>, limit: usize) -> Result<Vec<Finding>, StoreError> {
        Ok(page(self.tables().findings(), after, limit))
    }

    fn add_findings(&self, findings: &[Finding]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for Finding { dossier, term } in findings {
            tables.change(dossier, &RowChange::PutTerm(term.clone()));
        }
        Ok(())
    }

    fn spendings(
        &self,
        after: Option<&Spending>,
        limit: usize,
    ) -> Result<Vec<Spending>, StoreError> {
        Ok(page(self.tables().spendings(), after, limit))
    }

    fn add_spendings(&self, spendings: &[Spending]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for Spending { dossier, row } in spendings {
            tables.change(dossier, &RowChange::PutSpend(row.clone()));
        }
        Ok(())
    }

    fn all_documents(&self) -> Result<Vec<Document>, StoreError> {
        Ok(self.tables().documents(|_| true))
    }

    fn all_records(
        &self,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        Ok(self.tables().records.after(after, limit))
    }

    fn restore_records(&self, records: &[Record]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for record in records {
            tables.records.restore(record);
        }
        Ok(())
    }
}
