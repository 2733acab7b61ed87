//! guitu
