//! What buyers ask for, and what the marketplace says of it, with everything that was left out.

use dossier::{
    Command,
    case::{Market, Pieces, Request},
    command::Application,
    inspection::Inspected,
    words::{CaseKind, GoodsClaim, Reason},
};
use kernel::{CaseNo, OrderNo, Quantity};

use crate::{
    load::WHOLE_LINE,
    scenario::{Filing, Look, MarketNews, Wish},
    stage::{Broken, Stage},
};

impl Stage<'_> {
    pub(crate) fn application(
        &self,
        order: &OrderNo,
        filing: &Filing,
    ) -> Result<Application, Broken> {
        let number = self.cases.len().saturating_add(1);
        let usual = CaseNo::lossy(&format!("R{number}"));
        let filed_at = filing.filed_at.map_or_else(|| self.now(), |it| self.instant(it));
        Ok(Application {
            case: filing.case.clone().unwrap_or(usual),
            request: self.request(order, &filing.wish, None)?,
            filed_at,
            follows: filing.follows.clone(),
            market: self.market(Market::default(), &filing.market),
            findings: filing.findings.clone(),
            return_parcel: filing.return_parcel.clone(),
        })
    }

    /// The request as it is wished for; what is not said stays, or is what buyers usually ask for.
    fn request(
        &self,
        order: &OrderNo,
        wish: &Wish,
        known: Option<Request>,
    ) -> Result<Request, Broken> {
        let usual = Request {
            kind: CaseKind::RefundOnly,
            reason: Reason::NoLongerWanted,
            reason_text: String::new(),
            pieces: Vec::new(),
            asked: None,
            goods: GoodsClaim::Unknown,
            note: String::new(),
        };
        let known = known.unwrap_or(usual);
        let pieces = match &wish.pieces {
            Some(pieces) => self.counted(order, pieces)?,
            None if known.pieces.is_empty() => self.everything(order)?,
            None => known.pieces,
        };
        let other = |new: &String, old: String| if new.is_empty() { old } else { new.clone() };
        Ok(Request {
            kind: wish.kind.unwrap_or(known.kind),
            reason: wish.reason.unwrap_or(known.reason),
            reason_text: other(&wish.reason_text, known.reason_text),
            pieces,
            asked: wish.asked.or(known.asked),
            goods: wish.goods.unwrap_or(known.goods),
            note: other(&wish.note, known.note),
        })
    }

    fn everything(&self, order: &OrderNo) -> Result<Vec<Pieces>, Broken> {
        let lines = self.body(order)?.order.lines;
        Ok(lines.iter().map(|it| Pieces { line: it.no, quantity: it.quantity }).collect())
    }

    /// Lines without a number of pieces are meant whole.
    fn counted(&self, order: &OrderNo, pieces: &[Pieces]) -> Result<Vec<Pieces>, Broken> {
        let body = self.body(order)?;
        let whole =
            |it: &Pieces| body.order.line(it.line).map_or(Quantity::ONE, |line| line.quantity);
        let counted = pieces.iter().map(|it| Pieces {
            line: it.line,
            quantity: if it.quantity == WHOLE_LINE { whole(it) } else { it.quantity },
        });
        Ok(counted.collect())
    }

    fn whole(&self, order: &OrderNo, mut pieces: Vec<Inspected>) -> Result<Vec<Inspected>, Broken> {
        for it in &mut pieces {
            let counted = [Pieces { line: it.line, quantity: it.quantity }];
            if let [counted] = self.counted(order, &counted)?.as_slice() {
                it.quantity = counted.quantity;
            }
        }
        Ok(pieces)
    }

    fn market(&self, known: Market, news: &MarketNews) -> Market {
        Market {
            standing: news.standing.unwrap_or(known.standing),
            deadline: news.deadline.map(|it| self.instant(it)).or(known.deadline),
            intervened: news.intervened.unwrap_or(known.intervened),
            instant: news.instant.unwrap_or(known.instant),
            insured: news.insured.unwrap_or(known.insured),
            shared_number: news.shared_number.unwrap_or(known.shared_number),
        }
    }

    pub(crate) fn market_command(
        &self,
        order: &OrderNo,
        case: CaseNo,
        news: &MarketNews,
    ) -> Result<Command, Broken> {
        let body = self.body(order)?;
        let known = body.case(&case).map(|it| it.market.clone()).unwrap_or_default();
        Ok(Command::RecordMarket { market: self.market(known, news), case })
    }

    pub(crate) fn change_command(
        &self,
        order: &OrderNo,
        case: CaseNo,
        wish: &Wish,
    ) -> Result<Command, Broken> {
        let known = self.body(order)?.case(&case).map(|it| it.request.clone());
        Ok(Command::ChangeRequest { request: self.request(order, wish, known)?, case })
    }

    pub(crate) fn assess_commands(
        &self,
        order: &OrderNo,
        case: CaseNo,
        look: Look,
    ) -> Result<Vec<Command>, Broken> {
        let Look { finding, accepted, reason, withheld, place, pieces, shown } = look;
        let accepted = self.counted(order, &accepted)?;
        let mut commands: Vec<Command> = Vec::new();
        for (shows, evidence) in shown {
            commands.push(Command::AttachEvidence { case: case.clone(), evidence, shows });
        }
        if !pieces.is_empty() {
            commands.push(Command::Inspect { case, pieces: self.whole(order, pieces)?, place });
            return Ok(commands);
        }
        commands.push(Command::Assess { case, finding, accepted, reason, withheld, place });
        Ok(commands)
    }
}
