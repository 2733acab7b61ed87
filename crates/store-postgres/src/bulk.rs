//! Many rows of one kind in as few statements as the layout of the database allows.

use tokio_postgres::types::ToSql;

use crate::session::{Request, Value};

/// Where the rows are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// On one server: a statement takes the rows of all dossiers at once, as arrays.
    Whole,
    /// Spread over many by bucket, as by Citus: a statement names the key of one row, so that it
    /// goes to one shard and is planned without a look at the others.
    Spread,
}

/// One statement in the forms that the layouts want. Both take the same columns in the same order.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) many: &'static str,
    pub(crate) one: &'static str,
}

/// An insert in both forms: table and columns, types of arrays, placeholders, and what follows.
macro_rules! insert {
    ($into:literal, $arrays:literal, $values:literal, $end:literal) => {
        $crate::bulk::Sql {
            many: concat!("INSERT INTO ", $into, " SELECT * FROM unnest(", $arrays, ") ", $end),
            one: concat!("INSERT INTO ", $into, " VALUES (", $values, ") ", $end),
        }
    };
}
pub(crate) use insert;

/// A statement and its rows.
pub(crate) struct Bulk<'c> {
    sql: &'static Sql,
    n_rows: usize,
    columns: Vec<Box<dyn Column + 'c>>,
}

impl<'c> Bulk<'c> {
    pub(crate) fn new<R: Columns<'c>>(sql: &'static Sql, rows: Vec<R>) -> Self {
        Self { sql, n_rows: rows.len(), columns: R::columns(rows) }
    }

    /// None if there are no rows.
    pub(crate) fn requests(&self, layout: Layout) -> Vec<Request<'_>> {
        match layout {
            Layout::Whole if self.n_rows == 0 => Vec::new(),
            Layout::Whole => {
                let arrays = self.columns.iter().map(|it| it.all()).collect();
                vec![Request::Query(self.sql.many, arrays)]
            }
            Layout::Spread => (0..self.n_rows)
                .map(|nth| {
                    let row = self.columns.iter().filter_map(|it| it.at(nth)).collect();
                    Request::Query(self.sql.one, row)
                })
                .collect(),
        }
    }
}

/// The values of one column.
pub(crate) trait Column {
    fn all(&self) -> Value<'_>;
    fn at(&self, nth: usize) -> Option<Value<'_>>;
}

impl<T: ToSql + Sync> Column for Vec<T> {
    fn all(&self) -> Value<'_> {
        self
    }

    fn at(&self, nth: usize) -> Option<Value<'_>> {
        self.get(nth).map(|it| -> Value<'_> { it })
    }
}

/// A row as a tuple, turned on its side.
pub(crate) trait Columns<'c>: Sized {
    fn columns(rows: Vec<Self>) -> Vec<Box<dyn Column + 'c>>;
}

macro_rules! columns {
    ($($column:ident $value:ident $type:ident),+) => {
        impl<'c, $($type: ToSql + Sync + 'c),+> Columns<'c> for ($($type,)+) {
            fn columns(rows: Vec<Self>) -> Vec<Box<dyn Column + 'c>> {
                $(let mut $column = Vec::with_capacity(rows.len());)+
                for ($($value,)+) in rows {
                    $($column.push($value);)+
                }
                vec![$(Box::new($column)),+]
            }
        }
    };
}

columns!(all_a a A);
columns!(all_a a A, all_b b B, all_c c C);
columns!(all_a a A, all_b b B, all_c c C, all_d d D);
columns!(all_a a A, all_b b B, all_c c C, all_d d D, all_e e E);
columns!(
    all_a a A, all_b b B, all_c c C, all_d d D, all_e e E,
    all_f f F
);
columns!(
    all_a a A, all_b b B, all_c c C, all_d d D, all_e e E,
    all_f f F, all_g g G
);
columns!(
    all_a a A, all_b b B, all_c c C, all_d d D, all_e e E,
    all_f f F, all_g g G, all_h h H
);
columns!(
    all_a a A, all_b b B, all_c c C, all_d d D, all_e e E,
    all_f f F, all_g g G, all_h h H, all_i i I, all_j j J
);
columns!(
    all_a a A, all_b b B, all_c c C, all_d d D, all_e e E,
    all_f f F, all_g g G, all_h h H, all_i i I, all_j j J,
    all_k k K
);
