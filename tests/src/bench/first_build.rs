//! How long the first build takes: what a reader waits for who has just cloned this, and has all that it needs
//! downloaded.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::data::{Comparison, Side, in_turns};
use super::is_quick;

pub(crate) fn stages(_: &'static str) -> io::Result<Comparison> {
    let title = "The first cargo test of a stage";
    let mut comparison = Comparison::new(title, "s", Some("stage"));
    let target = crate::root().join("target");
    fs::create_dir_all(&target)?;
    let cargo = |args: &[&str]| {
        let scratch = tempfile::tempdir_in(&target)?; // empty
        let start = Instant::now();
        let status = Command::new("cargo")
            .args(args)
            .current_dir(crate::root())
            .env("CARGO_TARGET_DIR", scratch.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!("cargo {} failed", args.join(" "))));
        }
        Ok(start.elapsed().as_secs_f64())
    };
    cargo(&["fetch", "--locked"])?;
    let stages = &crate::STAGES[..if is_quick() { 1 } else { 5 }];
    for (number, stage) in (1..).zip(stages) {
        let side = Side::new("cargo test -p", || cargo(&["test", "-p", stage]));
        comparison = comparison.point(number, in_turns(1, vec![side])?);
    }
    Ok(comparison)
}
