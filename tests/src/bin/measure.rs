//! Measures our loops beside those of the field, on this machine, and draws what came out.
//!
//! ```text
//! $ cargo run --release -p tests --bin measure
//! ```
//!
//! It writes `book/src/measured/data.json`, and makes of it the tables and the plots that the book includes. So
//! a book that is built afterwards shows this machine's numbers. `--help` lists the options.

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    tests::bench::main()
}

#[cfg(loom)]
fn main() {}
