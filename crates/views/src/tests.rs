mod explain;
mod names;
mod refusals;
mod replies;
mod rows;
mod shop;
mod worklist;
