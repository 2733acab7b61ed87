//! The cells of one row, by concept, read into values.

use std::{borrow::Cow, sync::Arc};

use kernel::{Choice, IdError, ParcelNo, Quantity, Sku, Timestamp};
use money::Money;

use super::{Context, Log};
use crate::{
    complaint::Expected,
    dictionary::{Carrier, Column, Concept, Dictionary},
    fold::is_nothing,
    sheet::{Header, Record},
    value,
};

pub(crate) struct Cells<'c> {
    record: &'c Record,
    header: &'c Header,
    pub(crate) dictionary: &'c Dictionary,
    context: &'c Context,
    log: &'c mut Log,
    rejected: bool,
}

/// What becomes of a time that lies in the future.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Future {
    Fine,
    Doubtful,
    Impossible,
}

impl<'c> Cells<'c> {
    pub(crate) fn new(
        record: &'c Record,
        header: &'c Header,
        dictionary: &'c Dictionary,
        context: &'c Context,
        log: &'c mut Log,
    ) -> Self {
        Self { record, header, dictionary, context, log, rejected: false }
    }

    pub(crate) fn row(&self) -> u32 {
        self.record.row
    }

    /// Whether something was said about the row that makes it useless.
    pub(crate) fn is_rejected(&self) -> bool {
        self.rejected
    }

    pub(crate) fn has_column(&self, concept: Concept) -> bool {
        self.header.columns.contains_key(&concept)
    }

    /// The concept's cell, if there is something in it. Of several columns the first counts; only
    /// for texts and numbers that stand in one column or the other are the others asked too.
    fn find(&self, concept: Concept) -> Option<(&'c Column, Cow<'c, str>)> {
        let (header, record) = (self.header, self.record);
        let columns = header.columns.get(&concept)?;
        let asked = if is_scattered(concept) { columns.len() } else { 1 };
        columns.iter().take(asked).find_map(|column| {
            let cell = record.cell(column.index);
            if is_nothing(&cell) { None } else { Some((column, cell)) }
        })
    }

