//! A decision in the making.

use std::{borrow::Cow, fmt};

use kernel::{CaseNo, PayoutKey, Span, TaskId, TimerId, Timestamp};
use policy::Value;

use crate::{
    body::Body,
    case::{Case, Status},
    command::Context,
    event::{CaseChange, Event, PayoutChange, TaskChange},
    facts::Fact,
    rejection::Rejection,
    scene::Scene,
    task::{Task, Timer},
    vocabulary,
    words::{Role, TaskKind},
};

/// The dossier as the events so far leave it, and those events.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    /// Copied only once something happens: most of what is tried is refused before that.
    pub(crate) body: Cow<'a, Body>,
    pub(crate) context: Context<'a>,
    events: Vec<Event>,
    /// Not before this moment may anything leave that is decided now.
    held_until: Option<Timestamp>,
    /// Only whether it may happen is asked: what follows from it is left out.
    is_trial: bool,
}

impl fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("events", &self.events).finish_non_exhaustive()
    }
}

impl<'a> Draft<'a> {
    pub(crate) fn new(body: &'a Body, context: Context<'a>) -> Self {
        let body = Cow::Borrowed(body);
        Self { body, context, events: Vec::new(), held_until: None, is_trial: false }
    }

    /// Without the looks and texts that follow a decision, which refuse nothing.
    pub(crate) fn trial(body: &'a Body, context: Context<'a>) -> Self {
        Self { is_trial: true, ..Self::new(body, context) }
    }

    /// The events, and the dossier after them.
    pub(crate) fn finish(self) -> (Vec<Event>, Body) {
        (self.events, self.body.into_owned())
    }

