mod golden;
mod round_trips;
mod sample;
mod shapes;
