//! What was measured, as it is kept: one file, from which tables and plots are made.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tests::bench::ratio::Measured;

/// All of it, and where it was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Data {
    pub(crate) machine: Machine,
    pub(crate) comparisons: Vec<Comparison>,
    #[serde(default)]
    pub(crate) left_out: Vec<LeftOut>,
}

/// What could not be measured on this machine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    pub(crate) name: String,
    pub(crate) why: String,
}

/// Where. Numbers of two different ones are not to stand side by side.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) compiler: String,
}

/// One thing, measured on several sides; the first of them is ours.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Comparison {
    /// What its table and its plot are called.
    pub(crate) name: String,
    pub(crate) title: String,
    /// The day, as 2026-12-31.
    pub(crate) date: String,
    pub(crate) unit: String,
    /// What there are different numbers of; `None` where there is one point.
    pub(crate) along: Option<String>,
    pub(crate) points: Vec<Point>,
}

/// All sides at one number of whatever it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) at: u64,
    pub(crate) sides: Vec<Measured>,
}

impl Data {
    pub(crate) fn load(file: &Path) -> io::Result<Data> {
        let text = named(file, fs::read_to_string(file))?;
        named(file, serde_json::from_str(&text).map_err(io::Error::from))
    }

    pub(crate) fn save(&self, file: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        named(file, fs::write(file, text))
    }

    /// Puts it in the place of the one of the same name, or at the end.
    pub(crate) fn put(&mut self, comparison: Comparison) {
        self.left_out.retain(|it| it.name != comparison.name);
        let same = |it: &&mut Comparison| it.name == comparison.name;
        match self.comparisons.iter_mut().find(same) {
            Some(old) => *old = comparison,
            None => self.comparisons.push(comparison),
        }
    }

    /// Puts this in the place of what was measured before.
    pub(crate) fn leave_out(&mut self, it: LeftOut) {
        self.comparisons.retain(|other| other.name != it.name);
        self.left_out.retain(|other| other.name != it.name);
        self.left_out.push(it);
    }
}

impl Comparison {
    pub(crate) fn new(name: &str, title: &str, unit: &str) -> Self {
        Comparison {
            name: name.to_owned(),
            title: title.to_owned(),
            date: today(),
            unit: unit.to_owned(),
            along: None,
            points: Vec::new(),
        }
    }

    pub(crate) fn along(mut self, along: &str) -> Self {
        self.along = Some(along.to_owned());
        self
    }

    pub(crate) fn point(mut self, at: u64, sides: Vec<Measured>) -> Self {
        self.points.push(Point { at, sides });
        self
    }

    /// The names of all sides, in the order in which they appear.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for side in self.points.iter().flat_map(|point| &point.sides) {
            if !names.contains(&side.name.as_str()) {
                names.push(&side.name);
            }
        }
        names
    }
}

/// An error that says about which file it is.
pub(crate) fn named<T>(file: &Path, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
}

impl Machine {
    /// This one.
    pub(crate) fn this() -> Machine {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
        let processor = model.and_then(|line| line.split(": ").nth(1));
        let uname = rustix::system::uname();
        let release = uname.release().to_string_lossy();
        let release = release.split('-').next().unwrap_or_default();
        Machine {
            processor: processor.unwrap_or(ARCH).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{OS} {release}"),
            compiler: said_by("rustc", "--version"),
        }
    }
}

fn said_by(command: &str, arg: &str) -> String {
    let output = Command::new(command).arg(arg).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// The day, in Greenwich. (Days are counted from the 1st of March, so that a leap day is the last.)
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = since.map_or(0, |since| since.as_secs() / 86400) + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..=9 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    format!("{year}-{month:02}-{day:02}")
}
