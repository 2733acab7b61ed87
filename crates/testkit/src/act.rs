//! From what a step says to commands, and from their answers to what was seen.

mod order;
mod wishes;

use dossier::{
    Command, Rejection,
    command::Actor,
    facts::Fact,
    words::{Role, TaskKind},
};
use engine::{EngineError, Reply, Request};
use kernel::{CaseNo, Choice, CommandKey, EvidenceId, OrderNo, TaskId};
use policy::Value;

use crate::{
    scenario::{Act, CaseAct, OrderAct, Provider, Step, TaskAct, TaskDeed},
    stage::{Broken, Stage},
};

/// A command on its way to the engine.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) case: Option<CaseNo>,
    pub(crate) order: OrderNo,
    pub(crate) actor: Actor,
    pub(crate) command: Command,
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) case: Option<CaseNo>,
    pub(crate) outcome: Result<(), Rejection>,
}

impl Stage<'_> {
    /// Does what the step says, up to the commands' answers.
    pub(crate) fn act(&mut self, step: &Step) -> Result<Vec<Answered>, Broken> {
        let asked = match &step.act {
            Act::Wait | Act::Refund(_) => Vec::new(),
            Act::Provider(provider) => {
                match provider {
                    Provider::Down => self.world.set_down(true),
                    Provider::Up => self.world.set_down(false),
                    Provider::Next(next) => self.world.expect_mishaps(next),
                }
                Vec::new()
            }
            Act::Publish(settings) => {
                self.publish(settings)?;
                Vec::new()
            }
            Act::OfOrder(act) => vec![self.of_order(step, act)?],
            Act::OfCases(cases, act) => {
                let cases = if cases.is_empty() { vec![self.spoken_of()?] } else { cases.clone() };
                let mut asked = Vec::new();
                for case in cases {
                    asked.extend(self.of_case(step, &case, act)?);
                    self.last_order = Some(self.order_of(&case)?);
                    self.last_case = Some(case);
                }
                asked
            }
        };
        self.ask(asked)
    }

    /// Gives commands as one batch, and each of them a second time, as callers do who lost the
    /// answer: the second asking must do nothing.
    pub(crate) fn ask(&mut self, asked: Vec<Asked>) -> Result<Vec<Answered>, Broken> {
        let mut requests = Vec::with_capacity(asked.len());
        for it in &asked {
            self.n_commands = self.n_commands.saturating_add(1);
            requests.push(Request {
                dossier: self.key(&it.order),
                key: CommandKey::lossy(&format!("command-{}", self.n_commands)),
                actor: it.actor.clone(),
                command: it.command.clone(),
                pack: self.pack.name().to_owned(),
            });
        }
        let first = self.engine.execute_all(requests.iter().cloned());
        let second = self.engine.execute_all(requests);
        let mut answers = Vec::with_capacity(asked.len());
        for ((asked, first), second) in asked.into_iter().zip(first).zip(second) {
            let outcome = match first {
                Ok(reply) => {
                    check_repeat(&reply, second)?;
                    Ok(())
                }
                Err(EngineError::Rejected(rejection)) => Err(rejection),
                Err(error) => return Err(error.into()),
            };
            answers.push(Answered { case: asked.case, outcome });
        }
        Ok(answers)
    }

    fn of_order(&mut self, step: &Step, act: &OrderAct) -> Result<Asked, Broken> {
        let about = match &step.order {
            Some(order) => order.clone(),
            None => self.order()?,
        };
        let payout_order = |key: &kernel::PayoutKey| {
            let case = key.as_str().rsplit_once('-').map_or("", |(case, _)| case);
            self.cases.iter().find(|(it, _)| it.as_str() == case).map(|(_, order)| order.clone())
        };
        let mut case = None;
        let (order, role, command) = match act {
            OrderAct::Record(news) => {
                let facts = self.news_of(&about, news)?;
                self.orders.insert(about.clone(), facts.clone());
                (about, Role::System, Command::RecordOrder(Box::new(facts)))
            }
            OrderAct::Courier(track) => {
                let order = self.order_of_parcel(about, track)?;
                let command = self.scans(&order, track)?;
                (order, Role::System, command)
            }
            OrderAct::Apply(filing) => {
                let application = self.application(&about, filing)?;
                self.cases.insert(application.case.clone(), about.clone());
                self.last_case = Some(application.case.clone());
                case.clone_from(&self.last_case);
                (about, Role::Buyer, Command::Apply(Box::new(application)))
            }
            OrderAct::RecordPayout(payout, outcome) => {
                let order = payout_order(payout).unwrap_or(about);
                let (payout, outcome) = (payout.clone(), outcome.clone());
                (order, Role::System, Command::RecordPayout { payout, outcome })
            }
            OrderAct::RetryPayout(payout) => {
                let order = payout_order(payout).unwrap_or(about);
                (order, Role::Finance, Command::RetryPayout { payout: payout.clone() })
            }
            OrderAct::ReleasePayout(payout) => {
                let order = payout_order(payout).unwrap_or(about);
                (order, Role::Finance, Command::ReleasePayout { payout: payout.clone() })
            }
            OrderAct::RecordDelivery(effect, delivered) => {
                let (effect, delivered) = (effect.clone(), *delivered);
                (about, Role::System, Command::RecordDelivery { effect, delivered })
            }
            OrderAct::ExtendReceipt(until, ground) => {
                let (until, ground) = (self.instant(*until), ground.clone());
                (about, Role::Agent, Command::ExtendReceipt { until, ground })
            }
            OrderAct::Fire(timer) => (about, Role::System, Command::Fire { timer: timer.clone() }),
        };
        self.last_order = Some(order.clone());
        Ok(Asked { case, order, actor: self.by(step, role)?, command })
    }

    fn of_case(&self, step: &Step, case: &CaseNo, act: &CaseAct) -> Result<Vec<Asked>, Broken> {
        let order = self.order_of(case)?;
        let (role, commands) = self.commands(&order, case, act)?;
        let actor = self.by(step, role)?;
        let asked = commands.into_iter().map(|command| Asked {
            case: Some(case.clone()),
            order: order.clone(),
            actor: actor.clone(),
            command,
        });
        Ok(asked.collect())
    }

    /// What is to be commanded, and who usually does so.
    fn commands(
        &self,
        order: &OrderNo,
        case: &CaseNo,
        act: &CaseAct,
    ) -> Result<(Role, Vec<Command>), Broken> {
        let no = case.clone();
        let (role, command) = match act.clone() {
            CaseAct::Find(found) => return Ok((Role::Agent, find(&no, found))),
            CaseAct::Attach(shown) => return Ok((Role::Agent, attach(&no, shown))),
            CaseAct::Market(news) => (Role::Marketplace, self.market_command(order, no, &news)?),
            CaseAct::Change(wish) => (Role::Buyer, self.change_command(order, no, &wish)?),
            CaseAct::Task(act) => {
                let (role, command) = self.task_command(order, case, act)?;
                return Ok((role, vec![command]));
            }
            CaseAct::Withdraw => (Role::Buyer, Command::Withdraw { case: no }),
            CaseAct::EnterReturn(parcel, carrier) => {
                (Role::Buyer, Command::EnterReturn { case: no, parcel, carrier })
            }
            CaseAct::Receive(parcel, carrier) => {
                (Role::Warehouse, Command::RecordReceipt { case: no, parcel, carrier })
            }
            CaseAct::BookPickup(from) => {
                (Role::Buyer, Command::BookPickup { case: no, from: self.instant(from) })
            }
            CaseAct::Assess(look) => {
                return Ok((Role::Inspector, self.assess_commands(order, no, look)?));
            }
            CaseAct::RefuseReturn(parcel, ground) => {
                (Role::Warehouse, Command::RefuseReturn { case: no, parcel, ground })
            }
            CaseAct::KeepOrder(until, ground) => {
                let until = self.instant(until);
                (Role::Agent, Command::KeepOrder { case: no, until, ground })
            }
            CaseAct::Escalate(kind, what, back_at) => {
                let back_at = back_at.map(|it| self.instant(it));
                (Role::Agent, Command::Escalate { case: no, kind, what, back_at })
            }
            CaseAct::Judge => (Role::Agent, Command::Judge { case: no }),
            CaseAct::Approve(amount, ground) => {
                (Role::Leader, Command::Approve { case: no, amount, ground })
            }
            CaseAct::Decline(ground) => (Role::Leader, Command::Decline { case: no, ground }),
            CaseAct::AskBuyer(what) => (Role::Agent, Command::AskBuyer { case: no, what }),
            CaseAct::RefundAhead(ground) => {
                (Role::Leader, Command::RefundAhead { case: no, ground })
            }
            CaseAct::Compensate(purpose, amount, ground) => {
                (Role::Leader, Command::Compensate { case: no, purpose, amount, ground })
            }
            CaseAct::RepayPostage(laid_out, insurance_paid) => {
                (Role::Leader, Command::RepayPostage { case: no, laid_out, insurance_paid })
            }
            CaseAct::DecideApproval(approve, ground) => {
                (Role::Supervisor, Command::DecideApproval { case: no, approve, ground })
            }
            CaseAct::FileClaim(carrier, amount) => {
                (Role::CourierContact, Command::FileClaim { case: no, carrier, amount })
            }
            CaseAct::AnswerClaim(paid) => (Role::Finance, Command::AnswerClaim { case: no, paid }),
            CaseAct::TakeBack(ground) => (Role::Leader, Command::TakeBack { case: no, ground }),
            CaseAct::TakeDeposit(amount) => {
                (Role::Finance, Command::TakeDeposit { case: no, amount })
            }
            CaseAct::SendReplacement(parcel, carrier) => {
                (Role::Shipping, Command::SendReplacement { case: no, parcel, carrier })
            }
            CaseAct::Finish => (Role::Agent, Command::FinishCase { case: no }),
        };
        Ok((role, vec![command]))
    }

    /// The task is done by whoever owes it.
    fn task_command(
        &self,
        order: &OrderNo,
        case: &CaseNo,
        act: TaskAct,
    ) -> Result<(Role, Command), Broken> {
        let body = self.body(order)?;
        let kind = TaskKind::from_code(&act.task);
        let of_kind = body.tasks_of(case).find(|it| Some(it.kind) == kind);
        let (task, role) = match (of_kind, kind) {
            (Some(task), _) => (task.id.clone(), task.role),
            (None, Some(_)) => {
                return Err(Broken::Said(format!("case {case} has no task `{}`", act.task)));
            }
            (None, None) => (TaskId::lossy(&act.task), Role::Agent),
        };
        let command = match act.does {
            TaskDeed::Claim => Command::ClaimTask { task },
            TaskDeed::Answer(answer) => Command::AnswerTask { task, answer },
            TaskDeed::HandOver(to) => Command::HandOverTask { task, to },
        };
        Ok((role, command))
    }

    /// Whoever the step names, or else whoever usually does such a thing.
    fn by(&self, step: &Step, usual: Role) -> Result<Actor, Broken> {
        self.actor(step.by.as_deref().unwrap_or(usual.code()))
    }
}

