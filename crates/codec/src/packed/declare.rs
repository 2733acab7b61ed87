//! What [`crate::shape::declare`] declares, for types that are part of the state as well.
//!
//! The same list of fields gives both forms.

/// [`shape_struct!`](crate::shape::declare::shape_struct), and [`Packed`](crate::packed::Packed).
macro_rules! state_struct {
    ($($shape:tt)*) => {
        $crate::shape::declare::shape_struct! { $($shape)* }
        $crate::packed::declare::packed_struct! { $($shape)* }
    };
}

/// [`Packed`](crate::packed::Packed) alone, for what stands in no event.
macro_rules! packed_struct {
    (
        $name:ident { $($must:ident $(= $must_name:ident)?: $must_type:ty),* $(,)? }
        $(or { $($may:ident $(= $may_name:ident)?: $may_type:ty),* $(,)? })?
    ) => {
        impl $crate::packed::Packed for $name {
            const FORM: u64 = {
                let form = $crate::packed::form(0, stringify!($name));
                $(let form = $crate::packed::field::<$must_type>(form, stringify!($must));)*
                $($(let form = $crate::packed::field::<$may_type>(form, stringify!($may));)*)?
                form
            };

            fn pack(&self, to: &mut Vec<u8>) {
                let Self {
                    $($($must_name:)? $must,)*
                    $($($($may_name:)? $may,)*)?
                } = self;
                $($crate::packed::Packed::pack($must, to);)*
                $($($crate::packed::Packed::pack($may, to);)*)?
            }

            fn unpack(
                from: &mut $crate::packed::Unpacker<'_>,
            ) -> Result<Self, $crate::packed::Damaged> {
                $(let $must: $must_type = $crate::packed::Packed::unpack(from)?;)*
                $($(let $may: $may_type = $crate::packed::Packed::unpack(from)?;)*)?
                Ok(Self { $($($must_name:)? $must,)* $($($($may_name:)? $may,)*)? })
            }
        }
    };
}

/// [`shape_enum!`](crate::shape::declare::shape_enum), and [`Packed`](crate::packed::Packed).
macro_rules! state_enum {
    ($name:ident { $(
        $code:literal $variant:ident $({
            $($must:ident: $must_type:ty),* $(,)?
        } $(or { $($may:ident: $may_type:ty),* $(,)? })?)?
    ),* $(,)? }) => {
        $crate::shape::declare::shape_enum! { $name { $(
            $code $variant $({ $($must: $must_type),* } $(or { $($may: $may_type),* })?)?
        ),* } }

        const _: () = {
            kernel::choice! { enum Tag { $($variant = $code,)* } }

            impl $crate::packed::Packed for $name {
                const FORM: u64 = {
                    let form = $crate::packed::form_of_codes(<Tag as kernel::Choice>::CODES);
                    $($(
                        $(let form =
                            $crate::packed::field::<$must_type>(form, stringify!($must));)*
                        $($(let form =
                            $crate::packed::field::<$may_type>(form, stringify!($may));)*)?
                    )?)*
                    form
                };

                fn pack(&self, to: &mut Vec<u8>) {
                    match self { $(
                        Self::$variant $({ $($must,)* $($($may,)*)? })? => {
                            $crate::packed::pack_choice(Tag::$variant, to);
                            $(
                                $($crate::packed::Packed::pack($must, to);)*
                                $($($crate::packed::Packed::pack($may, to);)*)?
                            )?
                        }
                    )* }
                }

                fn unpack(
                    from: &mut $crate::packed::Unpacker<'_>,
                ) -> Result<Self, $crate::packed::Damaged> {
                    match $crate::packed::unpack_choice::<Tag>(from)? { $(
                        Tag::$variant => {
                            $(
                                $(let $must = $crate::packed::Packed::unpack(from)?;)*
                                $($(let $may = $crate::packed::Packed::unpack(from)?;)*)?
                            )?
                            Ok(Self::$variant $({ $($must,)* $($($may,)*)? })?)
                        }
                    )* }
                }
            }
        };
    };
}

pub(crate) use {packed_struct, state_enum, state_struct};
