//! What earlier rulings of the same look said.

use money::{Currency, Money};
use policy::Value;

use crate::{
    facts::Fact,
    inspection::Grade,
    words::{Act, Role, Route, TaskKind, Verdict},
};

/// What earlier rulings said, and what is asked about at the moment.
#[expect(clippy::struct_excessive_bools, reason = "they are facts, read one by one")]
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) route: Option<Route>,
    pub(crate) module: Value,
    pub(crate) fault: Value,
    pub(crate) claims_late: bool,
    pub(crate) window: Value,
    pub(crate) complete: bool,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) amount: Money,
    pub(crate) above_share: bool,
    pub(crate) nothing_due: bool,
    pub(crate) task: Option<TaskKind>,
    pub(crate) step: Value,
    pub(crate) piece: Option<Grade>,
    pub(crate) act: Option<(Act, Role, u32)>,
}

impl Known {
    pub(crate) fn nothing(currency: Currency) -> Self {
        Self {
            route: None,
            module: Value::Missing,
            fault: Value::Missing,
            claims_late: false,
            window: Value::Missing,
            complete: true,
            verdict: None,
            amount: Money::zero(currency),
            above_share: false,
            nothing_due: false,
            task: None,
            step: Value::Missing,
            piece: None,
            act: None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "called for these facts only")]
    pub(crate) fn value(&self, fact: Fact) -> Value {
        let missing = || Value::Missing;
        match fact {
            Fact::Route => self.route.map_or_else(missing, Value::choice),
            Fact::Module => self.module,
            Fact::Fault => self.fault,
            Fact::ClaimsLate => Value::flag(self.claims_late),
            Fact::Window => self.window,
            Fact::Complete => Value::flag(self.complete),
            Fact::Verdict => self.verdict.map_or_else(missing, Value::choice),
            Fact::Amount => Value::amount(self.amount),
            Fact::Act => self.act.map_or_else(missing, |(act, _, _)| Value::choice(act)),
            Fact::Role => self.act.map_or_else(missing, |(_, role, _)| Value::choice(role)),
            Fact::Grade => {
                self.act.map_or_else(missing, |(_, _, grade)| Value::Number(i64::from(grade)))
            }
            Fact::Task => self.task.map_or_else(missing, Value::choice),
            Fact::Step => self.step,
            Fact::PieceGrade => self.piece.map_or_else(missing, Value::choice),
            _ => Value::Missing,
        }
    }
}
