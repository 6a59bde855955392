//! How many instructions a program executes for a step, as valgrind's `callgrind` counts them, without the kernel's.
//! A *locked* instruction (x86) is atomic for all cores: it has the prefix `lock`, or exchanges a register with memory.

use std::collections::{HashMap, HashSet};
use std::io;
use std::mem;
use std::process::Command;

use fs_err as fs;
use serde::{Deserialize, Serialize};

/// For one step.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    pub(crate) locked: f64,
}

/// Whether the tools are there.
pub(crate) fn can_be_counted() -> bool {
    let version = |tool| Command::new(tool).arg("--version").output();
    let is_there = |tool| version(tool).is_ok_and(|output| output.status.success());
    cfg!(target_arch = "x86_64") && is_there("valgrind") && is_there("objdump")
}

const CALLGRIND: &str =
    "valgrind -q --tool=callgrind --dump-instr=yes --compress-pos=no --compress-strings=no";

/// Counts with `run`, which runs a number of steps under the tool that it is given. It runs twice, with so many steps
/// and with twice as many, so that start and end do not count.
pub(crate) fn per_step(
    steps: u64,
    run: impl Fn(u64, &[&str]) -> io::Result<()>,
) -> io::Result<Counts> {
    let (mut instructions, mut locked) = (0, 0);
    let mut addresses = HashMap::new();
    for (steps, sign) in [(steps, -1), (2 * steps, 1)] {
        let file = tempfile::NamedTempFile::new()?;
        let out = format!("--callgrind-out-file={}", file.path().display());
        run(
            steps,
            &CALLGRIND.split(' ').chain([&*out]).collect::<Vec<_>>(),
        )?;
        let (mut object, mut is_of_callee) = (String::new(), false);
        for line in fs::read_to_string(file.path())?.lines() {
            if let Some(name) = line.strip_prefix("ob=") {
                if !addresses.contains_key(name) {
                    addresses.insert(name.to_owned(), locked_addresses(name)?);
                }
                name.clone_into(&mut object);
            } else if line.starts_with("calls=") {
                is_of_callee = true; // the next line sums up what has lines of its own
            } else if let Some(line) = line.strip_prefix("0x")
                && !mem::take(&mut is_of_callee)
                && let Some((address, numbers)) = line.split_once(' ')
            {
                let times: i64 = numbers.rsplit(' ').flat_map(str::parse).next().unwrap_or(0);
                instructions += sign * times;
                locked += sign * times * i64::from(addresses[&object].contains(address));
            }
        }
    }
    let [instructions, locked] = [instructions, locked].map(|it| it as f64 / steps as f64);
    Ok(Counts {
        instructions,
        locked,
    })
}

/// Where an object has locked instructions: none if it is not a file.
fn locked_addresses(object: &str) -> io::Result<HashSet<String>> {
    let output = Command::new("objdump")
        .args(["-d", "--no-show-raw-insn", object])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text
        .lines()
        .filter_map(|line| line.trim_start().split_once(":\t"));
    let is_locked =
        |code: &str| code.starts_with("lock ") || (code.starts_with("xchg ") && code.contains('('));
    let locked = lines.filter(|(_, code)| is_locked(code));
    Ok(locked.map(|(address, _)| address.to_owned()).collect())
}
