//! What is seen of goods that come back.

use dossier::{
    Body, Case,
    command::{Actor, Context},
    inspection::{Graded, Receipt},
    returns::{inspection_form, return_options},
    words::Role,
};
use kernel::Choice;

use super::{Findings, listed};
use crate::{
    expect::CaseSeen,
    stage::{Broken, Stage, nothing},
};

impl Stage<'_> {
    pub(crate) fn check_return(
        &self,
        expected: &CaseSeen,
        (body, case): (&Body, &Case),
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let receipts: Vec<String> = case.receipts.iter().map(receipt).collect();
        let about = format!("receipts of {}", case.no);
        findings.same(&about, (expected.receipts.as_ref(), &receipts), |it| listed(it));
        let graded = case.assessment.iter().flat_map(|it| &it.pieces);
        let grades: Vec<String> = graded.map(grade).collect();
        let about = format!("grades of {}", case.no);
        findings.same(&about, (expected.grades.as_ref(), &grades), |it| listed(it));
        self.check_offered(expected, (body, case), findings)
    }

    /// What a portal and a form show.
    fn check_offered(
        &self,
        expected: &CaseSeen,
        (body, case): (&Body, &Case),
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let unknown = || Broken::Said(format!("no pack is called {}", body.order.pack));
        let pack = self.engine.shelf().version(&body.order.pack).ok_or_else(unknown)?;
        let actor = Actor { id: self.actor(Role::Buyer.code())?.id, role: Role::Buyer, grade: 1 };
        let context = Context {
            now: self.now(),
            actor: &actor,
            pack: &pack,
            automatic: self.scenario.automatic,
            spent_today: Some(nothing()),
        };
        let checks = inspection_form(body, &case.no, context).map(|it| it.checks);
        let checks = checks.unwrap_or_default().into_iter().map(|it| it.code).collect();
        let about = format!("checklist of {}", case.no);
        findings.same(&about, (expected.checklist.as_ref(), &checks), |it| listed(it));
        let options = return_options(body, &case.no, context);
        let pickup = options.as_ref().is_some_and(|it| it.pickup);
        let about = format!("pickup for {}", case.no);
        findings.same(&about, (expected.pickup.as_ref(), &pickup), ToString::to_string);
        let couriers = options.as_ref().map(|it| it.partner_couriers.clone()).unwrap_or_default();
        let about = format!("couriers for {}", case.no);
        findings.same(&about, (expected.couriers.as_ref(), &couriers), |it| listed(it));
        let reminder = options.and_then(|it| it.reminder).unwrap_or_default();
        let about = format!("reminder for {}", case.no);
        findings.same(&about, (expected.reminder.as_ref(), &reminder), Clone::clone);
        Ok(())
    }
}

/// `SF1 by 仓库 from 顺丰`
fn receipt(it: &Receipt) -> String {
    let parcel = it.parcel.as_ref().map_or_else(|| "no parcel".to_owned(), ToString::to_string);
    format!("{parcel} by {} from {}", it.by, it.carrier)
}

/// `1 x 2 used`
fn grade(it: &Graded) -> String {
    format!("{} x {} {}", it.piece.line, it.piece.quantity, it.piece.grade)
}
