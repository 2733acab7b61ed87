mod golden;
mod round_trips;
mod sample;
mod seals;
mod shapes;
