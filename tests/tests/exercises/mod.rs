//! Finds the exercises, and builds and runs every version of each: the start, the solution, the wrong ones.
//!
//! All versions are modules of one test program, so that one build serves them all. Each is then run in a
//! process of its own: one that hangs or aborts takes nothing with it. A start file that a learner has
//! changed may not compile, so it is a program of its own.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use tests::{STAGES, root, text};

/// From this line on, a start file holds what is given, and the tests. A solution is what replaces the
/// lines above it.
const GIVEN: &str = "\nmod tests {\n";

/// The start files as they were shipped, by their hashes: `name whole given`, a line each.
const SHIPPED: &str = "tests/tests/exercises/shipped.txt";

/// Far longer than any version takes. Only one that hangs comes to this.
const LIMIT: Duration = Duration::from_secs(120);

/// Whether the person who runs this wants the recorded texts to be written again.
pub fn update() -> bool {
    env::var_os("UPDATE").is_some_and(|value| value == "1")
}

pub struct Exercise {
    pub stage: &'static str,
    pub name: String,
    start: String,
    /// Where its given part begins.
    given: Option<usize>,
    shipped: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Start,
    Solution,
    Wrong,
}

/// One program text for an exercise.
pub struct Version {
    pub kind: Kind,
    pub path: PathBuf,
    module: String,
    source: String,
}

/// What the tests of a version said.
#[derive(Debug, Default)]
pub struct Verdict {
    pub passed: usize,
    /// The tests that failed, and the text of each failure.
    pub failed: Vec<(String, String)>,
    /// Why there is no complete result: it did not compile, or did not end.
    pub trouble: Option<&'static str>,
}

impl Verdict {
    pub fn is_green(&self) -> bool {
        self.trouble.is_none() && self.failed.is_empty() && self.passed > 0
    }

    /// The failures as the head of a wrong solution records them.
    pub fn message(&self) -> String {
        let mut message = String::new();
        for (test, text) in &self.failed {
            message += &format!("{test}:\n");
            for line in text.lines() {
                message += format!("    {line}").trim_end();
                message += "\n";
            }
        }
        message + self.trouble.unwrap_or_default()
    }
}

