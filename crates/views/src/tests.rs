mod explain;
mod names;
mod replies;
mod rows;
mod shop;
mod worklist;
