//! What the program asks policy, declared by the domain as constants.
//!
//! A [`Question`] names its inputs and outputs; the pack answers it with the table of the same
//! name. A [`Vocabulary`] lists everything a complete pack has to say, so that a pack which leaves
//! something out is refused when it is loaded, not when the first buyer needs it.

/// Everything the program asks of a pack. A pack that answers less is refused.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    pub questions: &'static [&'static Question],
    pub constants: &'static [Constant],
    /// Names of the reply texts the domain can ask for.
    pub texts: &'static [&'static str],
    /// What may stand in braces in a reply text.
    pub variables: &'static [&'static str],
}

/// A question to policy. The table that answers it has the same name.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub name: &'static str,
    pub inputs: &'static [Field],
    pub outputs: &'static [Field],
    pub hit: Hit,
}

/// Whether the caller wants one row or every row that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    One,
    All,
}

/// One input or output of a question. An optional input may be missing; an optional output may be
/// left empty.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub optional: bool,
}

/// A number, code or phrase every pack has to give, or may leave out.
#[derive(Clone, Copy, Debug)]
pub struct Constant {
    pub name: &'static str,
    pub kind: Kind,
    pub optional: bool,
}

/// The type of an input, an output or a constant. Numbers are whole and counted in the base unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `yes` or `no`.
    Flag,
    /// One code of a closed set, in the order of [`kernel::Choice::CODES`].
    Choice(&'static [&'static str]),
    /// Any number of codes of a closed set of at most 64. Not for inputs.
    Choices(&'static [&'static str]),
    /// Counted in fen.
    Amount,
    /// Counted in seconds.
    Span,
    /// Whole days.
    Days,
    /// Counted in hundredths of a percent.
    Percent,
    /// Pieces or times.
    Count,
    /// Counted in millimeters.
    Length,
    /// Counted in grams.
    Weight,
    /// The name of a reply text, or a short phrase. Not for inputs.
    Text,
}

impl Vocabulary {
    pub fn question(&self, name: &str) -> Option<&'static Question> {
        self.questions.iter().copied().find(|it| it.name == name)
    }

    pub fn constant(&self, name: &str) -> Option<&'static Constant> {
        self.constants.iter().find(|it| it.name == name)
    }
}
