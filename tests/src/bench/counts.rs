//! How many instructions a program executes for a step, as valgrind's `callgrind` counts them, and how many of
//! them are locked.
//!
//! The kernel's are not counted, so the numbers are the same however busy the machine is. A *locked* instruction
//! (x86) is atomic for all cores: it has the prefix `lock`, or exchanges a register with memory.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};

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

/// How often each address was executed, by object.
type Times = HashMap<String, HashMap<u64, i64>>;

/// Counts with `run`, which runs a number of steps under the tool that it is given. It runs few and many, so that
/// start and end do not count.
pub(crate) fn per_step(
    (few, many): (u64, u64),
    run: impl Fn(u64, &[&str]) -> io::Result<()>,
) -> io::Result<Counts> {
    let mut times = Times::new();
    for (steps, sign) in [(few, -1), (many, 1)] {
        let file = tempfile::NamedTempFile::new()?;
        let out = format!("--callgrind-out-file={}", file.path().display());
        run(
            steps,
            &CALLGRIND.split(' ').chain([&*out]).collect::<Vec<_>>(),
        )?;
        add(&fs::read_to_string(file.path())?, sign, &mut times);
    }
    let (mut instructions, mut locked) = (0, 0);
    for (object, times) in times {
        instructions += times.values().sum::<i64>();
        locked += executions_of_locked(&object, &times)?;
    }
    let [instructions, locked] = [instructions, locked].map(|it| it as f64 / (many - few) as f64);
    Ok(Counts {
        instructions,
        locked,
    })
}

/// Adds what a file of callgrind says: lines `ob=OBJECT`, and lines `0xADDRESS LINE TIMES`.
fn add(file: &str, sign: i64, times: &mut Times) {
    let (mut object, mut is_of_callee) = ("", false);
    for line in file.lines() {
        if let Some(name) = line.strip_prefix("ob=") {
            object = name;
        } else if line.starts_with("calls=") {
            is_of_callee = true; // the next line sums up what the callee executed, which has lines of its own
        } else if let Some(numbers) = line.strip_prefix("0x") {
            let (address, rest) = numbers.split_once(' ').unwrap_or_default();
            let count = rest
                .rsplit(' ')
                .next()
                .and_then(|it| it.parse::<i64>().ok());
            if let (false, Some(address), Some(count)) = (is_of_callee, hex(address), count) {
                let object = times.entry(object.to_owned()).or_default();
                *object.entry(address).or_default() += sign * count;
            }
            is_of_callee = false;
        }
    }
}

fn executions_of_locked(object: &str, times: &HashMap<u64, i64>) -> io::Result<i64> {
    let mut objdump = Command::new("objdump")
        .args(["-d", "--no-show-raw-insn", object])
        .stdout(Stdio::piped())
        .stderr(Stdio::null()) // code that is in no file
        .spawn()?;
    let mut sum = 0;
    let output = objdump.stdout.take().into_iter();
    for line in output.flat_map(|output| BufReader::new(output).lines()) {
        let line = line?;
        let (address, code) = line.trim_start().split_once(":\t").unwrap_or_default();
        if code.starts_with("lock ") || (code.starts_with("xchg ") && code.contains('(')) {
            sum += hex(address).and_then(|it| times.get(&it)).unwrap_or(&0);
        }
    }
    objdump.wait()?;
    Ok(sum)
}

fn hex(number: &str) -> Option<u64> {
    u64::from_str_radix(number, 16).ok()
}
