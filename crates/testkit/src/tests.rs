mod examples;
mod failures;
mod keys;
mod language;
