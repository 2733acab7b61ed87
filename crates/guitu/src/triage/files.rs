//! The four files, read, and everything that was wrong with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use anyhow::{Result, anyhow};
use dossier::Rejection;
use intake::{
    Complaint, Context, Dictionary, Expected, FileError, ItemRow, OrderRow, Reading, RefundRow,
    Rejected, Severity, Sheet, TrackRow, check_references,
    commands::{self, Planned},
    open_sheet, read_items, read_orders, read_refunds, read_tracks, rows_as_they_stand,
};
use kernel::{ShopId, Timestamp};

use super::Arguments;

pub(super) struct Files {
    orders: Reading<OrderRow>,
    items: Option<Reading<ItemRow>>,
    refunds: Reading<RefundRow>,
    tracks: Option<Reading<TrackRow>>,
    channel: Option<Arc<str>>,
    dictionary: Dictionary,
    pub(super) complaints: Vec<Complaint>,
}

pub(super) fn read(
    arguments: &Arguments,
    packs: &BTreeMap<String, String>,
    context: Context,
) -> Result<Files> {
    let language = arguments.lang.of_intake();
    let words = packs.iter().filter(|(path, _)| path.starts_with("base/words/"));
    let dictionary = Dictionary::from_files(
        words.map(|(path, text)| (path.as_str(), text.as_str())),
    )
    .map_err(|complaints| {
        let lines: Vec<String> = complaints.iter().map(|it| it.line(language)).collect();
        anyhow!("the dictionary cannot be used:\n{}", lines.join("\n"))
    })?;
    let unreadable = |error: FileError| anyhow!("{}", error.line(language));
    let open =
        |path: &Path| -> Result<Sheet<'_>> { open_sheet(path, &dictionary).map_err(unreadable) };
    let sheet = open(&arguments.orders)?;
    let channel = sheet.channel();
    let orders = read_orders(sheet, &context).map_err(unreadable)?;
    let items = match &arguments.items {
        Some(path) => Some(read_items(open(path)?, &context).map_err(unreadable)?),
        None => None,
    };
    let refunds = read_refunds(open(&arguments.refunds)?, &context).map_err(unreadable)?;
    let tracks = match &arguments.tracks {
        Some(path) => Some(read_tracks(open(path)?, &context).map_err(unreadable)?),
        None => None,
    };
    let complaints = Vec::new();
    let mut files = Files { orders, items, refunds, tracks, channel, dictionary, complaints };
    files.collect();
    Ok(files)
}

impl Files {
    fn collect(&mut self) {
        let nothing = Vec::new;
        let items = self.items.as_mut();
        self.complaints.append(&mut self.orders.complaints);
        self.complaints.extend(items.map_or_else(nothing, |it| std::mem::take(&mut it.complaints)));
        self.complaints.append(&mut self.refunds.complaints);
        let tracks = self.tracks.as_mut();
        self.complaints
            .extend(tracks.map_or_else(nothing, |it| std::mem::take(&mut it.complaints)));
        let none = Reading { rows: Vec::new(), complaints: Vec::new(), rejected: self.no_rows() };
        let items = self.items.as_ref().unwrap_or(&none);
        self.complaints.extend(check_references(&self.orders.rows, items, &self.refunds));
    }

