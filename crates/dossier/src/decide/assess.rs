//! Goods at our door, and goods that leave in exchange.

use kernel::{CaseNo, ParcelNo};
use money::Money;
use policy::Gap;

use super::{
    Draft,
    compensation::owe_postage,
    deadlines::outlast_replacement,
    deposit,
    draft::{not_possible, some_ground},
    judging,
    money::let_go,
};
use crate::{
    case::{Assessment, Case, Finding, Pieces, Place, Status},
    event::{CaseChange, Event},
    facts::Fact,
    inspection::Receipt,
    parcel::{Parcel, Scan},
    rejection::Rejection,
    scene::Scene,
    vocabulary,
    words::{CaseKind, Direction, ScanKind, TaskKind, Verdict},
};

/// The warehouse has a return in hand (PATH4-08); from here on its risk is ours. What comes in
/// several parcels is taken in one after the other, until it has been looked at (QC-16).
pub(crate) fn receipt(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (parcel, carrier): (Option<&ParcelNo>, &str),
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    let parcel = parcel.or(known.returns.last()).cloned();
    let inspecting = matches!(known.status, Status::Inspecting { .. });
    let is_known = known.receipts.iter().any(|it| it.parcel == parcel) || parcel.is_none();
    if known.assessment.is_some() || (inspecting && is_known) {
        return Ok(());
    }
    if !known.status.is_judged_again() {
        return Err(not_possible(known));
    }
    let (at, by) = (draft.now(), draft.context.actor.id.clone());
    let mut brought_by = carrier.to_owned();
    if let Some(parcel) = parcel.clone() {
        let track = draft.body.parcels.get(&parcel);
        if brought_by.is_empty() {
            brought_by = track.map(|it| it.carrier.clone()).unwrap_or_default();
        }
        if !known.returns.contains(&parcel) {
            let (parcel, carrier) = (parcel.clone(), brought_by.clone());
            draft.change(case, CaseChange::ReturnEntered { parcel, carrier })?;
        }
        draft.record(Event::ParcelScanned {
            parcel,
            carrier: brought_by.clone(),
            direction: Direction::Return,
            case: Some(case.clone()),
            scans: vec![Scan { at, kind: ScanKind::Signed, signer: None }],
        })?;
    }
    let receipt = Receipt { parcel, carrier: brought_by, at, by };
    draft.change(case, CaseChange::Received(receipt))?;
    if inspecting {
        return judging::look_again(draft, case);
    }
    draft.move_to(case, Status::Inspecting { received_at: at }, "")?;
    draft.tell(case, "received")?;
    judging::look_again(draft, case)?;
    owe_postage(draft, case)
}

pub(crate) fn assess(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (finding, place): (Finding, Option<Place>),
    accepted: &[Pieces],
    (reason, withheld): (&str, Money),
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if let Some(assessment) = &known.assessment {
        let same = assessment.finding == finding && assessment.accepted == accepted;
        return if same { Ok(()) } else { Err(not_possible(known)) };
    }
    if !matches!(known.status, Status::Inspecting { .. }) {
        return Err(Rejection::Locked { until: "the warehouse has the goods" });
    }
    if finding != Finding::Pass && reason.trim().is_empty() {
        return Err(Rejection::NoInspectionReason);
    }
    if withheld.is_negative() {
        return Err(Rejection::NotPositive);
    }
    let accepted = checked_pieces(draft, case, finding, accepted)?;
    let assessment = Assessment {
        at: draft.now(),
        by: draft.context.actor.id.clone(),
        finding,
        accepted,
        reason: reason.to_owned(),
        withheld,
        place,
        pieces: Vec::new(),
    };
    conclude(draft, case, assessment)
}

/// The result is known: it is proven, kept, and whoever it concerns hears of it.
pub(super) fn conclude(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    assessment: Assessment,
) -> Result<(), Rejection> {
    let finding = assessment.finding;
    let tell = check_proof(draft, case, &assessment)?;
    draft.change(case, CaseChange::Assessed(Box::new(assessment)))?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::Inspect)?;
    if let Some(task) = tell {
        draft.open_task(case, task, false)?;
    }
    draft.tell(case, if finding == Finding::Pass { "passed" } else { "failed" })?;
    let kind = draft.case(case)?.request.kind;
    if finding == Finding::Pass && kind == CaseKind::Exchange {
        if draft.body.replacement_of(case).is_some() {
            return deposit::old_goods_in(draft, case);
        }
        draft.move_to(case, Status::SendingReplacement { parcel: None }, "")?;
        return draft.open_task(case, TaskKind::ShipReplacement, false);
    }
    if finding == Finding::Pass && kind == CaseKind::Repair {
        return draft.move_to(case, Status::Repairing, "");
    }
    judging::look_again(draft, case)
}

