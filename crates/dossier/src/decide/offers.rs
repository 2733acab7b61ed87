//! What may be done about a case now, and what it would come to.
//!
//! **Invariant:** nothing here knows a rule. Every offer is a command that was tried on a copy of
//! the dossier, and its bounds are those that refusals name; so an offer cannot say yes where the
//! decision says no. What follows from a decision and cannot refuse it is left out of the trial: a
//! look at all that is open would cost more than everything else.

use kernel::{CaseNo, Choice};
use money::{Money, MoneyError};
use policy::Language;

use super::{Draft, decide_open, draft::not_possible, judging};
use crate::{
    body::Body,
    case::{Case, Judgement, Status},
    command::{Command, Context},
    deed::{Deed, amount_of, commands, ground_of, may_be_nothing, set_amount},
    payout::Payout,
    rejection::Rejection,
    scene::Scene,
    vocabulary,
    words::{Purpose, Role, Verdict},
};

/// A command about a case, as far as it can be known before somebody gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    pub deed: Deed,
    /// With its preset. What only the person can say (a ground, a number, a text) is a placeholder,
    /// or empty.
    pub command: Command,
    pub needs_ground: bool,
    /// Grounds that are usually given for it, as the pack lists them.
    pub grounds: Vec<Ground>,
    /// Where the command names an amount.
    pub amount: Option<Bounds>,
    /// What leaves, or is set aside for it, if the preset is given.
    pub pays: Option<Money>,
    /// Whose second pair of eyes the preset needs.
    pub approver: Option<Role>,
    /// Whether it is what the judgement says.
    pub suggested: bool,
    /// Why it cannot be done; none of the above counts then.
    pub refused: Option<Rejection>,
}

impl Offer {
    /// The command as somebody gives it: with their ground, and their amount instead of the preset.
    pub fn given(&self, ground: &str, amount: Option<Money>) -> Command {
        let mut command = self.command.clone();
        if let Some(empty) = ground_of(&mut command) {
            ground.clone_into(empty);
        }
        if let Some(amount) = amount {
            set_amount(&mut command, amount);
        }
        command
    }
}

/// What may stand as an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    pub least: Money,
    pub most: Money,
    /// What policy says; none where it says nothing.
    pub preset: Option<Money>,
}

/// A usual ground: a row of the pack's table `grounds`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ground {
    pub code: String,
    pub zh: String,
    pub en: String,
}

/// Everything that can be asked about a case, tried as the actor of the context; what is refused
/// says why. Empty if there is no such case.
///
/// Whether the actor's role is let near a command at all is not asked here.
pub fn offers(body: &Body, case: &CaseNo, context: Context<'_>) -> Vec<Offer> {
    let Some(known) = body.case(case) else { return Vec::new() };
    let plain = light(body);
    let mut looked = Draft::new(body, context);
    let look = judging::look_again(&mut looked, case);
    // A look that finds nothing new leaves everything as it was.
    let looked = if looked.n_events() == 0 { None } else { Some(light(&looked.body)) };
    let looked = Draft::trial(looked.as_ref().unwrap_or(&plain), context);
    let whole = Draft::new(&plain, context);
    let plain = Draft::trial(&plain, context);
    let desk = Desk { known, plain, whole, looked, look, grounds: grounds(body, known, context) };
    let mut offers: Vec<Offer> = Deed::ALL.iter().flat_map(|&it| desk.offers_of(it)).collect();
    let Some(judgement) = desk.judged() else { return offers };
    let Some(wanted) = suggested(judgement.verdict, known) else { return offers };
    for offer in offers.iter_mut().filter(|it| it.refused.is_none()) {
        let is_meant = |it: Bounds| judgement.amount.total().ok() == it.preset;
        offer.suggested =
            offer.deed == wanted && is_usual(&offer.command) && offer.amount.is_none_or(is_meant);
    }
    offers
}

/// Nothing tried here reads the rulings of earlier looks, which are most of a dossier.
fn light(body: &Body) -> Body {
    let mut body = body.clone();
    for case in &mut body.cases {
        case.changes.clear();
        if let Some(judgement) = &mut case.judgement {
            judgement.rulings.clear();
        }
    }
    body
}

/// Of several commands of one deed, the one that a verdict speaks of.
fn is_usual(command: &Command) -> bool {
    !matches!(command, Command::Compensate { purpose, .. } if *purpose != Purpose::Compensation)
        && !matches!(command, Command::DecideApproval { approve: false, .. })
}

/// The deed that follows a verdict.
fn suggested(verdict: Verdict, case: &Case) -> Option<Deed> {
    match verdict {
        // A return that is agreed to brings the goods back, which this verdict does not want.
        Verdict::Compensate if case.request.kind.returns_goods() => Some(Deed::Compensate),
        Verdict::Compensate
        | Verdict::Refund
        | Verdict::AcceptReturn
        | Verdict::RefundOnReturn
        | Verdict::Exchange
        | Verdict::Reship
        | Verdict::Repair => Some(Deed::Approve),
        Verdict::AskBuyer => Some(Deed::AskBuyer),
        Verdict::Decline => Some(Deed::Decline),
        Verdict::Inspect if matches!(case.status, Status::Inspecting { .. }) => Some(Deed::Inspect),
        Verdict::Inspect => Some(Deed::RecordReceipt),
        Verdict::Intercept
        | Verdict::Guide
        | Verdict::Wait
        | Verdict::Review
        | Verdict::Settle
        | Verdict::Person => None,
    }
}