fn find(case: &CaseNo, found: Vec<(Fact, Value)>) -> Vec<Command> {
    let found = found.into_iter();
    found.map(|(fact, value)| Command::RecordFinding { case: case.clone(), fact, value }).collect()
}

fn attach(case: &CaseNo, shown: Vec<(Fact, EvidenceId)>) -> Vec<Command> {
    let attach =
        |(shows, evidence)| Command::AttachEvidence { case: case.clone(), evidence, shows };
    shown.into_iter().map(attach).collect()
}

/// For commands that a scenario does not spell out: none of them may be turned down.
pub(crate) fn check_all_taken(answers: Vec<Answered>) -> Result<(), Broken> {
    for answer in answers {
        if let Err(rejection) = answer.outcome {
            return Err(Broken::Said(format!("refused, {}: {rejection}", rejection.code())));
        }
    }
    Ok(())
}

/// A repeat is answered as the first asking was.
fn check_repeat(first: &Reply, second: Result<Reply, EngineError>) -> Result<(), Broken> {
    let second = second?;
    let same = second.kinds == first.kinds && (second.repeated || first.kinds.is_empty());
    if same {
        return Ok(());
    }
    let what = format!("given again under the same key, the command did {:?}", second.kinds);
    Err(Broken::Said(what))
}
