//! Measures our loops beside what the field uses, on this machine, and draws what came out.
//!
//! ```text
//! $ cargo run --release -p tests --bin measure
//! ```
//!
//! It takes about seven minutes, and writes `book/src/measured/data.json`; from that it makes the tables and
//! the plots that the book includes. So the book that you build afterwards shows your machine's numbers.
//! `--help` tells what else it can do.

#![allow(
    clippy::cast_possible_truncation,
    clippy::similar_names,
    clippy::unnecessary_wraps,
    reason = "pixels are small, a size and a side are what this is about, and all comparisons have one type"
)]

#[cfg(not(loom))]
mod compile;
#[cfg(not(loom))]
mod data;
#[cfg(not(loom))]
mod echoes;
#[cfg(not(loom))]
mod kernel;
#[cfg(not(loom))]
mod plots;
#[cfg(not(loom))]
mod tables;
#[cfg(not(loom))]
mod tasks;
#[cfg(not(loom))]
mod work;

#[cfg(loom)]
fn main() {}

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    tests::bench::echo::serve_if_asked();
    tests::bench::alone::answer_if_asked();
    match work::work(std::env::args().skip(1)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
