//! A file's bytes in; its rows, one a line, and its complaints out.
//!
//! A row shows only what it has: `3 | no=1 | paid=12.50 …` begins with the row's number in the file.

use std::{path::Path, sync::OnceLock};

use expect_test::Expect;
use kernel::{Choice, Timestamp, Zone};
use money::Money;

use crate::{
    Carrier, Context, Dictionary, FileError, ItemRow, Language, OrderRow, Reading, RefundRow,
    Severity, Sheet, TrackRow, pack_sources, read_items, read_orders, read_refunds, read_sheet,
    read_tracks,
};

pub(super) const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs");

pub(super) fn dictionary() -> &'static Dictionary {
    static READ: OnceLock<Dictionary> = OnceLock::new();
    READ.get_or_init(|| {
        let sources = pack_sources(Path::new(PACKS)).unwrap();
        let files = sources.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        Dictionary::from_files(files).unwrap()
    })
}

/// The morning after Double 11.
pub(super) fn context() -> Context {
    Context { zone: Zone::CHINA, now: Zone::CHINA.instant("2026-11-12 08:00:00".parse().unwrap()) }
}

/// What a file is read as.
#[derive(Clone, Copy, Debug)]
pub(super) enum As {
    Orders,
    Items,
    Refunds,
    Tracks,
}

#[track_caller]
pub(super) fn check(kind: As, bytes: impl AsRef<[u8]>, expected: Expect) {
    expected.assert_eq(&report(kind, bytes.as_ref(), Language::English));
}

pub(super) fn report(kind: As, bytes: &[u8], language: Language) -> String {
    let read = || -> Result<String, FileError> {
        let sheet = read_sheet("file", bytes, dictionary())?;
        report_sheet(kind, sheet, language)
    };
    read().unwrap_or_else(|error| format!("{}\n", error.line(language)))
}

pub(super) fn report_sheet(
    kind: As,
    sheet: Sheet<'_>,
    language: Language,
) -> Result<String, FileError> {
    let context = context();
    Ok(match kind {
        As::Orders => shown(&read_orders(sheet, &context)?, order, language),
        As::Items => shown(&read_items(sheet, &context)?, item, language),
        As::Refunds => shown(&read_refunds(sheet, &context)?, refund, language),
        As::Tracks => shown(&read_tracks(sheet, &context)?, track, language),
    })
}

fn shown<R>(reading: &Reading<R>, row: fn(&R) -> Line, language: Language) -> String {
    let mut result = String::new();
    for it in &reading.rows {
        result.push_str(&row(it).0);
        result.push('\n');
    }
    for it in &reading.complaints {
        let mark = match it.severity {
            Severity::Error => '✗',
            Severity::Warning => '!',
            Severity::Note => '·',
        };
        result.extend([&mark.to_string(), " ", &it.line(language), "\n"]);
    }
    result
}

struct Line(String);

impl Line {
    fn new(row: u32) -> Self {
        Self(row.to_string())
    }

    fn put(mut self, name: &str, value: impl ToString) -> Self {
        self.0.extend([" ", name, "=", &value.to_string()]);
        self
    }

    fn text(self, name: &str, value: Option<&str>) -> Self {
        value.map(str::to_owned).into_iter().fold(self, |line, it| line.put(name, it))
    }

    fn amount(self, name: &str, value: Option<Money>) -> Self {
        value.into_iter().fold(self, |line, it| line.put(name, it.decimal()))
    }

    fn time(self, name: &str, value: Option<Timestamp>) -> Self {
        value.into_iter().fold(self, |line, it| line.put(name, Zone::CHINA.civil(it)))
    }

    fn code(self, name: &str, value: Option<impl Choice>) -> Self {
        value.into_iter().fold(self, |line, it| line.put(name, it.code()))
    }

    fn flag(self, name: &str, value: Option<bool>) -> Self {
        value.into_iter().fold(self, |line, it| line.put(name, it))
    }

    fn carrier(self, name: &str, value: Option<&Carrier>) -> Self {
        value.into_iter().fold(self, |line, it| line.put(name, &it.code))
    }
}

