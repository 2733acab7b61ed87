/// A closed set of words, each with a stable kebab-case code.
///
/// The code is what policy tables, stored events, the API and files say. Order of declaration is
/// not stored, so variants may be moved; a code, once released, is never changed.
pub trait Choice: Copy + Eq + Sized + 'static {
    /// Every variant, in order of declaration.
    const ALL: &'static [Self];
    /// The codes of [`Choice::ALL`], in the same order.
    const CODES: &'static [&'static str];

    fn code(self) -> &'static str;

    /// Position in [`Choice::ALL`].
    fn index(self) -> u16 {
        let found = Self::ALL.iter().position(|&it| it == self);
        found.and_then(|it| u16::try_from(it).ok()).unwrap_or(u16::MAX)
    }

    fn from_index(index: u16) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.code() == code)
    }
}

/// Declares an enum of plain variants that is a [`Choice`].
#[macro_export]
macro_rules! choice {
    (
        $(#[$outer:meta])*
        $vis:vis enum $name:ident { $($(#[$inner:meta])* $variant:ident = $code:literal,)+ }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        $vis enum $name { $($(#[$inner])* $variant,)+ }

        impl $crate::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const CODES: &'static [&'static str] = &[$($code,)+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str($crate::Choice::code(*self))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Choice;

    crate::choice! {
        enum Route { Unshipped = "unshipped", Return = "return", }
    }

    #[test]
    fn a_choice_is_found_by_code_and_by_index() {
        assert_eq!(Route::from_code("return"), Some(Route::Return));
        assert_eq!(Route::from_code("Return"), None);
        assert_eq!(Route::from_index(0), Some(Route::Unshipped));
        assert_eq!(Route::from_index(2), None);
        assert_eq!(Route::Return.index(), 1);
        assert_eq!(Route::Unshipped.to_string(), "unshipped");
    }
}
