//! The simulated world, as its clients see it.

mod aws;
mod batch;
mod call;
mod client;
mod demo;
mod faults;
mod function;
mod network;
mod queue;
mod rate;
mod recordings;
mod screen;
mod secrets;
mod serve;
mod served;
mod snapshots;
mod strict;
mod surge;
mod timeline;
mod token;
mod truth;
mod voice;
