//! What policy says about a case, given the facts of one moment.
//!
//! A look asks the same questions in the same order every time: what the reason means, which route,
//! who pays postage, whether it is still time, whether proof is complete, and then the route's own
//! table, which may pass on to a table that knows more. Everything after that is arithmetic.

use std::collections::BTreeSet;

use kernel::{Choice, Timestamp};
use money::{Money, MoneyError};
use policy::{Gap, Ruling, Value};

use crate::{
    amount::{Terms, by_tender, worth},
    body::Body,
    case::{Case, Judgement, Worth},
    command::Context,
    facts::Fact,
    payout::PayoutStatus,
    rejection::Rejection,
    scene::Scene,
    vocabulary::{self, Inquiry},
    words::{CaseKind, Flag, Outward, Payer, Route, TaskKind, Verdict},
};

/// An advice may pass on this often before it is taken for a circle.
const MOST_CONSULTS: usize = 4;

/// Looks at a case with the facts of `context.now`.
pub fn judge(body: &Body, case: &Case, context: Context<'_>) -> Result<Judgement, Rejection> {
    let mut scene = Scene::new(body, case, context)?;
    understand_reason(&mut scene);
    scene.known.route =
        scene.ask(&vocabulary::REFUND_PATH).and_then(|it| it.choice::<Route>("route"));

    let postage = scene.ask(&vocabulary::POSTAGE);
    let terms = Terms {
        outward: postage.and_then(|it| it.choice("outward")).unwrap_or(Outward::Kept),
        reevaluate_promotions: context.pack.flag("reevaluate-promotions")?,
    };
    let postage_by =
        postage.and_then(|it| it.choice::<Payer>("return-leg")).unwrap_or(Payer::Nobody);
    if body.order.coupon.is_positive() {
        // Marketplaces give coupons back themselves; the ruling says which way it goes (CALC-04).
        scene.ask(&vocabulary::COUPON);
    }
    let worth = worth(body, case, terms)?;
    let asked = case.request.asked;
    scene.known.above_share = match asked {
        Some(asked) => asked.exceeds(worth.due)?,
        None => false,
    };
    scene.known.nothing_due = case.request.kind.pays_goods_money()
        && asked.unwrap_or(worth.due).smaller(worth.due)?.is_zero();

    scene.known.window = code(&mut scene, &vocabulary::WINDOW_OPEN, "window", Fact::Window);
    let evidence = scene.ask(&vocabulary::EVIDENCE);
    scene.known.complete = evidence.and_then(|it| it.flag("complete")).unwrap_or(false);

    let advice = advise(&mut scene);
    scene.known.verdict = Some(advice.verdict);
    let total = payable(case, &advice, &worth)?;
    scene.known.amount = total;
    let amount = by_tender(body, case, total)?;
    let flags = flags(&scene, &advice);
    let mut advice = advice;
    let check = TaskKind::CheckMarketplace;
    if flags.contains(&Flag::DeadlinePassed) && !advice.tasks.contains(&check) {
        advice.tasks.push(check);
    }
    let rank = rank(&mut scene, &advice)?;
    Ok(Judgement {
        at: context.now,
        route: scene.known.route,
        verdict: advice.verdict,
        automatic: advice.automatic && !flags.contains(&Flag::PolicyGap),
        amount,
        cap: worth.due,
        least: advice.least,
        most: advice.most,
        worth,
        postage_by,
        tasks: advice.tasks,
        reply: advice.reply,
        flags,
        rank,
        rulings: scene.rulings,
    })
}

pub(crate) fn understand_reason(scene: &mut Scene<'_>) {
    let Some(ruling) = scene.ask(&vocabulary::REASON) else { return };
    let coded = |fact: Fact, name| ruling.code(name).map_or(Value::Missing, |it| fact.coded(it));
    scene.known.module = coded(Fact::Module, "module");
    scene.known.fault = coded(Fact::Fault, "fault");
    scene.known.claims_late = ruling.flag("claims-late").unwrap_or(false);
}

fn code(scene: &mut Scene<'_>, inquiry: &'static Inquiry, output: &str, fact: Fact) -> Value {
    let ruling = scene.ask(inquiry);
    ruling.and_then(|it| it.code(output)).map_or(Value::Missing, |it| fact.coded(it))
}

/// What a route's table, or the table it passed on to, says.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Advice {
    verdict: Verdict,
    automatic: bool,
    tasks: Vec<TaskKind>,
    reply: String,
    flags: Vec<Flag>,
    least: Option<Money>,
    most: Option<Money>,
}

impl Advice {
    /// Policy has no answer.
    fn person() -> Self {
        Self {
            verdict: Verdict::Person,
            automatic: false,
            tasks: vec![TaskKind::PersonMustLook],
            reply: String::new(),
            flags: vec![Flag::PolicyGap],
            least: None,
            most: None,
        }
    }

    fn from_ruling(ruling: Ruling<'_>) -> Self {
        let mut tasks: Vec<TaskKind> = ruling.choice("task").into_iter().collect();
        tasks.extend(ruling.choices::<TaskKind>("also"));
        Self {
            verdict: ruling.choice("verdict").unwrap_or(Verdict::Person),
            automatic: ruling.flag("automatic").unwrap_or(false),
            tasks,
            reply: ruling.text("reply").unwrap_or_default().to_owned(),
            flags: ruling.choices("flags"),
            least: ruling.amount("least"),
            most: ruling.amount("most"),
        }
    }
}

