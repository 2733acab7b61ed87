//! Personal data: sealed where it is kept, masked where it is shown.
