mod amounts;
mod sums;
