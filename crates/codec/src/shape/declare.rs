//! One line per stored field.
//!
//! ```text
//! shape_struct! { Line { no: LineNo, sku: Sku } or { note: String } }
//! shape_enum!   { Status { "submitted" Submitted, "refunding" Refunding { payout: PayoutKey } } }
//! shape_kinds!  { Event: "task-dropped" 1 { task: TaskId } = (Event::TaskChanged { … }) }
//! ```
//!
//! Fields after `or` may be left out. The names are the stored ones: a field of a struct that has
//! another name in the domain is `stored = name: Type`. All three take the domain type apart and
//! put it together field by field, so a new field or variant does not compile until it has a
//! stored form.

/// A struct as an object.
macro_rules! shape_struct {
    (
        $name:ident { $($must:ident $(= $must_name:ident)?: $must_type:ty),* $(,)? }
        $(or { $($may:ident $(= $may_name:ident)?: $may_type:ty),* $(,)? })?
    ) => {
        impl $crate::shape::Shape for $name {
            fn write<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                #[derive(::serde::Serialize)]
                struct Stored<'a> {
                    $(#[serde(serialize_with = "crate::shape::write")]
                    $must: &'a $must_type,)*
                    $($(#[serde(
                        serialize_with = "crate::shape::write",
                        skip_serializing_if = "crate::shape::is_blank"
                    )]
                    $may: &'a $may_type,)*)?
                }
                let Self {
                    $($($must_name:)? $must,)*
                    $($($($may_name:)? $may,)*)?
                } = self;
                ::serde::Serialize::serialize(&Stored { $($must,)* $($($may,)*)? }, to)
            }

            fn read<'de, D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(::serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Stored {
                    $(#[serde(deserialize_with = "crate::shape::deserialize")]
                    $must: $must_type,)*
                    $($(#[serde(
                        deserialize_with = "crate::shape::deserialize",
                        default = "crate::shape::Blank::blank"
                    )]
                    $may: $may_type,)*)?
                }
                let Stored { $($must,)* $($($may,)*)? } =
                    ::serde::Deserialize::deserialize(from)?;
                Ok(Self { $($($must_name:)? $must,)* $($($($may_name:)? $may,)*)? })
            }
        }
    };
}

/// An enum: a plain variant as its code, another as an object under its code.
macro_rules! shape_enum {
    ($name:ident { $(
        $code:literal $variant:ident $({ $($must:ident: $must_type:ty),* $(,)? }
            $(or { $($may:ident: $may_type:ty),* $(,)? })?)?
    ),* $(,)? }) => {
        impl $crate::shape::Shape for $name {
            fn write<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                #[derive(::serde::Serialize)]
                enum Stored<'a> { $(
                    #[serde(rename = $code)]
                    $variant $({
                        $(#[serde(serialize_with = "crate::shape::write")]
                        $must: &'a $must_type,)*
                        $($(#[serde(
                            serialize_with = "crate::shape::write",
                            skip_serializing_if = "crate::shape::is_blank"
                        )]
                        $may: &'a $may_type,)*)?
                    })?,
                )* }
                let stored = match self { $(
                    Self::$variant $({ $($must,)* $($($may,)*)? })? => {
                        Stored::$variant $({ $($must,)* $($($may,)*)? })?
                    }
                )* };
                ::serde::Serialize::serialize(&stored, to)
            }

            fn read<'de, D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(::serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                enum Stored { $(
                    #[serde(rename = $code)]
                    $variant $({
                        $(#[serde(deserialize_with = "crate::shape::deserialize")]
                        $must: $must_type,)*
                        $($(#[serde(
                            deserialize_with = "crate::shape::deserialize",
                            default = "crate::shape::Blank::blank"
                        )]
                        $may: $may_type,)*)?
                    })?,
                )* }
                Ok(match ::serde::Deserialize::deserialize(from)? { $(
                    Stored::$variant $({ $($must,)* $($($may,)*)? })? => {
                        Self::$variant $({ $($must,)* $($($may,)*)? })?
                    }
                )* })
            }
        }
    };
}

/// A type of which every kind has a name and versions of its own: `{"kind":…,"v":…,…}`.
///
/// The part in parentheses is read as a pattern when writing and as an expression when reading.
/// `with` makes a stored field out of what the pattern binds, and takes it apart again.
macro_rules! shape_kinds {
    ($name:ident: $(
        $kind:literal $version:literal
        { $($must:ident: $must_type:ty),* $(,)? } $(or { $($may:ident: $may_type:ty),* $(,)? })?
        = ($($domain:tt)+) $(with { $($put:tt)* } back { $($take:tt)* })?;
    )*) => {
        impl $crate::kinds::Kinds for $name {
            const KINDS: &'static [(&'static str, u32)] = &[$(($kind, $version),)*];

            #[expect(unused_variables, reason = "only the kind is wanted")]
            fn kind(&self) -> &'static str {
                match self { $($($domain)+ => $kind,)* }
            }

            fn write_kind<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self { $($($domain)+ => {
                    #[derive(::serde::Serialize)]
                    struct Stored<'a> {
                        kind: &'a str,
                        v: u32,
                        $(#[serde(serialize_with = "crate::shape::write")]
                        $must: &'a $must_type,)*
                        $($(#[serde(
                            serialize_with = "crate::shape::write",
                            skip_serializing_if = "crate::shape::is_blank"
                        )]
                        $may: &'a $may_type,)*)?
                    }
                    $($($put)*)?
                    let stored =
                        Stored { kind: $kind, v: $version, $($must,)* $($($may,)*)? };
                    ::serde::Serialize::serialize(&stored, to)
                })* }
            }

            fn read_kind(
                kind: &str,
                version: u32,
                text: &str,
            ) -> Option<Result<Self, ::serde_json::Error>> {
                match (kind, version) { $(
                    ($kind, $version) => {
                        #[derive(::serde::Deserialize)]
                        #[serde(deny_unknown_fields)]
                        struct Stored {
                            #[serde(rename = "kind")]
                            _kind: ::serde::de::IgnoredAny,
                            #[serde(rename = "v", default)]
                            _v: ::serde::de::IgnoredAny,
                            $(#[serde(deserialize_with = "crate::shape::deserialize")]
                            $must: $must_type,)*
                            $($(#[serde(
                                deserialize_with = "crate::shape::deserialize",
                                default = "crate::shape::Blank::blank"
                            )]
                            $may: $may_type,)*)?
                        }
                        Some(::serde_json::from_str::<Stored>(text).map(|stored| {
                            let Stored { $($must,)* $($($may,)*)? .. } = stored;
                            $($($take)*)?
                            $($domain)+
                        }))
                    }
                )*
                _ => None }
            }
        }
    };
}

pub(crate) use {shape_enum, shape_kinds, shape_struct};
