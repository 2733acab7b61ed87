//! A return looked at piece by piece: grades in, what they come to out.

use kernel::{CaseNo, Choice, Quantity};
use money::{Money, MoneyError};
use policy::{Gap, Ruling};

use super::{Draft, assess::conclude, draft::not_possible};
use crate::{
    amount::paid_for,
    case::{Assessment, Case, Finding, Pieces, Place, Status},
    facts::Fact,
    inspection::{Check, Grade, Graded, Inspected},
    judge::understand_reason,
    rejection::Rejection,
    returns::checks,
    scene::Scene,
    vocabulary,
};

/// QC-13, QC-16, QC-17: what is accepted and withheld follows from the grades, by the pack's table.
pub(crate) fn inspect(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    pieces: &[Inspected],
    place: Option<Place>,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if known.assessment.is_none() && !matches!(known.status, Status::Inspecting { .. }) {
        return Err(Rejection::Locked { until: "the warehouse has the goods" });
    }
    check_pieces(known, pieces)?;
    let mut scene = Scene::new(&draft.body, known, draft.context)?;
    understand_reason(&mut scene);
    let checklist = checks(&scene);
    let mut graded = Vec::new();
    let mut finding = Finding::Pass;
    for piece in with_missing(known, pieces) {
        let (piece, found) = grade(&mut scene, &checklist, piece)?;
        finding = worse(finding, found);
        graded.push(piece);
    }
    if let Some(assessment) = &known.assessment {
        let same = assessment.pieces == graded;
        return if same { Ok(()) } else { Err(not_possible(known)) };
    }
    let reason = reason(&graded)?;
    let withheld = Money::sum(draft.body.order.currency(), graded.iter().map(|it| it.withheld))?;
    let assessment = Assessment {
        at: draft.now(),
        by: draft.context.actor.id.clone(),
        finding,
        accepted: accepted(known, &graded),
        reason,
        withheld,
        place,
        pieces: graded,
    };
    conclude(draft, case, assessment)
}

/// Only what was sent back, and shown by what the case has.
fn check_pieces(known: &Case, pieces: &[Inspected]) -> Result<(), Rejection> {
    let wants_position =
        known.findings.get(&Fact::FaultPosition) == Some(&policy::Value::Flag(true));
    for piece in pieces {
        let line = piece.line;
        let Some(&asked) = known.request.pieces.iter().find(|it| it.line == line) else {
            return Err(Rejection::UnknownLine { line });
        };
        if piece.quantity.is_zero() {
            return Err(Rejection::NoPieces);
        }
        let (most, found) = (asked.quantity, found(pieces, asked));
        if most < found {
            return Err(Rejection::TooManyPieces { line, asked: found, left: most, bought: most });
        }
        if wants_position && piece.grade != Grade::NotInParcel && piece.position.trim().is_empty() {
            return Err(Rejection::ProofMissing { what: "the position the buyer named" });
        }
        let is_kept = |it: &kernel::EvidenceId| known.evidence.iter().any(|kept| &kept.id == it);
        if !piece.evidence.iter().all(is_kept) {
            return Err(Rejection::ProofMissing { what: "the evidence that is named" });
        }
    }
    Ok(())
}

fn found(pieces: &[Inspected], asked: Pieces) -> Quantity {
    let of_line = pieces.iter().filter(|it| it.line == asked.line);
    of_line.fold(Quantity::ZERO, |sum, it| {
        sum.checked_add(it.quantity).unwrap_or(Quantity::new(u32::MAX))
    })
}

/// QC-16: what is not there is not in the parcel, even if nobody says so.
fn with_missing(known: &Case, pieces: &[Inspected]) -> Vec<Inspected> {
    let mut all = pieces.to_vec();
    for &asked in &known.request.pieces {
        let quantity = asked.quantity.minus(found(pieces, asked));
        if !quantity.is_zero() {
            all.push(Inspected {
                line: asked.line,
                quantity,
                grade: Grade::NotInParcel,
                failed: Vec::new(),
                serial: String::new(),
                weight: None,
                position: String::new(),
                note: String::new(),
                evidence: Vec::new(),
            });
        }
    }
    all
}

