//! Measures our loops beside those of the field, on this machine, and draws what came out.
//!
//! ```text
//! $ cargo run --release -p tests --bin measure
//! ```
//!
//! It writes the tables and the plots that the book includes. `--help` lists the options.

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    tests::bench::main()
}

#[cfg(loom)]
fn main() {}