fn grounds(body: &Body, case: &Case, context: Context<'_>) -> Vec<(Deed, Ground)> {
    let Ok(mut scene) = Scene::new(body, case, context) else { return Vec::new() };
    scene.known.verdict = case.judgement.as_ref().map(|it| it.verdict);
    let rows = scene.ask_all(&vocabulary::GROUNDS);
    let ground = |it: &policy::Ruling<'_>| Ground {
        code: it.clause().row.to_owned(),
        zh: it.sentence(Language::Zh).to_owned(),
        en: it.sentence(Language::En).to_owned(),
    };
    rows.iter().filter_map(|it| Some((it.choice("deed")?, ground(it)))).collect()
}

/// One case on the table, as it is and as a look at it leaves it.
struct Desk<'a> {
    known: &'a Case,
    plain: Draft<'a>,
    /// For what is worth seeing through to its end.
    whole: Draft<'a>,
    looked: Draft<'a>,
    /// Whether the look was possible.
    look: Result<(), Rejection>,
    grounds: Vec<(Deed, Ground)>,
}

/// An end of what may be named as an amount, and what came of trying it.
type End = (Money, Tried);

/// What a tried command leaves behind.
#[derive(Clone, Copy)]
struct Tried {
    pays: Option<Money>,
    approver: Option<Role>,
}

