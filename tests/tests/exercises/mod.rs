//! Finds the exercises and their versions: the start, the solution, the wrong ones.

mod proof;

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use support::{STAGES, root};

pub(crate) use proof::{Verdict, prove};

/// From this line on, a start file holds what is given, and the tests. A solution is what replaces the
/// lines above it.
const GIVEN: &str = "\nmod tests {\n";

/// The start files as they were shipped, by their hashes: `name whole given`, a line each.
const SHIPPED: &str = "tests/tests/exercises/shipped.txt";

/// Whether the person who runs this wants the recorded texts to be written again.
pub(crate) fn update() -> bool {
    env::var_os("UPDATE").is_some_and(|value| value == "1")
}

pub(crate) struct Exercise {
    pub(crate) stage: &'static str,
    pub(crate) name: String,
    /// The text of the start file; none if the learner has deleted it.
    start: Option<String>,
    /// The hashes of the start file and of its given part, as they were shipped.
    shipped: Option<[String; 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Start,
    Solution,
    Wrong,
}

/// One program text for an exercise.
pub(crate) struct Version {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
    module: String,
    source: String,
}

/// The text of a file of the workspace, with the line ends of Unix.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    support::text(path).replace("\r\n", "\n")
}

/// All exercises that are shipped, in the order of their numbers. Other files in the folders are the
/// learner's own.
pub(crate) fn all() -> Vec<Exercise> {
    let shipped: HashMap<String, [String; 2]> = (text(SHIPPED).lines())
        .filter_map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            Some((words.next()?, [words.next()?, words.next()?]))
        })
        .collect();
    let mut exercises = Vec::new();
    for stage in STAGES {
        for file in files(stage) {
            let Some(name) = file.strip_suffix(".hint.md") else {
                continue;
            };
            let shipped = shipped.get(name).cloned();
            if shipped.is_none() && !update() {
                continue;
            }
            let start = root()
                .join(stage)
                .join("exercises")
                .join(format!("{name}.rs"));
            let start = fs::read(start).ok();
            exercises.push(Exercise {
                stage,
                name: name.to_owned(),
                start: start.map(|it| String::from_utf8_lossy(&it).replace("\r\n", "\n")),
                shipped,
            });
        }
    }
    exercises.sort_by(|a, b| a.name.cmp(&b.name));
    exercises
}

fn files(stage: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(stage).join("exercises")) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.into_string().ok()).collect()
}

/// FNV-1a. It is the same in all releases of Rust, which the standard library's hashes need not be.
fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

impl Exercise {
    pub(crate) fn path(&self, ending: &str) -> PathBuf {
        let name = format!("{}{ending}", self.name);
        Path::new(self.stage).join("exercises").join(name)
    }

    pub(crate) fn command(&self) -> String {
        format!("cargo test -p {} --test {}", self.stage, self.name)
    }

    /// As a report names it: `x05 both`.
    pub(crate) fn title(&self) -> String {
        self.name.replacen('_', " ", 1).replace('_', " ")
    }

    fn start(&self) -> &str {
        self.start.as_deref().unwrap_or_default()
    }

    fn given(&self) -> &str {
        let given = self.start().find(GIVEN);
        given.map_or("", |given| &self.start()[given..])
    }

    fn hashes(&self) -> [String; 2] {
        [hash(self.start()), hash(self.given())]
    }

    /// Whether a learner works on it: the start file is not the one that was shipped.
    pub(crate) fn is_the_learners(&self) -> bool {
        !update() && self.shipped.as_ref() != Some(&self.hashes())
    }

    /// Whether the tests in it are those that were shipped, so that the other versions can use them.
    pub(crate) fn has_its_tests(&self) -> bool {
        update() || self.shipped.as_ref().map(|[_, given]| given) == Some(&self.hashes()[1])
    }

    /// The versions that are the workspace's own to prove.
    pub(crate) fn versions(&self) -> Vec<Version> {
        let mut versions = Vec::new();
        if !self.is_the_learners() {
            versions.extend(self.attempt());
        }
        if !self.has_its_tests() {
            return versions;
        }
        let mut names = files(self.stage);
        names.sort();
        for name in names {
            let Some(rest) = name.strip_prefix(&format!("{}.", self.name)) else {
                continue;
            };
            let kind = match rest.strip_suffix(".rs") {
                Some("solution") => Kind::Solution,
                Some(wrong) if wrong.starts_with("wrong-") => Kind::Wrong,
                _ => continue,
            };
            let path = Path::new(self.stage).join("exercises").join(&name);
            let source = text(&path) + self.given();
            versions.push(Version::new(kind, path, source));
        }
        versions
    }

    /// The start file as it is now.
    fn attempt(&self) -> Option<Version> {
        let source = self.start.clone()?;
        Some(Version::new(Kind::Start, self.path(".rs"), source))
    }
}

impl Version {
    fn new(kind: Kind, path: PathBuf, source: String) -> Self {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = if kind == Kind::Start { "_start" } else { "" };
        Version {
            kind,
            module: stem.replace(['.', '-'], "_") + ending,
            path,
            source,
        }
    }
}

/// Records all start files as those that are shipped.
pub(crate) fn ship(exercises: &[Exercise]) {
    let line = |exercise: &Exercise| {
        let [whole, given] = exercise.hashes();
        format!("{} {whole} {given}\n", exercise.name)
    };
    let lines: String = exercises.iter().map(line).collect();
    fs::write(root().join(SHIPPED), lines).expect("it can be written");
}

/// The text that a wrong solution records in its head: what its tests say.
pub(crate) fn recorded(version: &Version) -> String {
    let text = text(&version.path);
    let lines = text.lines().skip_while(|line| *line != "//! ```text");
    let lines = lines.skip(1).take_while(|line| *line != "//! ```");
    let bare = lines.map(|line| line.strip_prefix("//!").unwrap_or(line));
    let bare: Vec<&str> = bare
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    bare.join("\n")
}

/// Writes it there.
pub(crate) fn record(version: &Version, message: &str) {
    let text = text(&version.path);
    let is_head = |line: &&str| line.starts_with("//!");
    let head = text.lines().take_while(is_head);
    let head = head
        .take_while(|line| *line != "//! ```text")
        .map(str::to_owned);
    let message = message
        .lines()
        .map(|line| format!("//! {line}").trim_end().to_owned());
    let rest = text.lines().skip_while(is_head).map(str::to_owned);
    let mut lines: Vec<String> = head.chain(["//! ```text".to_owned()]).collect();
    lines.extend(message.chain(["//! ```".to_owned()]).chain(rest));
    fs::write(root().join(&version.path), lines.join("\n") + "\n").expect("it can be written");
}
