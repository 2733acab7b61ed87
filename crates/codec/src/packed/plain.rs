//! Names, words, times and amounts.

use std::collections::BTreeMap;

use dossier::{
    case::{Finding, Place},
    facts::Fact,
    inspection::Grade,
    words::{
        CaseKind, Channel, CouponOf, Deadline, Direction, Flag, GoodsClaim, GoodsClass, Payer,
        Purpose, Raising, Reason, Role, Route, ScanKind, Signer, Standing, TaskKind, Verdict,
    },
};
use kernel::{
    ActorId, CaseNo, Choice, EvidenceId, LineNo, PackId, ParcelNo, PayoutKey, Quantity, Sku,
    TaskId, TimerId, Timestamp,
};
use money::{Currency, Money, Tender, Tenders};
use policy::{Kind, Value};

use crate::packed::{
    Damaged, Packed, Unpacker, form, form_of_codes, joined, pack_choice, pack_count, pack_number,
    pack_signed, pack_text, unpack_choice,
};

macro_rules! names {
    ($($name:ident)*) => {$(
        impl Packed for $name {
            const FORM: u64 = form(0, "name");

            fn pack(&self, to: &mut Vec<u8>) {
                pack_text(self.as_str(), to);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                Self::new(from.text()?).map_err(|_| Damaged)
            }
        }
    )*};
}

names! { ActorId CaseNo EvidenceId PackId ParcelNo PayoutKey Sku TaskId TimerId }

macro_rules! choices {
    ($($name:ident)*) => {$(
        impl Packed for $name {
            const FORM: u64 = form_of_codes(Self::CODES);

            fn pack(&self, to: &mut Vec<u8>) {
                pack_choice(*self, to);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                unpack_choice(from)
            }
        }
    )*};
}

choices! {
    CaseKind Channel CouponOf Currency Deadline Direction Fact Finding Flag GoodsClaim GoodsClass
    Grade Payer Place Purpose Raising Reason Role Route ScanKind Signer Standing TaskKind Tender
    Verdict
}

impl Packed for Timestamp {
    const FORM: u64 = form(0, "seconds");

    fn pack(&self, to: &mut Vec<u8>) {
        pack_signed(self.epoch_seconds(), to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        from.signed().map(Self::from_epoch_seconds)
    }
}

impl Packed for Quantity {
    const FORM: u64 = form(0, "pieces");

    fn pack(&self, to: &mut Vec<u8>) {
        self.pieces().pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        u32::unpack(from).map(Self::new)
    }
}

impl Packed for LineNo {
    const FORM: u64 = form(0, "line");

    fn pack(&self, to: &mut Vec<u8>) {
        pack_number(self.0.into(), to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        u16::try_from(from.number()?).map(Self).map_err(|_| Damaged)
    }
}

impl Packed for Money {
    const FORM: u64 = joined(form(0, "money"), Currency::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        self.currency().pack(to);
        pack_signed(self.minor(), to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let currency = Currency::unpack(from)?;
        Ok(Self::new(from.signed()?, currency))
    }
}

impl Packed for Tenders {
    const FORM: u64 = joined(joined(form(0, "tenders"), Currency::FORM), Tender::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        self.currency().pack(to);
        pack_count(self.parts().count(), to);
        for (tender, part) in self.parts() {
            tender.pack(to);
            pack_signed(part.minor(), to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let currency = Currency::unpack(from)?;
        let mut tenders = Self::nothing(currency);
        for nth in 0..from.count()? {
            let tender = Tender::unpack(from)?;
            let part = Self::of(tender, Money::new(from.signed()?, currency));
            tenders = if nth == 0 { part } else { tenders.plus(&part).map_err(|_| Damaged)? };
        }
        Ok(tenders)
    }
}

impl Packed for Value {
    /// Positions among the codes of every fact are part of it.
    const FORM: u64 = form_of_facts();

    fn pack(&self, to: &mut Vec<u8>) {
        match *self {
            Self::Missing => to.push(0),
            Self::Flag(false) => to.push(1),
            Self::Flag(true) => to.push(2),
            Self::Choice(index) => {
                to.push(3);
                pack_number(index.into(), to);
            }
            Self::Number(number) => {
                to.push(4);
                pack_signed(number, to);
            }
            Self::Unreadable => to.push(5),
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Ok(Self::Missing),
            1 => Ok(Self::Flag(false)),
            2 => Ok(Self::Flag(true)),
            3 => u16::try_from(from.number()?).map(Self::Choice).map_err(|_| Damaged),
            4 => from.signed().map(Self::Number),
            5 => Ok(Self::Unreadable),
            _ => Err(Damaged),
        }
    }
}

const fn form_of_facts() -> u64 {
    let mut so_far = form(0, "value");
    let mut facts = Fact::ALL;
    while let Some((fact, rest)) = facts.split_first() {
        so_far = match fact.kind() {
            Kind::Choice(codes) | Kind::Choices(codes) => joined(so_far, form_of_codes(codes)),
            Kind::Flag
            | Kind::Amount
            | Kind::Span
            | Kind::Days
            | Kind::Percent
            | Kind::Count
            | Kind::Length
            | Kind::Weight
            | Kind::Text => joined(so_far, 0),
        };
        facts = rest;
    }
    so_far
}

impl Packed for BTreeMap<Fact, Value> {
    const FORM: u64 = joined(joined(form(0, "findings"), Fact::FORM), Value::FORM);

    fn pack(&self, to: &mut Vec<u8>) {
        pack_count(self.len(), to);
        for (fact, value) in self {
            fact.pack(to);
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        (0..from.count()?).map(|_| Ok((Fact::unpack(from)?, Value::unpack(from)?))).collect()
    }
}