    fn no_rows(&self) -> Rejected {
        Rejected {
            file: Arc::clone(&self.orders.rejected.file),
            order_column: None,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(super) fn joined(&self) -> commands::Files<'_> {
        commands::Files {
            orders: &self.orders.rows,
            items: self.items.as_ref().map_or(&[], |it| &it.rows),
            refunds: &self.refunds.rows,
            tracks: self.tracks.as_ref().map_or(&[], |it| &it.rows),
            refunds_file: &self.refunds.rejected.file,
        }
    }

    pub(super) fn refunds_file(&self) -> &Arc<str> {
        &self.refunds.rejected.file
    }

    /// The newest time in the files that is not in the future: they cannot be older than that.
    pub(super) fn newest_time(&self, now: Timestamp) -> Option<Timestamp> {
        let orders = self
            .orders
            .rows
            .iter()
            .flat_map(|it| [it.placed_at, it.paid_at, it.shipped_at, it.confirmed_at]);
        let refunds = self.refunds.rows.iter().flat_map(|it| [Some(it.applied_at), it.finished_at]);
        let scans = self.tracks.iter().flat_map(|it| &it.rows).map(|it| Some(it.at));
        orders.chain(refunds).chain(scans).flatten().filter(|it| *it <= now).max()
    }

    /// When the first request of the file was filed, if the file is an export: one of rows that we
    /// put aside has what was mended, and nothing can be told from what it has not.
    pub(super) fn first_request(&self) -> Option<Timestamp> {
        let ours = |names: [&str; 4]| {
            self.refunds.rejected.columns.iter().map(|it| &**it).take(4).eq(names)
        };
        if ours(intake::out::PUT_ASIDE.0) || ours(intake::out::PUT_ASIDE.1) {
            return None;
        }
        self.refunds.rows.iter().map(|it| it.applied_at).min()
    }

    /// Numbers in the refunds file, those of its rejected rows included.
    pub(super) fn mentioned(&self) -> BTreeSet<&str> {
        let taken = self.refunds.rows.iter().map(|it| it.refund_no.as_str());
        let cells = self.refunds.rejected.rows.iter().flat_map(|it| &it.cells);
        taken.chain(cells.map(|it| it.trim_matches(['=', '"', '\'', '\t', ' ']))).collect()
    }

    pub(super) fn channel(&self) -> Option<Arc<str>> {
        self.channel.clone()
    }

    pub(super) fn note(&mut self, complaints: Vec<Complaint>) {
        self.complaints.extend(complaints);
    }

    /// The engine refused what a row asks for: the row is rejected like any other.
    pub(super) fn refuse(&mut self, planned: &Planned, rejection: &Rejection) {
        let expected = Expected::Entry {
            english: views::refusal(rejection, policy::Language::En),
            chinese: views::refusal(rejection, policy::Language::Zh),
        };
        let order = planned.dossier.order.to_string();
        let (rejected, row) = match planned.refund_row {
            Some(row) => (&self.refunds.rejected, Some(row)),
            None => (&self.orders.rejected, self.row_of(&order)),
        };
        self.complaints.push(Complaint {
            file: Arc::clone(&rejected.file),
            row,
            column: rejected.order_column.clone(),
            found: order,
            expected,
            severity: Severity::Error,
        });
    }

    fn row_of(&self, order: &str) -> Option<u32> {
        self.orders.rows.iter().find(|it| it.order_no.as_str() == order).map(|it| it.row)
    }

    pub(super) fn n_orders(&self) -> usize {
        self.orders.rows.len()
    }

    pub(super) fn n_refunds(&self) -> usize {
        self.refunds.rows.len()
    }

    pub(super) fn n_warnings(&self) -> usize {
        self.complaints.iter().filter(|it| it.severity == Severity::Warning).count()
    }

    /// Rows with at least one error, each counted once.
    pub(super) fn n_rejected(&self) -> usize {
        let errors = self.complaints.iter().filter(|it| it.severity == Severity::Error);
        let rows: BTreeSet<(&str, Option<u32>)> =
            errors.map(|it| (it.file.as_ref(), it.row)).collect();
        rows.len()
    }

    pub(super) fn write_rejected(&mut self, path: &Path, arguments: &Arguments) -> Result<()> {
        let language = arguments.lang.of_intake();
        self.fetch_refused(arguments)
            .and_then(|()| {
                let rejected = self.rejected();
                let of_file = |it: &&Rejected| -> Vec<Complaint> {
                    self.complaints.iter().filter(|said| said.file == it.file).cloned().collect()
                };
                let complaints: Vec<Vec<Complaint>> = rejected.iter().map(of_file).collect();
                let files: Vec<(&Rejected, &[Complaint])> = rejected
                    .into_iter()
                    .zip(&complaints)
                    .map(|(rejected, complaints)| (rejected, complaints.as_slice()))
                    .collect();
                intake::out::write_rejected(path, &files, language)
            })
            .map_err(|error| anyhow!("{}", error.line(language)))
    }

    fn rejected(&self) -> Vec<&Rejected> {
        let mut rejected = vec![&self.orders.rejected, &self.refunds.rejected];
        rejected.extend(self.items.as_ref().map(|it| &it.rejected));
        rejected.extend(self.tracks.as_ref().map(|it| &it.rejected));
        rejected
    }

    /// Rows that were read well enough, and refused later, are put aside as they stand, too.
    fn fetch_refused(&mut self, arguments: &Arguments) -> Result<(), FileError> {
        let read = [
            (&mut self.orders.rejected, &arguments.orders),
            (&mut self.refunds.rejected, &arguments.refunds),
        ];
        for (rejected, path) in read {
            let kept: BTreeSet<u32> = rejected.rows.iter().map(|it| it.row).collect();
            let missing: BTreeSet<u32> = self
                .complaints
                .iter()
                .filter(|it| it.severity == Severity::Error && it.file == rejected.file)
                .filter_map(|it| it.row)
                .filter(|it| !kept.contains(it))
                .collect();
            if !missing.is_empty() {
                let sheet = open_sheet(path, &self.dictionary)?;
                rejected.rows.extend(rows_as_they_stand(sheet, &missing)?);
                rejected.rows.sort_by_key(|it| it.row);
            }
        }
        Ok(())
    }

    /// The shops the orders belong to.
    pub(super) fn shops(&self, arguments: &Arguments) -> BTreeSet<ShopId> {
        let default = ShopId::lossy(&arguments.shop);
        let named = self
            .orders
            .rows
            .iter()
            .map(|it| it.shop.as_deref().map_or_else(|| default.clone(), ShopId::lossy));
        named.collect()
    }
}
