//! Personal data in the clear, for as short as it takes.

use std::fmt;

use zeroize::Zeroizing;

/// Text that identifies somebody. It is wiped when dropped, and never printed: its debug form
/// tells nothing, and it has no other.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Whoever asks for it answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Without white space at the ends; `None` if nothing is left.
    pub(crate) fn trimmed(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|it| !it.is_empty())
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(..)")
    }
}

/// What is personal about an order. Nothing and blank both mean that it was not said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Personal {
    /// Of the receiver.
    pub name: Option<Plain>,
    pub phone: Option<Plain>,
    pub address: Option<Plain>,
    /// The buyer's account on the marketplace: a nick, an openid.
    pub account: Option<Plain>,
}

impl Personal {
    pub(crate) fn field(&self, field: Field) -> Option<&Plain> {
        match field {
            Field::Name => self.name.as_ref(),
            Field::Phone => self.phone.as_ref(),
            Field::Address => self.address.as_ref(),
            Field::Account => self.account.as_ref(),
        }
    }

    pub(crate) fn set(&mut self, field: Field, value: Plain) {
        let place = match field {
            Field::Name => &mut self.name,
            Field::Phone => &mut self.phone,
            Field::Address => &mut self.address,
            Field::Account => &mut self.account,
        };
        *place = Some(value);
    }
}

/// A part of [`Personal`]; its code is part of what a sealed text is bound to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    Name,
    Phone,
    Address,
    Account,
}

impl Field {
    pub const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Address, Self::Account];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Account => "account",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}