fn advise(scene: &mut Scene<'_>) -> Advice {
    let mut inquiry = match scene.known.route {
        None => return Advice::person(),
        Some(_) if scene.case.request.kind == CaseKind::PriceDifference => {
            &vocabulary::PRICE_DIFFERENCE
        }
        Some(Route::Unshipped) => &vocabulary::UNSHIPPED,
        Some(Route::InTransit) => &vocabulary::IN_TRANSIT,
        Some(Route::Received) => &vocabulary::RECEIVED,
        Some(Route::Return) => &vocabulary::RETURN,
    };
    let mut flags = Vec::new();
    for _ in 0..MOST_CONSULTS {
        let Some(ruling) = scene.ask(inquiry) else { return Advice::person() };
        let mut advice = Advice::from_ruling(ruling);
        flags.append(&mut advice.flags);
        match ruling.code("consult").and_then(vocabulary::inquiry) {
            Some(next) => inquiry = next,
            None => return Advice { flags, ..advice },
        }
    }
    Advice::person()
}

/// What is paid if the verdict is followed.
fn payable(case: &Case, advice: &Advice, worth: &Worth) -> Result<Money, MoneyError> {
    let nothing = Money::zero(worth.due.currency());
    let wanted = case.request.asked.unwrap_or(worth.due).smaller(worth.due)?;
    match advice.verdict {
        Verdict::Guide
        | Verdict::Decline
        | Verdict::Exchange
        | Verdict::Reship
        | Verdict::Repair => Ok(nothing),
        Verdict::Compensate => {
            let within = advice.most.map_or(Ok(wanted), |most| wanted.smaller(most))?;
            within.larger(advice.least.unwrap_or(nothing))?.smaller(worth.due)
        }
        Verdict::Refund
        | Verdict::AcceptReturn
        | Verdict::Intercept
        | Verdict::RefundOnReturn
        | Verdict::AskBuyer
        | Verdict::Wait
        | Verdict::Inspect
        | Verdict::Review
        | Verdict::Settle
        | Verdict::Person => {
            Ok(if case.request.kind.pays_goods_money() { wanted } else { nothing })
        }
    }
}

fn flags(scene: &Scene<'_>, advice: &Advice) -> BTreeSet<Flag> {
    let rows = scene.ask_all(&vocabulary::FLAGS);
    let mut flags: BTreeSet<Flag> = rows.iter().filter_map(|it| it.choice("flag")).collect();
    flags.extend(advice.flags.iter().copied());
    if scene.rulings.iter().any(|it| it.row.is_none()) {
        flags.insert(Flag::PolicyGap);
    }
    let unknown = |it: &crate::payout::Payout| matches!(it.status, PayoutStatus::Unknown { .. });
    if scene.body.holding_of(&scene.case.no).any(unknown) {
        flags.insert(Flag::UnknownPayout);
    }
    flags
}

/// The marketplace's deadline, or ours where it sets none, less the head start of what is at stake.
fn rank(scene: &mut Scene<'_>, advice: &Advice) -> Result<Timestamp, Gap> {
    let by = if let Some(deadline) = scene.case.market.deadline {
        deadline
    } else {
        let first = advice.tasks.first().copied().unwrap_or(TaskKind::Review);
        scene.due(first)?.at
    };
    let ruling = scene.ask(&vocabulary::URGENCY);
    Ok(ruling.and_then(|it| it.span("head-start")).map_or(by, |it| by.minus(it)))
}

/// Who owes a piece of work, and by when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Owed {
    pub(crate) role: crate::words::Role,
    pub(crate) at: Timestamp,
    pub(crate) escalate_to: crate::words::Role,
}

impl Scene<'_> {
    /// Asks who owes a kind of work. A pack that does not say is not fit to be used.
    pub(crate) fn due(&mut self, task: TaskKind) -> Result<Owed, Gap> {
        self.known.task = Some(task);
        let gap = || Gap { name: vocabulary::WORK.question.name.to_owned() };
        let ruling = self.ask_quietly(&vocabulary::WORK).ok_or_else(gap)?;
        let within = ruling.span("within").ok_or_else(gap)?;
        let calendar = self.pack.calendar();
        let at = if ruling.flag("working-time").unwrap_or(false) {
            calendar.after_working_time(self.now, within)
        } else {
            self.now.plus(within)
        };
        Ok(Owed {
            role: ruling.choice("role").ok_or_else(gap)?,
            at,
            escalate_to: ruling.choice("escalate-to").ok_or_else(gap)?,
        })
    }
}

impl CaseKind {
    /// Whether a case of this kind ends in money for the goods asked about.
    pub fn pays_goods_money(self) -> bool {
        match self {
            Self::RefundOnly | Self::ReturnRefund | Self::Compensation | Self::PriceDifference => {
                true
            }
            Self::Exchange | Self::Reship | Self::Repair => false,
        }
    }
}

/// The code of a verdict, for readers of a judgement.
impl Judgement {
    pub fn ruling(&self) -> &'static str {
        self.verdict.code()
    }

    /// The row that decided: the last advice asked.
    pub fn clause(&self) -> Option<String> {
        let advice = self.rulings.iter().rev().find(|it| vocabulary::is_advice(&it.question))?;
        advice.row.as_ref().map(|row| format!("{}#{row}", advice.question))
    }
}
