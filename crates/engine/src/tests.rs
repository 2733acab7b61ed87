//! The engine against stores that work and stores that fail, and a provider that loses answers.

mod faults;
mod outbox;
mod pumping;
mod rivals;
mod shop;
mod standing;
mod workers;
