//! Texts, and several of something.

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    parcel::Parcel,
    task::{Task, Timer},
};
use kernel::{PackId, ParcelNo, TaskId, TimerId};
use policy::Record;

use crate::packed::{Damaged, Packed, Unpacker, form, joined, pack_count, pack_number, pack_text};

impl Packed for String {
    const FORM: u64 = form(0, "text");

    fn pack(&self, to: &mut Vec<u8>) {
        pack_text(self, to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        from.text().map(str::to_owned)
    }
}

impl Packed for bool {
    const FORM: u64 = form(0, "flag");

    fn pack(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

impl Packed for u32 {
    const FORM: u64 = form(0, "number");

    fn pack(&self, to: &mut Vec<u8>) {
        pack_number((*self).into(), to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        Self::try_from(from.number()?).map_err(|_| Damaged)
    }
}

impl<T: Packed> Packed for Option<T> {
    const FORM: u64 = joined(form(0, "maybe"), T::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        self.is_some().pack(to);
        if let Some(it) = self {
            it.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        Ok(if bool::unpack(from)? { Some(T::unpack(from)?) } else { None })
    }
}

impl<T: Packed> Packed for Box<T> {
    const FORM: u64 = T::FORM;

    fn pack(&self, to: &mut Vec<u8>) {
        (**self).pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        T::unpack(from).map(Self::new)
    }
}

impl<T: Packed> Packed for Vec<T> {
    const FORM: u64 = joined(form(0, "list"), T::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        pack_count(self.len(), to);
        for it in self {
            it.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let count = from.count()?;
        let mut list = Self::with_capacity(count);
        for _ in 0..count {
            list.push(T::unpack(from)?);
        }
        Ok(list)
    }
}

impl<T: Packed + Ord> Packed for BTreeSet<T> {
    const FORM: u64 = joined(form(0, "list"), T::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        pack_count(self.len(), to);
        for it in self {
            it.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        Vec::<T>::unpack(from).map(Self::from_iter)
    }
}

macro_rules! keyed {
    ($($field:ident: $key:ty => $name:ty;)*) => {$(
        impl Packed for BTreeMap<$key, $name> {
            const FORM: u64 = joined(form(0, "list"), <$name>::FORM);

            fn pack(&self, to: &mut Vec<u8>) {
                pack_count(self.len(), to);
                for it in self.values() {
                    it.pack(to);
                }
            }

            fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                let read = Vec::<$name>::unpack(from)?;
                Ok(read.into_iter().map(|it| (it.$field.clone(), it)).collect())
            }
        }
    )*};
}

keyed! {
    no: ParcelNo => Parcel;
    id: TaskId => Task;
    id: TimerId => Timer;
}

/// Without a pack, a ruling is of the same pack as the one before it.
impl Packed for Vec<Record> {
    const FORM: u64 = form(0, "rulings: pack, question, row, source, inputs, outputs");

    fn pack(&self, to: &mut Vec<u8>) {
        pack_count(self.len(), to);
        let mut last: Option<&PackId> = None;
        for it in self {
            let same = last.replace(&it.pack) == Some(&it.pack);
            pack_text(if same { "" } else { it.pack.as_str() }, to);
            it.question.pack(to);
            it.row.pack(to);
            it.source.pack(to);
            it.inputs.pack(to);
            it.outputs.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let count = from.count()?;
        let mut records: Self = Self::with_capacity(count);
        for _ in 0..count {
            let pack = match (from.text()?, records.last()) {
                ("", Some(last)) => last.pack.clone(),
                (pack, _) => PackId::new(pack).map_err(|_| Damaged)?,
            };
            records.push(Record {
                pack,
                question: Packed::unpack(from)?,
                row: Packed::unpack(from)?,
                source: Packed::unpack(from)?,
                inputs: Packed::unpack(from)?,
                outputs: Packed::unpack(from)?,
            });
        }
        Ok(records)
    }
}