/// What policy says of one piece. A point of the checklist that it fails can make it worse than
/// somebody thought.
fn grade(
    scene: &mut Scene<'_>,
    checklist: &[Check],
    mut piece: Inspected,
) -> Result<(Graded, Finding), Rejection> {
    for code in &piece.failed {
        let Some(check) = checklist.iter().find(|it| it.code == *code) else {
            return Err(Rejection::BadName { what: code.clone() });
        };
        piece.grade = piece.grade.max(check.at_best);
    }
    scene.known.piece = Some(piece.grade);
    let gap = || Gap { name: vocabulary::GRADES.question.name.to_owned() };
    let ruling = scene.ask_quietly(&vocabulary::GRADES).ok_or_else(gap)?;
    let accepted = ruling.flag("accepted").ok_or_else(gap)?;
    let finding = ruling.choice::<Finding>("finding").ok_or_else(gap)?;
    let clause = ruling.clause();
    let clause = format!("{}#{}", clause.table, clause.row);
    // Pieces that do not count as back are not paid for, so that nothing is taken off.
    let nothing = Money::zero(scene.body.order.currency());
    let withheld = if accepted { withheld(scene, &piece, ruling)? } else { nothing };
    Ok((Graded { piece, accepted, withheld, clause }, finding))
}

/// Never more than was paid for the pieces.
fn withheld(scene: &Scene<'_>, piece: &Inspected, ruling: Ruling<'_>) -> Result<Money, MoneyError> {
    let pieces = Pieces { line: piece.line, quantity: piece.quantity };
    let paid = paid_for(&scene.body.order, pieces);
    let share = paid.percent(ruling.percent("withhold").unwrap_or_default())?;
    let each = ruling.amount("withhold-each").unwrap_or(Money::zero(paid.currency()));
    share.plus(each.times(piece.quantity.pieces())?)?.smaller(paid)
}

/// The finding that matters more: the later one of `Finding`, except that only a part having come
/// back matters less than what is wrong with the rest.
fn worse(one: Finding, two: Finding) -> Finding {
    let weight = |it: Finding| match it {
        Finding::Pass => 0_u8,
        Finding::Partial => 1,
        Finding::Fail => 2,
        Finding::Swapped => 3,
        Finding::WrongItem => 4,
    };
    if weight(one) < weight(two) { two } else { one }
}

fn accepted(known: &Case, graded: &[Graded]) -> Vec<Pieces> {
    let of_line = |asked: &Pieces| {
        let good = graded.iter().filter(|it| it.accepted && it.piece.line == asked.line);
        let quantity =
            good.fold(Quantity::ZERO, |sum, it| sum.checked_add(it.piece.quantity).unwrap_or(sum));
        (!quantity.is_zero()).then_some(Pieces { line: asked.line, quantity })
    };
    known.request.pieces.iter().filter_map(of_line).collect()
}

/// QC-06: whatever does not pass is explained. That something is not there explains itself.
fn reason(graded: &[Graded]) -> Result<String, Rejection> {
    let explains_itself = |it: &Graded| it.accepted || it.piece.grade == Grade::NotInParcel;
    if graded.iter().any(|it| !explains_itself(it) && it.piece.note.trim().is_empty()) {
        return Err(Rejection::NoInspectionReason);
    }
    let said = graded.iter().filter(|it| !it.accepted || it.withheld.is_positive()).map(|it| {
        let (line, pieces, grade) = (it.piece.line, it.piece.quantity, it.piece.grade.code());
        let note = it.piece.note.trim();
        if note.is_empty() { format!("{line} x {pieces}: {grade}") } else { note.to_owned() }
    });
    Ok(said.collect::<Vec<String>>().join("; "))
}
