//! How long the first build takes: what a reader waits for who has just cloned this.
//!
//! Fair, because both echo servers are built as their own guide says, in the debug build that `cargo run`
//! makes first, with all that they need downloaded: `tokio` in the version of the day, with the features
//! that its guide names. (Theirs sends back bytes; ours knows lines, `bye` and Ctrl-C.)

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use tests::bench::ratio::{Side, in_turns};

use crate::data::Comparison;
use crate::work::Size;

/// tokio's echo server in a package of its own, with what its guide says to write into `Cargo.toml`.
const MANIFEST: &str = r#"[package]
name = "echo"
version = "0.1.0"
edition = "2024"

[dependencies]
tokio = { version = "1", features = ["full"] }

[workspace]
"#;

const MAIN: &str = r#"use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    loop {
        let (mut socket, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok(count @ 1..) = socket.read(&mut buffer).await {
                if socket.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        });
    }
}
"#;

/// Seconds that `cargo` takes for this with an empty target directory. What it needs is downloaded.
fn cold(directory: &Path, target: &Path, args: &[&str]) -> io::Result<f64> {
    let _ = fs::remove_dir_all(target);
    let start = Instant::now();
    let status = Command::new("cargo")
        .args(args)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let seconds = start.elapsed().as_secs_f64();
    let _ = fs::remove_dir_all(target);
    if status.success() {
        Ok(seconds)
    } else {
        Err(io::Error::other(format!("cargo {} failed", args.join(" "))))
    }
}

/// A directory for what is built. Where the workspace has its own: if this is killed, `cargo clean` finds it.
fn scratch() -> io::Result<tempfile::TempDir> {
    let target = tests::root().join("target");
    fs::create_dir_all(&target)?;
    tempfile::tempdir_in(target)
}

pub(crate) fn stages(size: Size) -> io::Result<Comparison> {
    let title = "The first cargo test of a stage";
    let mut comparison = Comparison::new("compile-stages", title, "s").along("stage");
    let scratch = scratch()?;
    let target = scratch.path().join("target");
    cold(tests::root(), &target, &["fetch", "--locked"])?;
    for (number, stage) in (1..).zip(tests::STAGES) {
        if size.quick && number > 1 {
            break;
        }
        let side = Side::trying("cargo test -p", || {
            cold(tests::root(), &target, &["test", "-p", stage])
        });
        comparison = comparison.point(number, in_turns(1, vec![side])?);
    }
    Ok(comparison)
}

pub(crate) fn echo(size: Size) -> io::Result<Comparison> {
    let title = "The first build of an echo server";
    let comparison = Comparison::new("compile-echo", title, "s");
    let scratch = scratch()?;
    let scratch = scratch.path();
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join("Cargo.toml"), MANIFEST)?;
    fs::write(scratch.join("src/main.rs"), MAIN)?;
    let target = scratch.join("target");
    let ours = ["build", "-p", "stage5-select", "--example", "echo_server"];
    cold(tests::root(), &target, &["fetch", "--locked"])?;
    cold(scratch, &target, &["fetch"])?;
    let sides = vec![
        Side::trying("ours", || cold(tests::root(), &target, &ours)),
        Side::trying("tokio", || cold(scratch, &target, &["build"])),
    ];
    Ok(comparison.point(1, in_turns(size.rounds(5), sides)?))
}
