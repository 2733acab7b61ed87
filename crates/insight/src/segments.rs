//! The five parts of a return's time (METRIC-04).

use dossier::{
    Event,
    case::Status,
    event::{CaseChange, PayoutChange},
    words::{Direction, ScanKind},
};
use kernel::{CaseNo, Timestamp, choice};
use store::Recorded;

choice! {
    /// A part of a return's time, in order. The merchant answers for three of them (METRIC-05).
    pub enum Segment {
        Approval = "approval",
        Mailing = "mailing",
        Transit = "transit",
        Inspection = "inspection",
        Refund = "refund",
    }
}

impl Segment {
    pub fn is_controllable(self) -> bool {
        matches!(self, Self::Approval | Self::Inspection | Self::Refund)
    }
}

/// When each part ended; none if nothing says so.
#[derive(Clone, Copy, Default)]
struct Ends {
    agreed: Option<Timestamp>,
    collected: Option<Timestamp>,
    signed: Option<Timestamp>,
    inspected: Option<Timestamp>,
    refunded: Option<Timestamp>,
}

/// The seconds of each part; they add up to the time from `opened_at` until the money was there.
/// `None` if the money is not there, or the goods never came back.
pub(crate) fn segments(
    history: &[Recorded],
    case: &CaseNo,
    opened_at: Timestamp,
) -> Result<Option<[i64; 5]>, codec::DecodeError> {
    let mut ends = Ends::default();
    for commit in history {
        for event in codec::decode_events(&commit.events)? {
            note(&mut ends, &event, case, commit.at);
        }
    }
    let (Some(inspected), Some(refunded)) = (ends.inspected, ends.refunded) else {
        return Ok(None);
    };
    // What nobody told of took no time of its own.
    let mut from = opened_at;
    let ends = [ends.agreed, ends.collected, ends.signed, Some(inspected), Some(refunded)];
    Ok(Some(ends.map(|end| {
        let end = end.unwrap_or(from).clamp(from, refunded.max(from));
        let took = end.since(from).whole_seconds();
        from = end;
        took
    })))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else ends a part")]
fn note(ends: &mut Ends, event: &Event, case: &CaseNo, at: Timestamp) {
    match event {
        Event::CaseChanged { case: it, change } if it == case => match change {
            CaseChange::Status { status: Status::AwaitingReturn { .. }, .. } => {
                ends.agreed.get_or_insert(at);
            }
            CaseChange::Assessed(_) => ends.inspected = Some(at),
            _ => (),
        },
        Event::ParcelScanned { direction: Direction::Return, case: of, scans, .. }
            if of.as_ref().is_none_or(|it| it == case) =>
        {
            for scan in scans {
                match scan.kind {
                    ScanKind::Collected | ScanKind::Moving => {
                        ends.collected.get_or_insert(scan.at);
                    }
                    ScanKind::Signed => {
                        ends.signed.get_or_insert(scan.at);
                    }
                    _ => (),
                }
            }
        }
        Event::PayoutChanged { payout, at, change: PayoutChange::Settled { .. } }
            if is_of(payout.as_str(), case) =>
        {
            ends.refunded = Some(*at);
        }
        _ => (),
    }
}

/// Payments are numbered within their case: `R1-2`.
fn is_of(payout: &str, case: &CaseNo) -> bool {
    payout.rsplit_once('-').is_some_and(|(of, _)| of == case.as_str())
}