    pub(crate) fn n_events(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn is_trial(&self) -> bool {
        self.is_trial
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Does `step`, a person's decision, so that what it sends can be taken back for a while.
    ///
    /// Rules decide at once. A pack that says nothing of it lets everything leave at once too.
    pub(crate) fn held(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let hold = self.context.pack.span("undo-hold").unwrap_or(Span::ZERO);
        let is_held = !self.is_source() && Span::ZERO < hold;
        self.held_until = is_held.then(|| self.now().plus(hold));
        let done = step(self);
        self.held_until = None;
        done
    }

    /// Starts a payout that was set aside.
    pub(crate) fn start(&mut self, payout: &PayoutKey) -> Result<(), Rejection> {
        let change = PayoutChange::Started { held_until: self.held_until };
        self.record(Event::PayoutChanged { payout: payout.clone(), at: self.now(), change })
    }

    /// Whether the command comes from where requests are filed, and not from somebody we serve.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self.context.actor.role, Role::System | Role::Marketplace)
    }

    /// Folds the event in and keeps it. An event that contradicts the dossier would stop it when
    /// it is read back, so the decision is refused instead.
    pub(crate) fn record(&mut self, event: Event) -> Result<(), Rejection> {
        match self.body.to_mut().apply(&event) {
            Some(()) => {
                self.events.push(event);
                Ok(())
            }
            None => Err(Rejection::Stopped { at: event.kind().to_owned() }),
        }
    }

    pub(crate) fn change(&mut self, case: &CaseNo, change: CaseChange) -> Result<(), Rejection> {
        self.record(Event::CaseChanged { case: case.clone(), change })
    }

    pub(crate) fn case(&self, no: &CaseNo) -> Result<&Case, Rejection> {
        self.body.case(no).ok_or_else(|| Rejection::UnknownCase { case: no.clone() })
    }

    /// The case, if anything can still happen to it.
    pub(crate) fn open_case(&self, no: &CaseNo) -> Result<&Case, Rejection> {
        let case = self.case(no)?;
        if case.status.is_open() { Ok(case) } else { Err(not_possible(case)) }
    }

    pub(crate) fn move_to(
        &mut self,
        case: &CaseNo,
        status: Status,
        ground: &str,
    ) -> Result<(), Rejection> {
        if self.case(case)?.status == status {
            return Ok(());
        }
        self.change(case, CaseChange::Status { status, ground: ground.to_owned() })
    }

    /// Opens a task of `kind` for the case unless one is open already.
    pub(crate) fn open_task(
        &mut self,
        case: &CaseNo,
        kind: TaskKind,
        by_policy: bool,
    ) -> Result<(), Rejection> {
        if self.body.tasks_of(case).any(|it| it.kind == kind) {
            return Ok(());
        }
        let owed = Scene::new(&self.body, self.case(case)?, self.context)?.due(kind)?;
        self.open_task_for(case, kind, (owed.role, owed.at), by_policy)
    }

    pub(crate) fn open_task_for(
        &mut self,
        case: &CaseNo,
        kind: TaskKind,
        (role, due): (Role, Timestamp),
        by_policy: bool,
    ) -> Result<(), Rejection> {
        let number = self.body.n_tasks.saturating_add(1);
        let task = Task {
            id: named(format!("{case}-{number}"), TaskId::new)?,
            kind,
            case: Some(case.clone()),
            role,
            opened_at: self.now(),
            due,
            calendar: self.context.pack.calendar().version().to_owned(),
            owner: None,
            overdue: false,
            by_policy,
        };
        let timer = Timer::for_task(&task);
        self.record(Event::TaskOpened { task: Box::new(task) })?;
        match timer {
            Some(timer) => self.record(Event::TimerSet { timer }),
            None => Ok(()),
        }
    }

    /// Ends a task and the timer that waits for it.
    pub(crate) fn end_task(&mut self, task: &TaskId, change: TaskChange) -> Result<(), Rejection> {
        self.record(Event::TaskChanged { task: task.clone(), change })?;
        self.clear_timer(&named(format!("due-{task}"), TimerId::new)?)
    }

    pub(crate) fn drop_tasks(
        &mut self,
        case: &CaseNo,
        which: impl Fn(&Task) -> bool,
    ) -> Result<(), Rejection> {
        let tasks: Vec<TaskId> =
            self.body.tasks_of(case).filter(|it| which(it)).map(|it| it.id.clone()).collect();
        for task in tasks {
            self.end_task(&task, TaskChange::Dropped)?;
        }
        Ok(())
    }

    pub(crate) fn set_timer(&mut self, timer: Timer) -> Result<(), Rejection> {
        if self.body.timers.get(&timer.id) == Some(&timer) {
            return Ok(());
        }
        self.record(Event::TimerSet { timer })
    }

    pub(crate) fn clear_timer(&mut self, timer: &TimerId) -> Result<(), Rejection> {
        if !self.body.timers.contains_key(timer) {
            return Ok(());
        }
        self.record(Event::TimerCleared { timer: timer.clone() })
    }

    /// Tells the buyer what the pack has to say at this step, if anything (DT-35).
    pub(crate) fn tell(&mut self, case: &CaseNo, step: &str) -> Result<(), Rejection> {
        if self.is_trial {
            return Ok(());
        }
        let mut scene = Scene::new(&self.body, self.case(case)?, self.context)?;
        scene.known.step = Fact::Step.coded(step);
        let text = scene.ask_quietly(&vocabulary::NOTICE).and_then(|it| it.text("reply"));
        match text.filter(|it| !it.is_empty()).map(str::to_owned) {
            Some(text) => self.tell_text(case, text),
            None => Ok(()),
        }
    }

    /// The case is done; where nothing is left to complain about, a review is invited (DT-38).
    pub(crate) fn done(&mut self, case: &CaseNo, at: Timestamp) -> Result<(), Rejection> {
        self.move_to(case, Status::Done { at }, "")?;
        let known = self.case(case)?;
        let sent = self.body.replacement_of(case).is_some();
        let verdict = known.judgement.as_ref().map(|it| it.verdict);
        let mut scene = Scene::new(&self.body, known, self.context)?;
        // What was sent is what solved it, whatever was looked at last.
        scene.known.verdict = if sent { known.request.kind.sends() } else { None }.or(verdict);
        let ruling = scene.ask_quietly(&vocabulary::INVITE_REVIEW);
        match ruling.and_then(|it| it.flag("invite")) {
            Some(true) => self.tell(case, "satisfied"),
            Some(false) | None => Ok(()),
        }
    }

    fn tell_text(&mut self, case: &CaseNo, text: String) -> Result<(), Rejection> {
        let (number, held_until) = (self.body.n_texts.saturating_add(1), self.held_until);
        self.record(Event::BuyerTold { case: case.clone(), text, number, held_until })
    }

    /// Ends everything owed and waited for on a case.
    pub(crate) fn wind_up(&mut self, case: &CaseNo) -> Result<(), Rejection> {
        self.drop_tasks(case, |_| true)?;
        self.clear_timer(&look_timer(case)?)
    }

    /// Whether a finding says yes.
    pub(crate) fn found(&self, case: &CaseNo, fact: Fact) -> bool {
        let found = self.body.case(case).and_then(|it| it.findings.get(&fact));
        found == Some(&Value::Flag(true))
    }
}

pub(crate) fn look_timer(case: &CaseNo) -> Result<TimerId, Rejection> {
    named(format!("look-{case}"), TimerId::new)
}

/// Names made of names can come out too long; that is the caller's name's fault.
pub(crate) fn named<N, E>(
    name: String,
    make: impl FnOnce(String) -> Result<N, E>,
) -> Result<N, Rejection> {
    make(name.clone()).map_err(|_| Rejection::BadName { what: name })
}

pub(crate) fn not_possible(case: &Case) -> Rejection {
    Rejection::NotPossibleNow { case: case.no.clone(), status: case.status.code() }
}

pub(crate) fn some_ground(ground: &str) -> Result<(), Rejection> {
    if ground.trim().is_empty() { Err(Rejection::NoGround) } else { Ok(()) }
}