/// All exercises, in the order of their numbers.
pub fn all() -> Vec<Exercise> {
    let shipped = fs::read_to_string(root().join(SHIPPED)).unwrap_or_default();
    let mut exercises = Vec::new();
    for stage in STAGES {
        for file in files(stage) {
            let Some(name) = file.strip_suffix(".rs").filter(|name| !name.contains('.')) else {
                continue;
            };
            let number = name.strip_prefix('x').and_then(|name| name.get(..2));
            if number.is_none_or(|number| number.parse::<u8>().is_err()) {
                continue; // a file of the learner's own
            }
            let start = text(Path::new(stage).join("exercises").join(&file));
            exercises.push(Exercise {
                stage,
                name: name.to_owned(),
                given: start.find(GIVEN),
                shipped: shipped.lines().find_map(|line| {
                    let (whole, given) = line.strip_prefix(name)?.trim().split_once(' ')?;
                    Some((whole.to_owned(), given.to_owned()))
                }),
                start,
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

/// FNV-1a, line by line: a checkout may end its lines in another way. It is the same in all releases of
/// Rust, which the standard library's hashes need not be.
fn hash(text: &str) -> String {
    let bytes = text.lines().flat_map(|line| line.bytes().chain([b'\n']));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

impl Exercise {
    pub fn path(&self, ending: &str) -> PathBuf {
        let name = format!("{}{ending}", self.name);
        Path::new(self.stage).join("exercises").join(name)
    }

    pub fn command(&self) -> String {
        format!("cargo test -p {} --test {}", self.stage, self.name)
    }

    /// As a report names it: `x05 both`.
    pub fn title(&self) -> String {
        self.name.replacen('_', " ", 1).replace('_', " ")
    }

    fn given(&self) -> &str {
        self.given.map_or("", |given| &self.start[given..])
    }

    fn hashes(&self) -> (String, String) {
        (hash(&self.start), hash(self.given()))
    }

    /// Whether a learner works on it: the start file is not the one that was shipped.
    pub fn is_the_learners(&self) -> bool {
        !update() && self.shipped.as_ref().map(|hashes| &hashes.0) != Some(&self.hashes().0)
    }

    /// Whether the tests in it are those that were shipped, so that the other versions can use them.
    fn has_its_tests(&self) -> bool {
        update() || self.shipped.as_ref().map(|hashes| &hashes.1) == Some(&self.hashes().1)
    }

    /// The versions that are the workspace's own to prove.
    pub fn versions(&self) -> Vec<Version> {
        let mut versions = Vec::new();
        if !self.is_the_learners() {
            versions.push(self.version(Kind::Start, self.path(".rs"), self.start.clone()));
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
            versions.push(self.version(kind, path, source));
        }
        versions
    }

    /// The start file, as the program that the learner has made of it.
    fn attempt(&self) -> Version {
        self.version(Kind::Start, self.path(".rs"), self.start.clone())
    }

    fn version(&self, kind: Kind, path: PathBuf, source: String) -> Version {
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

/// What the tests said of every version, by its path; of the learner's attempts, too.
pub fn prove(exercises: &[Exercise]) -> HashMap<PathBuf, Verdict> {
    if update() {
        let line = |exercise: &Exercise| {
            let (whole, given) = exercise.hashes();
            format!("{} {whole} {given}\n", exercise.name)
        };
        let lines: String = exercises.iter().map(line).collect();
        fs::write(root().join(SHIPPED), lines).expect("it can be written");
    }
    let ours: Vec<Version> = exercises.iter().flat_map(Exercise::versions).collect();
    let learners = exercises.iter().filter(|it| it.is_the_learners());
    let learners: Vec<Version> = learners.map(Exercise::attempt).collect();

    let programs = build(&ours, &learners);
    let ours = ours.iter().map(|it| (it, "all", format!("{}::", it.module)));
    let learners = learners.iter().map(|it| (it, &*it.module, String::new()));
    let mut to_run = Vec::new();
    let mut verdicts = HashMap::new();
    for (version, program, filter) in ours.chain(learners) {
        if let Some(program) = programs.get(program) {
            to_run.push((version, program, filter));
        } else {
            let trouble = Some("does not compile: the compiler says why");
            let verdict = Verdict { trouble, ..Verdict::default() };
            verdicts.insert(version.path.clone(), verdict);
        }
    }
    // Some of the wrong ones wait until a watchdog ends them, so several run at once.
    let (queue, done) = (Mutex::new(to_run.into_iter()), Mutex::new(verdicts));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no panic in between").next();
                    let Some((version, program, filter)) = next else { break };
                    let verdict = run(program, &filter).expect("the program can be started");
                    let mut done = done.lock().expect("no panic in between");
                    done.insert(version.path.clone(), verdict);
                }
            });
        }
    });
    done.into_inner().expect("no panic in between")
}

/// Builds the scratch crate. Gives the path of each program that compiled, by its name.
fn build(ours: &[Version], learners: &[Version]) -> HashMap<String, PathBuf> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exercises");
    fs::create_dir_all(&scratch).expect("the target directory can be written");
    let put = |name: &str, text: &str| {
        let path = scratch.join(name);
        // A file that is left as it was is not compiled again.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(path, text).expect("the target directory can be written");
        }
    };
    let mut manifest = "[package]\nname = \"exercises\"\nedition = \"2024\"\nautotests = false\n\
                        [workspace]\n[dependencies]\n"
        .to_owned();
    for stage in STAGES {
        manifest += &format!("{stage} = {{ path = {:?} }}\n", root().join(stage));
    }
    // The lints of the workspace, for `cargo clippy --manifest-path` of this crate.
    let workspace = text("Cargo.toml").replace("[workspace.lints", "[lints");
    let lints = workspace.find("[lints").map(|start| &workspace[start..]);
    let lints = lints.and_then(|lints| lints.split("[profile").next());
    manifest += lints.unwrap_or_default();

    let mut main = "//! Every version of every exercise.\n".to_owned();
    for version in ours {
        put(&format!("{}.rs", version.module), &version.source);
        main += &format!("mod {};\n", version.module);
    }
    put("all.rs", &main);
    manifest += "[[test]]\nname = \"all\"\npath = \"all.rs\"\n";
    for version in learners {
        let (name, path) = (&version.module, root().join(&version.path));
        manifest += &format!("[[test]]\nname = {name:?}\npath = {path:?}\n");
    }
    put("Cargo.toml", &manifest);
    // The versions that the workspace has, so that nothing has to be downloaded.
    put("Cargo.lock", &text("Cargo.lock"));

    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--offline", "--no-run", "--no-fail-fast"])
        .arg("--message-format=json-render-diagnostics")
        .args(["--manifest-path".as_ref(), scratch.join("Cargo.toml").as_os_str()])
        .args(["--target-dir".as_ref(), scratch.join("target").as_os_str()])
        .env("CARGO_PROFILE_TEST_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    let mut programs = HashMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        if let (Some(name), Some(path)) = (
            message["target"]["name"].as_str(),
            message["executable"].as_str(),
        ) {
            programs.insert(name.to_owned(), PathBuf::from(path));
        }
    }
    programs
}

