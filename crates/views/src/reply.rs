//! Reply drafts.
