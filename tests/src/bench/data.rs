//! Sides that are measured in turns, and what came out, as it is kept in a file.
//!
//! A machine is faster at one time than at another: it has other work, it warms up, it is throttled. So the
//! sides take turns, each ratio is of one round, and the median of the ratios is the result.

use std::env::consts::{ARCH, OS};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::thread;

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::counts::{self, Counts};
use super::is_quick;
use super::machine::check_stopped;

/// One thing, measured on several sides. Ratios are of the first of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Comparison {
    /// The name of its table and of its plot.
    pub(crate) name: String,
    pub(crate) title: String,
    /// The machine and the day.
    pub(crate) taken: String,
    /// How long it took to measure.
    pub(crate) seconds: u64,
    pub(crate) unit: String,
    /// What the points are numbers of; `None` if there is one point.
    pub(crate) along: Option<String>,
    /// All sides at one number of whatever it is. None if it could not be measured on this machine.
    pub(crate) points: Vec<(u64, Vec<Measured>)>,
}

/// What came out for one side.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) median: f64,
    /// The first and the third quartile.
    pub(crate) middle_half: [f64; 2],
    /// The first side divided by this one.
    pub(crate) ratio: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<Counts>,
}

pub(crate) fn load(file: &Path) -> io::Result<Vec<Comparison>> {
    let text = fs::read_to_string(file)?;
    let unfit = |error| io::Error::other(format!("{}: {error}", file.display()));
    serde_json::from_str(&text).map_err(unfit)
}

/// Replaces the file in one step: it never holds half of it.
pub(crate) fn save(data: &[Comparison], file: &Path) -> io::Result<()> {
    let mut new = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(file))?;
    writeln!(new, "{}", serde_json::to_string_pretty(data)?)?;
    Ok(new.persist(file).map(drop)?)
}

impl Comparison {
    pub(crate) fn new(title: &str, unit: &str, along: Option<&str>) -> Self {
        Comparison {
            name: String::new(),
            title: title.to_owned(),
            taken: taken(),
            seconds: 0,
            unit: unit.to_owned(),
            along: along.map(str::to_owned),
            points: Vec::new(),
        }
    }

    pub(crate) fn point(mut self, at: u64, sides: Vec<Measured>) -> Self {
        self.points.push((at, sides));
        self
    }

    /// The names of all sides: the first point has all of them.
    pub(crate) fn names(&self) -> Vec<&str> {
        let sides = self.points.first().into_iter().flat_map(|(_, sides)| sides);
        sides.map(|side| side.name.as_str()).collect()
    }
}

/// What describes this machine, and the day.
fn taken() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let processor = model.and_then(|it| it.split(": ").nth(1)).unwrap_or(ARCH);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let said_by = |command: &str, arg: &str| {
        let output = Command::new(command).arg(arg).output();
        let text = output.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&text).trim().to_owned()
    };
    let [system, compiler] = [said_by("uname", "-r"), said_by("rustc", "--version")];
    let system = system.split('-').next().unwrap_or_default();
    let day = said_by("date", "+%F");
    format!("{processor}, {cores} cores, {OS} {system}, {compiler}, {day}")
}

/// One side of a comparison: what measures it once, and what counts its instructions.
pub(crate) struct Side<'a> {
    name: &'static str,
    measure: Box<dyn FnMut() -> io::Result<f64> + 'a>,
    count: Option<Box<dyn Fn() -> io::Result<Counts> + 'a>>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(name: &'static str, measure: impl FnMut() -> io::Result<f64> + 'a) -> Self {
        Side {
            name,
            measure: Box::new(measure),
            count: None,
        }
    }

    pub(crate) fn counted(mut self, count: impl Fn() -> io::Result<Counts> + 'a) -> Self {
        self.count = Some(Box::new(count));
        self
    }
}

/// Measures the sides in turns, `rounds` times each (once if it is to be quick), and counts each once.
pub(crate) fn in_turns(rounds: usize, mut sides: Vec<Side<'_>>) -> io::Result<Vec<Measured>> {
    let mut values = vec![Vec::with_capacity(rounds); sides.len()];
    for round in 0..if is_quick() { 1 } else { rounds } {
        // Each side is the first equally often: the first may find the caches cold.
        for turn in 0..sides.len() {
            let side = (round + turn) % sides.len();
            let value = (sides[side].measure)();
            check_stopped()?;
            values[side].push(value?);
        }
    }
    let mut measured = Vec::new();
    for (side, of_side) in sides.iter().zip(&values) {
        let count = side.count.as_ref().filter(|_| counts::can_be_counted());
        let counts = count.map(|count| count()).transpose();
        check_stopped()?;
        let ratios = values[0].iter().zip(of_side).map(|(first, it)| first / it);
        let [low, median, high] = quartiles(of_side.iter().copied());
        measured.push(Measured {
            name: side.name.to_owned(),
            median,
            middle_half: [low, high],
            ratio: quartiles(ratios)[1],
            counts: counts?,
        });
    }
    Ok(measured)
}

fn quartiles(numbers: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len() - 1;
    [last / 4, last.div_ceil(2), last - last / 4].map(|index| numbers[index])
}
