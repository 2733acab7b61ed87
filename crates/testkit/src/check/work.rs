//! What is seen of tasks and worklists.

use dossier::task::Task;
use kernel::CaseNo;
use store::CasePage;

use super::{Findings, listed};
use crate::{
    expect::{Expect, NoTasks, TaskSeen},
    stage::{Broken, Stage},
};

impl Stage<'_> {
    pub(crate) fn check_tasks(
        &self,
        expect: &Expect,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let mut open: Vec<Task> = Vec::new();
        for order in self.orders.keys() {
            open.extend(self.body(order)?.tasks.into_values());
        }
        let all: Vec<String> = open.iter().map(|it| self.task_line(it)).collect();
        for expected in &expect.tasks {
            if !open.iter().any(|it| self.is_task(expected, it)) {
                findings.add("open tasks", self.wanted_task(expected), all.join("; "));
            }
        }
        match &expect.no_tasks {
            NoTasks::Unsaid => (),
            NoTasks::Any if open.is_empty() => (),
            NoTasks::Any => findings.add("open tasks", "none", all.join("; ")),
            NoTasks::Of(kinds) => {
                for task in open.iter().filter(|it| kinds.contains(&it.kind)) {
                    findings.add("open tasks", format!("no {}", task.kind), self.task_line(task));
                }
            }
        }
        Ok(())
    }

    fn is_task(&self, expected: &TaskSeen, task: &Task) -> bool {
        let same = |wanted: Option<crate::read::When>, seen| {
            wanted.is_none_or(|it| self.instant(it) == seen)
        };
        let owner = task.owner.as_ref().map(ToString::to_string);
        expected.kind.is_none_or(|it| it == task.kind)
            && expected.case.as_ref().is_none_or(|it| task.case.as_ref() == Some(it))
            && expected.role.is_none_or(|it| it == task.role)
            && expected.overdue.is_none_or(|it| it == task.overdue)
            && expected.owner.as_ref().is_none_or(|it| owner.as_ref() == Some(it))
            && same(expected.due, task.due)
            && same(expected.opened_at, task.opened_at)
    }

    fn task_line(&self, task: &Task) -> String {
        let case = task.case.as_ref().map(CaseNo::to_string).unwrap_or_default();
        let overdue = if task.overdue { ", overdue" } else { "" };
        let owner = task.owner.as_ref().map(|it| format!(", with {it}")).unwrap_or_default();
        let due = self.shown(task.due);
        format!("{} of {case} for {}, due {due}{overdue}{owner}", task.kind, task.role)
    }

    fn wanted_task(&self, expected: &TaskSeen) -> String {
        let mut words = vec![expected.kind.map_or("a task".to_owned(), |it| it.to_string())];
        words.extend(expected.case.as_ref().map(|it| format!("of {it}")));
        words.extend(expected.role.map(|it| format!("for {it}")));
        words.extend(expected.due.map(|it| format!("due {}", self.shown(self.instant(it)))));
        let opened = expected.opened_at.map(|it| self.shown(self.instant(it)));
        words.extend(opened.map(|it| format!("opened {it}")));
        words.extend(expected.owner.as_ref().map(|it| format!("with {it}")));
        match expected.overdue {
            Some(true) => words.push("overdue".to_owned()),
            Some(false) => words.push("not overdue".to_owned()),
            None => (),
        }
        words.join(" ")
    }

    /// The shop's list of open cases, as the store serves it.
    pub(crate) fn check_worklist(
        &self,
        expect: &Expect,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        if expect.worklist.is_empty() {
            return Ok(());
        }
        let page = CasePage {
            shop: self.shop.clone(),
            open: true,
            status: None,
            after: None,
            limit: expect.worklist.len(),
        };
        let listed_cases = self.store.cases(&page)?;
        let seen: Vec<CaseNo> = listed_cases.into_iter().map(|it| it.row.case).collect();
        findings.same("most urgent cases", (Some(&expect.worklist), &seen), |it| {
            listed(&it.iter().map(ToString::to_string).collect::<Vec<_>>())
        });
        Ok(())
    }
}