/// Runs the tests of one version.
fn run(program: &Path, filter: &str) -> io::Result<Verdict> {
    let mut output = tempfile::tempfile()?;
    let mut child = Command::new(program)
        .args([filter, "--color=never", "--test-threads=8"])
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(Stdio::null())
        .spawn()?;
    let deadline = Instant::now() + LIMIT;
    let ended = loop {
        if child.try_wait()?.is_some() {
            break true;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            break false;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let mut text = String::new();
    output.rewind()?;
    output.read_to_string(&mut text)?;
    Ok(read_verdict(&text, ended))
}

/// Reads what the test program printed.
fn read_verdict(text: &str, ended: bool) -> Verdict {
    let mut verdict = Verdict::default();
    let summary = text.lines().any(|line| line.starts_with("test result: "));
    verdict.passed = text.lines().filter(|line| line.ends_with(" ... ok")).count();
    if !ended {
        verdict.trouble = Some("does not end: something spins, or sleeps and is not woken");
    } else if !summary {
        verdict.trouble = Some("the program was aborted");
    }
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("---- ").and_then(|it| it.strip_suffix(" stdout ----"));
        let Some(name) = name else { continue };
        let mut message = String::new();
        let is_the_end = |line: &&str| line.starts_with("---- ") || *line == "failures:";
        while let Some(line) = lines.next_if(|line| !is_the_end(line)) {
            if line.starts_with("thread '") && line.contains(" panicked at ") {
                message.clear(); // the last panic is the test's own
            } else if !line.starts_with("note: ") {
                message += &format!("{line}\n");
            }
        }
        let name = name.rsplit("::").next().unwrap_or(name);
        verdict.failed.push((name.to_owned(), message.trim().to_owned()));
    }
    verdict.failed.sort();
    verdict
}

/// The text that a wrong solution records in its head: what its tests say.
pub fn recorded(version: &Version) -> String {
    let text = text(&version.path);
    let lines = text.lines().skip_while(|line| *line != "//! ```text").skip(1);
    let lines = lines.take_while(|line| *line != "//! ```");
    let bare = lines.map(|line| line.strip_prefix("//!").unwrap_or(line));
    bare.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// Writes it there.
pub fn record(version: &Version, message: &str) {
    let path = root().join(&version.path);
    let text = text(&version.path);
    let (head, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("//!"));
    let said = head.iter().take_while(|line| **line != "//! ```text");
    let mut lines: Vec<String> = said.map(|line| (*line).to_owned()).collect();
    lines.push("//! ```text".to_owned());
    lines.extend(message.lines().map(|line| format!("//! {line}").trim_end().to_owned()));
    lines.push("//! ```".to_owned());
    lines.extend(rest.iter().map(|line| (*line).to_owned()));
    fs::write(path, lines.join("\n") + "\n").expect("it could be read a moment ago");
}
