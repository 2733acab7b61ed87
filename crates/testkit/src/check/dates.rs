//! What is seen of dates that were put off, and of what was asked of a superior.

use dossier::{Body, Case, case::Raised, order::Extension};
use kernel::Timestamp;

use super::Findings;
use crate::{
    expect::{CaseSeen, ExtensionSeen, OrderSeen, RaisedSeen},
    read::When,
    stage::Stage,
};

impl Stage<'_> {
    pub(crate) fn check_dates(&self, expected: &OrderSeen, body: &Body, findings: &mut Findings) {
        let order = &body.order;
        self.check_moment("promised shipping", (expected.ship_by, order.ship_by), findings);
        let confirmed = (expected.confirm_by, order.confirm_by);
        self.check_moment("receipt deadline", confirmed, findings);
        let Some(wanted) = &expected.extended else { return };
        if wanted.len() != body.extensions.len() {
            let seen = format!("{} in all", body.extensions.len());
            findings.add("dates put off", format!("{} in all", wanted.len()), seen);
        }
        for (wanted, seen) in wanted.iter().zip(&body.extensions) {
            self.check_extension(wanted, seen, findings);
        }
    }

    fn check_extension(&self, wanted: &ExtensionSeen, seen: &Extension, findings: &mut Findings) {
        let deadline = (wanted.deadline.as_ref(), &seen.deadline);
        findings.same("what was put off", deadline, ToString::to_string);
        self.check_moment("date before it was put off", (wanted.from, seen.from), findings);
        let until = (wanted.until, Some(seen.until));
        self.check_moment("date it was put off to", until, findings);
        let reason = (wanted.reason.as_ref(), &seen.reason);
        findings.same("reason for putting it off", reason, Clone::clone);
        let by = seen.by.to_string();
        findings.same("who put it off", (wanted.by.as_ref(), &by), Clone::clone);
    }

    pub(crate) fn check_raised(
        &self,
        expected: &CaseSeen,
        (body, case): (&Body, &Case),
        findings: &mut Findings,
    ) {
        let Some(wanted) = &expected.raised else { return };
        if wanted.len() != case.raised.len() {
            let seen = format!("{} in all", case.raised.len());
            findings.add("asked of a superior", format!("{} in all", wanted.len()), seen);
        }
        for (wanted, seen) in wanted.iter().zip(&case.raised) {
            self.check_one_raised(wanted, (body, seen), findings);
        }
    }

    fn check_one_raised(
        &self,
        wanted: &RaisedSeen,
        (body, seen): (&Body, &Raised),
        findings: &mut Findings,
    ) {
        let of = |what: &str| format!("{what} of `{}`", seen.what);
        findings.same(&of("kind"), (wanted.kind.as_ref(), &seen.kind), ToString::to_string);
        findings.same("what was asked", (wanted.what.as_ref(), &seen.what), Clone::clone);
        let next = body.tasks.get(&seen.task).map(|it| it.due);
        self.check_moment(&of("next date"), (wanted.next, next), findings);
        let answer = seen.answer.as_ref().map_or(String::new(), |it| it.answer.clone());
        findings.same(&of("answer"), (wanted.answer.as_ref(), &answer), Clone::clone);
    }

    fn check_moment(
        &self,
        about: &str,
        (wanted, seen): (Option<When>, Option<Timestamp>),
        findings: &mut Findings,
    ) {
        let Some(wanted) = wanted.map(|it| self.instant(it)) else { return };
        if seen != Some(wanted) {
            findings.add(about, self.shown(wanted), self.maybe_shown(seen));
        }
    }
}
