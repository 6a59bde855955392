//! The programs that the benchmarks and `measure` run, each written once and run on every peer.
//!
//! A comparison is fair when both sides do the same work: so a program here is generic over what it
//! runs on, gives a result that is checked, and asks for nothing that one side alone is good at. What
//! cannot be shared, as an echo server, is written out for each side in the way its own guide does it.

#![allow(
    clippy::missing_panics_doc,
    reason = "a wrong result ends the benchmark, here and everywhere"
)]

pub mod alone;
pub mod descriptors;
pub mod echo;
pub mod instructions;
pub mod machine;
pub mod messages;
pub mod programs;
pub mod ratio;
pub mod runtimes;
pub mod threads;
pub mod timers;