    pub(crate) fn word(&self, concept: Concept) -> Option<Cow<'c, str>> {
        self.find(concept).map(|(_, it)| it)
    }

    pub(crate) fn text(&self, concept: Concept) -> Option<Box<str>> {
        self.word(concept).map(Into::into)
    }

    /// Rejects the row over a cell that is there.
    fn refuse(&mut self, column: &Column, cell: &str, expected: Expected) {
        self.log.fail((self.record.row, Some(&column.name)), cell, expected);
        self.rejected = true;
    }

    /// Rejects the row over a value that could be read.
    pub(crate) fn fail(&mut self, concept: Concept, expected: Expected) {
        if let Some((column, cell)) = self.find(concept) {
            self.refuse(column, &cell, expected);
        }
    }

    /// Reads a cell, or complains and rejects the row. `None` if there is nothing to read.
    fn read<T>(
        &mut self,
        concept: Concept,
        read: impl FnOnce(&str, &Column) -> Result<T, Expected>,
    ) -> Option<T> {
        let (column, cell) = self.find(concept)?;
        read(&cell, column).map_err(|expected| self.refuse(column, &cell, expected)).ok()
    }

    /// Complains that a required value is missing, unless something was already said about it.
    pub(crate) fn require<T>(&mut self, concept: Concept, value: Option<T>) -> Option<T> {
        if value.is_none() && self.find(concept).is_none() {
            let name = self.column_name(concept);
            self.log.fail((self.record.row, name.as_ref()), "", Expected::Value);
            self.rejected = true;
        }
        value
    }

    /// One of several cells has to be filled.
    pub(crate) fn require_one(&mut self, concepts: &[Concept]) {
        if concepts.iter().all(|it| self.find(*it).is_none()) {
            let names = concepts.iter().filter_map(|it| self.column_name(*it)).collect();
            self.log.fail((self.record.row, None), "", Expected::OneOf(names));
            self.rejected = true;
        }
    }

    fn column_name(&self, concept: Concept) -> Option<Arc<str>> {
        Some(self.header.columns.get(&concept)?.first()?.name.clone())
    }

    pub(crate) fn identifier<T>(
        &mut self,
        concept: Concept,
        make: fn(String) -> Result<T, IdError>,
    ) -> Option<T> {
        self.read(concept, |cell, _| {
            make(value::identifier(cell)?).map_err(|_| Expected::Identifier)
        })
    }

    /// A merchant's own code. Merchants put spaces into them; identifiers have none.
    pub(crate) fn sku(&mut self) -> Option<Sku> {
        self.identifier(Concept::Sku, |code| {
            Sku::new(code.split_whitespace().collect::<Vec<&str>>().join("_"))
        })
    }

    pub(crate) fn amount(&mut self, concept: Concept) -> Option<Money> {
        self.read(concept, |cell, column| value::amount(cell, column.unit))
    }

    pub(crate) fn quantity(&mut self) -> Option<Quantity> {
        self.read(Concept::Quantity, |cell, _| value::quantity(cell))
    }

    pub(crate) fn time(&mut self, concept: Concept, future: Future) -> Option<Timestamp> {
        let Context { zone, now } = *self.context;
        let (column, cell) = self.find(concept).filter(|(_, it)| !is_no_time(it))?;
        let at = value::moment(&cell, zone);
        let at = at.map_err(|expected| self.refuse(column, &cell, expected)).ok()?;
        if now < at {
            let expected = Expected::NotAfter(zone.civil(now));
            match future {
                Future::Fine => {}
                Future::Doubtful => {
                    self.log.warn((self.record.row, Some(&column.name)), &cell, expected);
                }
                Future::Impossible => {
                    self.refuse(column, &cell, expected);
                    return None;
                }
            }
        }
        Some(at)
    }

    /// Parcels and the courier, from cells that may hold both.
    pub(crate) fn parcels(
        &mut self,
        number: Concept,
        courier: Concept,
    ) -> (Vec<ParcelNo>, Option<Carrier>) {
        let parcels = self.read(number, |cell, _| {
            let parcels = value::parcels(cell)?.into_iter().map(ParcelNo::new);
            parcels.collect::<Result<Vec<_>, _>>().map_err(|_| Expected::Identifier)
        });
        let dictionary = self.dictionary;
        let beside = || {
            let name = value::waybill(&self.word(number)?).0?;
            dictionary.carriers.find(&name).map(|_| Cow::Owned(name))
        };
        let named = self.word(courier).or_else(beside);
        (parcels.unwrap_or_default(), named.map(|it| dictionary.carrier(&it)))
    }

    /// A word as a code; one nobody knows becomes `otherwise`, with a note.
    pub(crate) fn code<T: Choice>(
        &mut self,
        concept: Concept,
        find: impl FnOnce(&Dictionary, &str) -> Option<T>,
        otherwise: T,
    ) -> Option<T> {
        let (column, cell) = self.find(concept)?;
        let code = find(self.dictionary, &cell);
        if code.is_none() {
            let place = (self.record.row, Some(&column.name));
            self.log.strange(place, concept, &cell, otherwise.code());
        }
        Some(code.unwrap_or(otherwise))
    }

    /// Whether an address is in a region that couriers call remote. Regions stand at the beginning;
    /// further on the same words are streets.
    pub(crate) fn is_remote(&self, address: &str) -> bool {
        let start = address.trim_start_matches("中国").trim_start().chars().take(3);
        self.dictionary.answer("remote", &start.collect::<String>()).unwrap_or(false)
    }

    /// Yes or no, by the words file `about`, then by the general one. A word neither has is
    /// neither, with a note.
    pub(crate) fn answer(&mut self, concept: Concept, about: &str) -> Option<bool> {
        let (column, cell) = self.find(concept)?;
        let general = || self.dictionary.answer("yes-no", &cell);
        let answer = self.dictionary.answer(about, &cell).or_else(general);
        if answer.is_none() {
            let place = (self.record.row, Some(&column.name));
            self.log.strange(place, concept, &cell, "unknown");
        }
        answer
    }
}

/// Whether files have the concept in several columns, of which a row fills any. Never amounts,
/// times and statuses: an empty cell for what was paid does not mean that the total was.
fn is_scattered(concept: Concept) -> bool {
    [
        Concept::Phone,
        Concept::Name,
        Concept::Buyer,
        Concept::Sku,
        Concept::Title,
        Concept::Attributes,
        Concept::BuyerNote,
        Concept::Note,
        Concept::SellerMemo,
        Concept::Remark,
        Concept::Carrier,
        Concept::Parcel,
        Concept::ReturnCarrier,
        Concept::ReturnParcel,
        Concept::OutboundCarrier,
        Concept::OutboundParcel,
    ]
    .contains(&concept)
}

/// Databases write a time that never was as the year 0, or as the second they count from.
fn is_no_time(cell: &str) -> bool {
    cell == "0" || cell.starts_with("0000") || cell.starts_with("1970-01-01")
}
