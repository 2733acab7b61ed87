//! What is personal in a file of orders, on its way to the vault.
//!
//! **Invariant:** no row goes on with anything personal in it: the account is replaced by the name
//! that stands for the buyer, the rest is taken out.

use std::sync::Arc;

use intake::{Complaint, Expected, OrderRow, Severity};
use kernel::{OrderNo, ShopId};
use vault::{Personal, Plain, Unkept};

use crate::{App, Problem};

/// How many orders are sealed in one write.
pub(super) const PORTION: usize = 200;

/// Seals what some rows say of buyers. Rows of which that cannot be kept are left out, and
/// complained about. Blocks.
pub(super) fn seal(
    app: &App,
    shop: &ShopId,
    file: &Arc<str>,
    rows: Vec<OrderRow>,
) -> Result<(Vec<OrderRow>, Vec<Complaint>), Problem> {
    let (mut rows, mut personal) = (rows, Vec::with_capacity(PORTION));
    for row in &mut rows {
        personal.push(taken_out(row));
        // The marketplace's name for the shop is not ours: all rows are of the shop that imports.
        row.shop = None;
    }
    let orders: Vec<(&OrderNo, &Personal)> =
        rows.iter().map(|it| &it.order_no).zip(&personal).collect();
    let answers = app.vault().keep_all(shop, &orders)?;
    let (mut sealed, mut complaints) = (Vec::with_capacity(rows.len()), Vec::new());
    for ((mut row, personal), answer) in rows.into_iter().zip(&personal).zip(answers) {
        let stands_for = match answer {
            Ok(it) => it,
            // What was erased stays so; the order keeps the name that stands for nobody.
            Err(Unkept::Erased(_)) => {
                personal.account.as_ref().map(|it| app.vault().pseudonym(shop, it))
            }
            Err(refusal) => {
                complaints.push(not_kept(file, &row, &refusal));
                continue;
            }
        };
        row.buyer = stands_for.map(|it| it.as_str().into());
        sealed.push(row);
    }
    Ok((sealed, complaints))
}

fn taken_out(row: &mut OrderRow) -> Personal {
    let plain = |it: Option<Box<str>>| it.filter(|it| !it.trim().is_empty()).map(Plain::new);
    // Notes are free text: nobody knows who is named in them, and no command needs them.
    (row.buyer_note, row.note, row.seller_memo) = (None, None, None);
    Personal {
        account: plain(row.buyer.take()),
        name: plain(row.name.take()),
        phone: plain(row.phone.take()),
        address: plain(row.address.take()),
    }
}

fn not_kept(file: &Arc<str>, row: &OrderRow, refusal: &Unkept) -> Complaint {
    let chinese = match refusal {
        Unkept::TooLong { .. } => "买家信息太长，无法保存".to_owned(),
        Unkept::Erased(_) | Unkept::Unreadable(_) => "已保存的买家信息无法读取".to_owned(),
    };
    Complaint {
        file: Arc::clone(file),
        row: Some(row.row),
        column: None,
        found: row.order_no.to_string(),
        expected: Expected::Entry { english: refusal.to_string(), chinese },
        severity: Severity::Error,
    }
}
