//! Files in, rows and complaints out.

mod bounds;
mod dirt;
mod frames;
mod harness;
mod marketplaces;
mod output;
mod phrases;
mod properties;
mod values;
mod words;
mod workbooks;
