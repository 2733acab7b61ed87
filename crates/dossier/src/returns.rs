//! How goods may come back, and what they are looked at for: facts for a portal and a form.

use kernel::{CaseNo, Timestamp};
use policy::Language;

use crate::{
    body::Body,
    case::Status,
    command::Context,
    inspection::Check,
    judge::understand_reason,
    scene::{Scene, words},
    vocabulary,
    words::Payer,
};

/// What a buyer can choose from, and has to know, once a return is agreed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnOptions {
    /// Whether a courier may be booked to fetch the goods (RETN-02).
    pub pickup: bool,
    /// Couriers the shop works with, for whoever brings the parcel there (RETN-03).
    pub partner_couriers: Vec<String>,
    /// Couriers whose parcels are not taken in (RETN-05).
    pub refused_carriers: Vec<String>,
    /// The pack's text that reminds of keeping the number (RETN-04).
    pub reminder: Option<String>,
    pub postage_by: Payer,
    pub deadline: Option<Timestamp>,
    /// From when on a courier comes, if that is booked.
    pub booked: Option<Timestamp>,
}

/// None unless goods are to come back and have not been sent.
pub fn return_options(body: &Body, case: &CaseNo, context: Context<'_>) -> Option<ReturnOptions> {
    let known = body.case(case)?;
    let Status::AwaitingReturn { deadline } = known.status else { return None };
    let scene = Scene::new(body, known, context).ok()?;
    let ruling = scene.ask_quietly(&vocabulary::RETURN_WAYS)?;
    let listed = |constant: &str| -> Vec<String> {
        let list = context.pack.phrase(constant).unwrap_or_default();
        words(list).filter(|it| *it != "-").map(str::to_owned).collect()
    };
    Some(ReturnOptions {
        pickup: ruling.flag("pickup") == Some(true),
        partner_couriers: listed("partner-couriers"),
        refused_carriers: listed("refused-carriers"),
        reminder: ruling.text("reply").filter(|it| !it.is_empty()).map(str::to_owned),
        postage_by: known.judgement.as_ref().map_or(Payer::Nobody, |it| it.postage_by),
        deadline,
        booked: known.pickup,
    })
}

/// What an inspector has to look for, and whom to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InspectionForm {
    pub checks: Vec<Check>,
    /// The named contact for questions about inspections, as the pack has it (QC-08).
    pub contact: Option<String>,
}

/// None if there is no such case.
pub fn inspection_form(body: &Body, case: &CaseNo, context: Context<'_>) -> Option<InspectionForm> {
    let mut scene = Scene::new(body, body.case(case)?, context).ok()?;
    understand_reason(&mut scene);
    let contact = context.pack.phrase("inspection-contact").ok().map(str::trim);
    let contact = contact.filter(|it| !matches!(*it, "" | "-")).map(str::to_owned);
    Some(InspectionForm { checks: checks(&scene), contact })
}

pub(crate) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let rows = scene.ask_all(&vocabulary::CHECKLIST);
    let check = |it: &policy::Ruling<'_>| {
        Some(Check {
            code: it.clause().row.to_owned(),
            at_best: it.choice("at-best")?,
            zh: it.sentence(Language::Zh).to_owned(),
            en: it.sentence(Language::En).to_owned(),
        })
    };
    rows.iter().filter_map(check).collect()
}
