//! What couriers say of parcels.

use kernel::{OrderNo, ParcelNo, Timestamp};

use crate::{
    complaint::{Expected, FileError},
    dictionary::{Carrier, Concept, Dictionary},
    reading::{Cells, Context, Future, Keyed, Kind, Reading, read_rows},
    sheet::Sheet,
    words::{Signer, TrackStatus},
};

/// One scan of one parcel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackRow {
    pub row: u32,
    pub parcel: ParcelNo,
    pub carrier: Option<Carrier>,
    pub order_no: Option<OrderNo>,
    pub at: Timestamp,
    pub status: TrackStatus,
    pub description: Option<Box<str>>,
    /// Who took it, for scans that say it was signed for.
    pub signer: Option<Signer>,
    pub destination: Option<Box<str>>,
    /// Whether the destination is in a remote region; `None` if there is nothing to tell by.
    pub remote: Option<bool>,
}

const KIND: Kind<TrackRow> = Kind {
    needs: &[
        &[Concept::Parcel],
        &[Concept::ScannedAt],
        &[Concept::TrackStatus, Concept::Description],
    ],
    read: read_track,
};

/// Reads a list of courier scans, one a row.
pub fn read_tracks(sheet: Sheet<'_>, context: &Context) -> Result<Reading<TrackRow>, FileError> {
    read_rows(sheet, context, &KIND)
}

fn read_track(cells: &mut Cells<'_>) -> Option<TrackRow> {
    let (parcels, carrier) = cells.parcels(Concept::Parcel, Concept::Carrier);
    let parcel = cells.require(Concept::Parcel, parcels.into_iter().next());
    if parcel.is_none() {
        cells.fail(Concept::Parcel, Expected::Identifier);
    }
    let at = cells.time(Concept::ScannedAt, Future::Impossible);
    let at = cells.require(Concept::ScannedAt, at);
    cells.require_one(&[Concept::TrackStatus, Concept::Description]);
    let status = status(cells);
    let row = TrackRow {
        row: cells.row(),
        carrier,
        order_no: cells.identifier(Concept::OrderNo, OrderNo::new),
        status,
        description: cells.text(Concept::Description),
        signer: if status == TrackStatus::Signed { Some(signer(cells)) } else { None },
        destination: cells.text(Concept::Destination),
        remote: remote(cells),
        parcel: parcel?,
        at: at?,
    };
    Some(row)
}

/// The status column, or what the description gives away.
fn status(cells: &mut Cells<'_>) -> TrackStatus {
    let description = cells.word(Concept::Description);
    let known = |it: &Dictionary, word: &str| it.track_status.find(word).copied();
    let described = |it: &Dictionary| description.as_ref().and_then(|word| known(it, word));
    let find = |it: &Dictionary, word: &str| known(it, word).or_else(|| described(it));
    let status = cells.code(Concept::TrackStatus, find, TrackStatus::Other);
    status.or_else(|| described(cells.dictionary)).unwrap_or(TrackStatus::Other)
}

fn signer(cells: &Cells<'_>) -> Signer {
    let told = |concept| {
        let word = cells.word(concept)?;
        cells.dictionary.signer.find(&word).copied()
    };
    told(Concept::Signer).or_else(|| told(Concept::Description)).unwrap_or(Signer::Unknown)
}

fn remote(cells: &mut Cells<'_>) -> Option<bool> {
    if cells.word(Concept::Remote).is_some() {
        return cells.answer(Concept::Remote, "yes-no");
    }
    cells.word(Concept::Destination).map(|it| cells.is_remote(&it))
}

impl Keyed for TrackRow {
    const CONCEPT: Concept = Concept::Parcel;

    /// Scans have no number, and the same one twice says nothing new but does no harm.
    fn key(&self) -> Option<&str> {
        None
    }

    fn row(&self) -> u32 {
        self.row
    }

    fn absorb(&mut self, _: Self) -> bool {
        false
    }

    fn agrees(&self, _: &Self) -> bool {
        false
    }
}