impl Desk<'_> {
    fn offers_of(&self, deed: Deed) -> Vec<Offer> {
        let paid = self.plain.body.order.paid.total();
        let commands = commands(deed, self.known, &self.plain.body, self.plain.now());
        commands
            .into_iter()
            .flat_map(|command| match (amount_of(&command), &paid) {
                (Some(_), Ok(paid)) => self.with_amount(deed, command, *paid),
                (None, _) => {
                    let tried = self.attempt(deed, &command);
                    vec![self.offer(deed, command, (None, tried))]
                }
                (Some(_), Err(error)) => {
                    vec![Self::refused(deed, command, Rejection::Money(*error))]
                }
            })
            .collect()
    }

    /// A command that names an amount, with all it may name. What may be agreed to can fall apart:
    /// all that is due, or a little of it while the goods are kept, but nothing in between.
    fn with_amount(&self, deed: Deed, mut command: Command, paid: Money) -> Vec<Offer> {
        let top = match self.highest(deed, &mut command, paid) {
            Ok(top) => top,
            Err(rejection) => return vec![Self::refused(deed, command, rejection)],
        };
        let (mut offers, mut most) = (Vec::new(), top);
        if deed == Deed::Approve {
            let below = Money::new(top.0.minor().saturating_sub(1), top.0.currency());
            set_amount(&mut command, below);
            if below.is_positive() && self.attempt(deed, &command).is_err() {
                offers.push(self.within(deed, command.clone(), (top, top)));
                match self.highest(deed, &mut command, below) {
                    Ok(highest) => most = highest,
                    Err(_) => return offers,
                }
            }
        }
        let least = self.lowest(deed, &mut command, most);
        offers.push(self.within(deed, command, (least, most)));
        offers
    }

    /// The most that is taken: asked for too much, a refusal says what would not be.
    fn highest(&self, deed: Deed, command: &mut Command, from: Money) -> Result<End, Rejection> {
        let mut most = from;
        loop {
            set_amount(command, most);
            let rejection = match self.attempt(deed, command) {
                Ok(tried) => return Ok((most, tried)),
                Err(rejection) => rejection,
            };
            match bound(&rejection) {
                Some((_, highest)) if highest.minor() < most.minor() => most = highest,
                // More than was paid for the order, where that is what is asked for.
                Some((lowest, highest)) if most.minor() < lowest.minor() => most = highest,
                Some(_) | None => return Err(rejection),
            }
        }
    }

    fn lowest(&self, deed: Deed, command: &mut Command, most: End) -> End {
        let currency = most.0.currency();
        let least = i64::from(!may_be_nothing(command));
        let mut least = Money::new(least, currency);
        for _ in 0..2 {
            set_amount(command, least);
            match self.attempt(deed, command) {
                Ok(tried) => return (least, tried),
                Err(rejection) => match bound(&rejection) {
                    Some((lowest, _)) => least = between(lowest, least, most.0),
                    None => return most,
                },
            }
        }
        most
    }

    fn within(&self, deed: Deed, mut command: Command, (least, most): (End, End)) -> Offer {
        let wanted = self.judged().and_then(|it| it.amount.total().ok());
        let wanted = wanted.filter(|_| is_usual(&command) && follows_judgement(&command));
        let fits = |it: &Money| least.0.minor() <= it.minor() && it.minor() <= most.0.minor();
        let preset = wanted.filter(fits).or((least.0 == most.0).then_some(most.0));
        let amount = preset.unwrap_or(least.0);
        set_amount(&mut command, amount);
        let tried = match [least, most].into_iter().find(|it| it.0 == amount) {
            Some((_, tried)) => Ok(tried),
            None => self.attempt(deed, &command),
        };
        let bounds = Bounds { least: least.0, most: most.0, preset };
        self.offer(deed, command, (Some(bounds), tried))
    }

    fn judged(&self) -> Option<&Judgement> {
        self.looked.body.case(&self.known.no).and_then(|it| it.judgement.as_ref())
    }

    fn offer(
        &self,
        deed: Deed,
        command: Command,
        (amount, tried): (Option<Bounds>, Result<Tried, Rejection>),
    ) -> Offer {
        match tried {
            Ok(tried) => {
                let grounds = self.grounds.iter().filter(|(it, _)| *it == deed);
                let mut command = command;
                let needs_ground = ground_of(&mut command).map(String::clear).is_some();
                Offer {
                    deed,
                    needs_ground,
                    grounds: grounds.map(|(_, it)| it.clone()).collect(),
                    amount,
                    pays: tried.pays,
                    approver: tried.approver,
                    suggested: false,
                    refused: None,
                    command,
                }
            }
            Err(rejection) => Self::refused(deed, command, rejection),
        }
    }

    fn refused(deed: Deed, mut command: Command, rejection: Rejection) -> Offer {
        let needs_ground = ground_of(&mut command).map(String::clear).is_some();
        Offer {
            deed,
            command,
            needs_ground,
            grounds: Vec::new(),
            amount: None,
            pays: None,
            approver: None,
            suggested: false,
            refused: Some(rejection),
        }
    }

    /// What already is so is not worth offering.
    fn attempt(&self, deed: Deed, command: &Command) -> Result<Tried, Rejection> {
        let base = if looks_first(deed) {
            self.look.clone()?;
            &self.looked
        } else if matches!(deed, Deed::Assess | Deed::Inspect) {
            // What comes of an inspection is money that rules pay at once.
            &self.whole
        } else {
            &self.plain
        };
        let mut draft = base.clone();
        decide_open(&mut draft, command)?;
        if draft.n_events() == base.n_events() {
            return Err(not_possible(self.known));
        }
        let approver = match draft.case(&self.known.no)?.status {
            Status::AwaitingApproval { approver, .. } => Some(approver),
            Status::Submitted
            | Status::UnderReview
            | Status::WaitingBuyer { .. }
            | Status::Intercepting
            | Status::AwaitingParcel
            | Status::AwaitingReturn { .. }
            | Status::Returning
            | Status::Inspecting { .. }
            | Status::Refunding { .. }
            | Status::SendingReplacement { .. }
            | Status::Repairing
            | Status::InDispute
            | Status::Declined { .. }
            | Status::Withdrawn { .. }
            | Status::Done { .. } => None,
        };
        Ok(Tried { pays: paid_by(&base.body, &draft.body)?, approver })
    }
}

/// What is on its way after a decision and was not before, or is set aside newly.
fn paid_by(before: &Body, after: &Body) -> Result<Option<Money>, MoneyError> {
    let is_new = |it: &&Payout| {
        let known = before.payout(&it.key).map(|it| &it.status);
        known != Some(&it.status) && it.status.holds_money()
    };
    let mut new = after.payouts.iter().filter(is_new).map(|it| it.amount.total()).peekable();
    if new.peek().is_none() {
        return Ok(None);
    }
    new.try_fold(Money::zero(after.order.currency()), |sum, it| sum.plus(it?)).map(Some)
}

/// These judge the case anew before they decide.
fn looks_first(deed: Deed) -> bool {
    matches!(deed, Deed::Approve | Deed::RefundAhead | Deed::Compensate)
}

/// The least and the most that a refusal names.
#[expect(clippy::wildcard_enum_match_arm, reason = "other refusals are about no amount")]
fn bound(rejection: &Rejection) -> Option<(Money, Money)> {
    let (least, most) = match rejection {
        Rejection::ExceedsCap { most, .. } => (Money::zero(most.currency()), *most),
        Rejection::ExceedsRoom { left, .. } => (Money::zero(left.currency()), *left),
        Rejection::OutsideRange { least, most, .. } => (*least, *most),
        _ => return None,
    };
    most.is_positive().then_some((least, most))
}

fn between(amount: Money, least: Money, most: Money) -> Money {
    let amount = amount.larger(least).unwrap_or(least);
    amount.smaller(most).unwrap_or(most)
}

/// Whether the judgement's amount is meant by the command's.
fn follows_judgement(command: &Command) -> bool {
    matches!(command, Command::Approve { .. } | Command::Compensate { .. })
}