fn order(it: &OrderRow) -> Line {
    let parcels: Vec<String> = it.parcels.iter().map(ToString::to_string).collect();
    let parcels = parcels.join("+");
    Line::new(it.row)
        .put("no", &it.order_no)
        .code("status", Some(it.status))
        .amount("paid", Some(it.paid_total))
        .amount("goods", it.goods_payable)
        .amount("postage", it.postage)
        .amount("points", it.points_paid)
        .amount("coupon", it.coupon)
        .time("placed", it.placed_at)
        .time("paid_at", it.paid_at)
        .time("shipped", it.shipped_at)
        .time("ship_by", it.ship_by)
        .time("confirmed", it.confirmed_at)
        .carrier("carrier", it.carrier.as_ref())
        .text("parcels", Some(parcels.as_str()).filter(|it| !it.is_empty()))
        .text("buyer", it.buyer.as_deref())
        .text("phone", it.phone.as_deref())
        .text("name", it.name.as_deref())
        .text("address", it.address.as_deref())
        .text("buyer_note", it.buyer_note.as_deref())
        .text("note", it.note.as_deref())
        .text("memo", it.seller_memo.as_deref())
        .text("shop", it.shop.as_deref())
        .flag("packed", Some(it.packed).filter(|it| *it))
        .flag("presale", Some(it.presale).filter(|it| *it))
        .flag("remote", it.remote.filter(|it| *it))
}

fn item(it: &ItemRow) -> Line {
    Line::new(it.row)
        .put("no", &it.order_no)
        .text("line", it.suborder_no.as_deref())
        .text("sku", it.sku.as_ref().map(kernel::Sku::as_str))
        .text("title", it.title.as_deref())
        .text("attributes", it.attributes.as_deref())
        .amount("price", it.unit_price)
        .put("×", it.quantity)
        .amount("discount", it.discount_share)
        .amount("paid", it.paid_share)
        .code("status", it.status)
        .text("class", it.goods_class.as_deref())
}

fn refund(it: &RefundRow) -> Line {
    Line::new(it.row)
        .put("no", &it.order_no)
        .put("refund", &it.refund_no)
        .code("kind", it.kind)
        .code("status", Some(it.status))
        .amount("amount", Some(it.amount))
        .text("sku", it.sku.as_ref().map(kernel::Sku::as_str))
        .text("title", it.title.as_deref())
        .text("×", it.quantity.map(|it| it.to_string()).as_deref())
        .time("applied", Some(it.applied_at))
        .time("deadline", it.deadline)
        .time("finished", it.finished_at)
        .code("goods", Some(it.goods_state))
        .code("reason", Some(it.reason))
        .text("said", it.reason_text.as_deref())
        .text("remark", it.remark.as_deref())
        .text("return", it.return_parcel.as_ref().map(kernel::ParcelNo::as_str))
        .carrier("by", it.return_carrier.as_ref())
        .text("sent", it.outbound_parcel.as_ref().map(kernel::ParcelNo::as_str))
        .carrier("by", it.outbound_carrier.as_ref())
        .flag("intervened", it.intervened)
        .flag("insured", it.freight_insurance)
        .flag("instant", it.instant_refund)
        .amount("of", it.order_paid)
        .code("extent", it.extent)
}

fn track(it: &TrackRow) -> Line {
    Line::new(it.row)
        .put("parcel", &it.parcel)
        .carrier("carrier", it.carrier.as_ref())
        .text("no", it.order_no.as_ref().map(kernel::OrderNo::as_str))
        .time("at", Some(it.at))
        .code("status", Some(it.status))
        .code("signer", it.signer)
        .text("said", it.description.as_deref())
        .text("to", it.destination.as_deref())
        .flag("remote", it.remote)
}

/// A file of `header` and one line for each of `values`, made by `line` with its number.
pub(super) fn file<T>(header: &str, values: &[T], line: impl Fn(usize, &T) -> String) -> String {
    let lines = values.iter().enumerate().map(|(nth, it)| line(nth, it));
    [header.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

pub(super) fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

pub(super) fn utf16(text: &str, little: bool) -> Vec<u8> {
    let unit = |it: u16| if little { it.to_le_bytes() } else { it.to_be_bytes() };
    text.encode_utf16().flat_map(unit).collect()
}
