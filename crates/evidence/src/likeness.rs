//! Whether two pictures show the same: a difference hash, which outlives scaling and encoding
//! again.
//!
//! 128 bits: of a grid of 9 × 9 grays, whether each is darker than its neighbour to the right, and
//! below. Pictures whose hashes differ in at most [`MOST`] bits look alike. A record is marked with
//! each of the eight 16-bit parts, and of any two that look alike at least one part is the same, so
//! they are found by it.

use image::{DynamicImage, imageops::FilterType};

/// The most bits in which pictures that look alike differ. One less than there are parts.
const MOST: u32 = 7;
/// A picture with less between its darkest and its brightest gray says nothing: a blank wall looks
/// like any other.
const LEAST_CONTRAST: u8 = 24;
const SIDE: u32 = 9;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Face(u128);

impl Face {
    /// `None` if there is nothing to recognise it by.
    pub(crate) fn of(picture: &DynamicImage) -> Option<Self> {
        let grid = picture.resize_exact(SIDE, SIDE, FilterType::Triangle).to_luma8();
        let grays: Vec<u8> = grid.pixels().map(|it| it.0.into_iter().next().unwrap_or(0)).collect();
        let (least, most) = (grays.iter().min()?, grays.iter().max()?);
        if most.saturating_sub(*least) < LEAST_CONTRAST {
            return None;
        }
        let rows: Vec<&[u8]> = grays.chunks(9).collect();
        let across = rows.iter().take(8).flat_map(|row| row.iter().zip(row.iter().skip(1)));
        let below = rows.iter().zip(rows.iter().skip(1));
        let down = below.flat_map(|(row, next)| row.iter().zip(next.iter()).take(8));
        let bits = across.chain(down).fold(0_u128, |bits, (a, b)| (bits << 1) | u128::from(a < b));
        Some(Self(bits))
    }

    pub(crate) fn is_like(self, other: Self) -> bool {
        (self.0 ^ other.0).count_ones() <= MOST
    }

    /// The marks it is found by.
    pub(crate) fn marks(self) -> impl Iterator<Item = String> {
        let parts = self.0.to_be_bytes();
        (0..8_usize).filter_map(move |it| {
            let part = parts.chunks(2).nth(it)?;
            let part = u16::from_be_bytes(part.try_into().ok()?);
            Some(format!("face:{it}:{part:04x}"))
        })
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16).ok().map(Self)
    }
}

impl std::fmt::Display for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