/// PATH4-06, PATH4-07: policy says what an inspection has to be proven with, and whose work its
/// result is at once.
fn check_proof(
    draft: &Draft<'_>,
    case: &CaseNo,
    assessment: &Assessment,
) -> Result<Option<TaskKind>, Rejection> {
    let known = draft.case(case)?;
    let assessed = Case { assessment: Some(assessment.clone()), ..known.clone() };
    let scene = Scene::new(&draft.body, &assessed, draft.context)?;
    let gap = || Gap { name: vocabulary::INSPECTION.question.name.to_owned() };
    let ruling = scene.ask_quietly(&vocabulary::INSPECTION).ok_or_else(gap)?;
    let owed = [
        ("photo", Fact::ProblemPhoto, "a picture of the problem"),
        ("video", Fact::UnpackingVideo, "the video of the unpacking"),
    ];
    for (output, fact, what) in owed {
        if ruling.flag(output) == Some(true) && !known.is_shown(fact) {
            return Err(Rejection::ProofMissing { what });
        }
    }
    Ok(ruling.choice("task"))
}

/// PATH4-12: seen at the door and not taken in. The parcel goes back with the courier, and the
/// buyer sees what was wrong.
pub(crate) fn refuse_return(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    parcel: Option<&ParcelNo>,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let known = draft.open_case(case)?;
    let Some(parcel) = parcel.or(known.returns.last()).cloned() else {
        return Err(not_possible(known));
    };
    let track = draft.body.parcels.get(&parcel);
    if track.is_some_and(Parcel::is_coming_back) {
        return Ok(());
    }
    let on_its_way = matches!(known.status, Status::Returning | Status::AwaitingReturn { .. });
    if !on_its_way || !known.returns.contains(&parcel) || track.is_some_and(Parcel::is_back) {
        return Err(not_possible(known));
    }
    if draft.context.pack.flag("refused-return-needs-photo")? && !known.is_shown(Fact::ProblemPhoto)
    {
        return Err(Rejection::ProofMissing { what: "a picture of the problem" });
    }
    let at = draft.now();
    draft.record(Event::ParcelScanned {
        parcel,
        carrier: String::new(),
        direction: Direction::Return,
        case: Some(case.clone()),
        scans: vec![Scan { at, kind: ScanKind::Refused, signer: None }],
    })?;
    draft.tell(case, "return-refused")?;
    draft.open_task(case, TaskKind::ReturnProblem, false)?;
    judging::look_again(draft, case)
}

/// A pass without a list accepts everything asked for; nothing else may exceed it.
fn checked_pieces(
    draft: &Draft<'_>,
    case: &CaseNo,
    finding: Finding,
    accepted: &[Pieces],
) -> Result<Vec<Pieces>, Rejection> {
    let asked = &draft.case(case)?.request.pieces;
    if finding == Finding::Pass && accepted.is_empty() {
        return Ok(asked.clone());
    }
    for it in accepted {
        let of_line = asked.iter().find(|asked| asked.line == it.line);
        let most = of_line.map_or(kernel::Quantity::ZERO, |it| it.quantity);
        if most < it.quantity {
            let (line, asked) = (it.line, it.quantity);
            return Err(Rejection::TooManyPieces { line, asked, left: most, bought: most });
        }
    }
    Ok(accepted.to_vec())
}

/// EXCH-10, EXCH-16: a replacement leaves, and the buyer learns its number.
pub(crate) fn send_replacement(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    parcel: &ParcelNo,
    carrier: &str,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    let sent = draft.body.replacement_of(case).map(|it| &it.no);
    let ahead = match &known.status {
        Status::SendingReplacement { parcel: None } | Status::Repairing => false,
        _ if sent == Some(parcel) => return Ok(()),
        _ if known.request.kind == CaseKind::Exchange && sent.is_none() => {
            // EXCH-11, EXCH-13: with the deposit paid, or in parallel with a return under way.
            let agreed = known.judgement.as_ref().map(|it| it.verdict) == Some(Verdict::Exchange);
            let under_way = draft.found(case, Fact::Urgent) && !known.returns.is_empty();
            if !agreed || !(known.deposit.is_some() || under_way) {
                return Err(Rejection::Locked { until: "the warehouse has the goods" });
            }
            true
        }
        Status::Submitted
        | Status::UnderReview
        | Status::WaitingBuyer { .. }
        | Status::Intercepting
        | Status::AwaitingApproval { .. }
        | Status::AwaitingParcel
        | Status::AwaitingReturn { .. }
        | Status::Returning
        | Status::Inspecting { .. }
        | Status::Refunding { .. }
        | Status::SendingReplacement { .. }
        | Status::InDispute
        | Status::Declined { .. }
        | Status::Withdrawn { .. }
        | Status::Done { .. } => return Err(not_possible(known)),
    };
    draft.record(Event::ParcelScanned {
        parcel: parcel.clone(),
        carrier: carrier.to_owned(),
        direction: Direction::Outbound,
        case: Some(case.clone()),
        scans: Vec::new(),
    })?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::ShipReplacement)?;
    draft.tell(case, "replacement-sent")?;
    outlast_replacement(draft, case)?;
    if ahead {
        return deposit::follow_old_goods(draft, case);
    }
    draft.move_to(case, Status::SendingReplacement { parcel: Some(parcel.clone()) }, "")
}

/// Ends a case that needs no more money and no more goods.
pub(crate) fn finish(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if matches!(draft.case(case)?.status, Status::Done { .. }) {
        return Ok(());
    }
    draft.open_case(case)?;
    let_go(draft, case)?;
    draft.wind_up(case)?;
    draft.done(case, draft.now())?;
    judging::look_again_at_all(draft)
}
