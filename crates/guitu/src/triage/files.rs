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
    open_sheet, read_items, read_orders, read_refunds, read_tracks,
};
use kernel::ShopId;

use super::Arguments;

pub(super) struct Files {
    orders: Reading<OrderRow>,
    items: Option<Reading<ItemRow>>,
    refunds: Reading<RefundRow>,
    tracks: Option<Reading<TrackRow>>,
    channel: Option<Arc<str>>,
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
    let mut files = Files { orders, items, refunds, tracks, channel, complaints: Vec::new() };
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

    pub(super) fn channel(&self) -> Option<Arc<str>> {
        self.channel.clone()
    }

    pub(super) fn note(&mut self, complaints: Vec<Complaint>) {
        self.complaints.extend(complaints);
    }

    /// The engine refused what a row asks for: the row is rejected like any other.
    pub(super) fn refuse(&mut self, planned: &Planned, rejection: &Rejection) {
        let expected =
            Expected::Entry { english: rejection.to_string(), chinese: rejection.to_string() };
        let order = planned.dossier.order.to_string();
        let (file, row) = match planned.refund_row {
            Some(row) => (Arc::clone(&self.refunds.rejected.file), Some(row)),
            None => (Arc::clone(&self.orders.rejected.file), self.row_of(&order)),
        };
        let severity = Severity::Error;
        self.complaints.push(Complaint {
            file,
            row,
            column: None,
            found: order,
            expected,
            severity,
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

    pub(super) fn write_rejected(&self, path: &Path, language: intake::Language) -> Result<()> {
        let files = [Some(&self.orders.rejected), Some(&self.refunds.rejected)]
            .into_iter()
            .chain([self.items.as_ref().map(|it| &it.rejected)])
            .chain([self.tracks.as_ref().map(|it| &it.rejected)])
            .flatten();
        let of_file = |file: &Arc<str>| -> Vec<Complaint> {
            self.complaints.iter().filter(|it| it.file == *file).cloned().collect()
        };
        let files: Vec<(&Rejected, Vec<Complaint>)> =
            files.map(|it| (it, of_file(&it.file))).collect();
        let files: Vec<(&Rejected, &[Complaint])> =
            files.iter().map(|(rejected, complaints)| (*rejected, complaints.as_slice())).collect();
        intake::out::write_rejected(path, &files, language)
            .map_err(|error| anyhow!("{}", error.line(language)))
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
