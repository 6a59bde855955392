//! Builds and runs all versions of all exercises.
//!
//! The versions are modules of one test program, so that one build serves them all. Each is then run in a
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

use support::{STAGES, root};

use super::{Exercise, Version, text};

/// Far longer than any version takes. Only one that hangs comes to this.
const LIMIT: Duration = Duration::from_secs(120);

/// What the tests of a version said.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) passed: usize,
    /// The tests that failed, and the text of each failure.
    pub(crate) failed: Vec<(String, String)>,
    /// Why there is no complete result: it did not compile, or did not end.
    pub(crate) trouble: Option<&'static str>,
}

impl Verdict {
    pub(crate) fn is_green(&self) -> bool {
        self.trouble.is_none() && self.failed.is_empty() && self.passed > 0
    }

    /// The failures as the head of a wrong solution records them.
    pub(crate) fn message(&self) -> String {
        let mut lines = Vec::new();
        for (test, text) in &self.failed {
            lines.push(format!("{test}:"));
            lines.extend(
                text.lines()
                    .map(|line| format!("    {line}").trim_end().to_owned()),
            );
        }
        lines.extend(self.trouble.map(str::to_owned));
        lines.join("\n")
    }
}

/// What the tests said of every version, by its path; of the learner's attempts, too.
pub(crate) fn prove(exercises: &[Exercise]) -> HashMap<PathBuf, Verdict> {
    let ours: Vec<Version> = exercises.iter().flat_map(Exercise::versions).collect();
    let learners = exercises.iter().filter(|it| it.is_the_learners());
    let learners: Vec<Version> = learners.filter_map(Exercise::attempt).collect();

    let programs = build(&ours, &learners);
    let ours = ours
        .iter()
        .map(|it| (it, "all", format!("{}::", it.module)));
    let learners = learners.iter().map(|it| (it, &*it.module, String::new()));
    let mut to_run = Vec::new();
    let mut verdicts = HashMap::new();
    for (version, program, filter) in ours.chain(learners) {
        if let Some(program) = programs.get(program) {
            to_run.push((version, program, filter));
        } else {
            let trouble = Some("does not compile");
            let verdict = Verdict {
                trouble,
                ..Verdict::default()
            };
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
                    let Some((version, program, filter)) = next else {
                        break;
                    };
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
    let mut all = vec!["//! Every version of every exercise.".to_owned()];
    for version in ours {
        put(&format!("{}.rs", version.module), &version.source);
        all.push(format!("mod {};\n", version.module));
    }
    put("all.rs", &all.join("\n"));

    let mut manifest = vec![
        format!(
            "[package]\nname = 'exercises'\nedition = '2024'\nrust-version = '{}'\nautotests = false",
            env!("CARGO_PKG_RUST_VERSION")
        ),
        "[workspace]\n[dependencies]".to_owned(),
    ];
    let dependency =
        |stage: &str| format!("{stage} = {{ path = '{}' }}", root().join(stage).display());
    manifest.extend(STAGES.map(dependency));
    // The lints of the workspace, for a run of clippy with this manifest.
    let workspace = text("Cargo.toml").replace("[workspace.lints", "[lints");
    let lints = workspace
        .split_inclusive("\n\n")
        .filter(|table| table.starts_with("[lints"));
    manifest.extend(lints.map(str::to_owned));
    let target =
        |name: &str, path: &Path| format!("[[test]]\nname = '{name}'\npath = '{}'", path.display());
    manifest.push(target("all", Path::new("all.rs")));
    for version in learners {
        manifest.push(target(&version.module, &root().join(&version.path)));
    }
    put("Cargo.toml", &manifest.join("\n"));
    // The versions that the workspace has, so that nothing has to be downloaded.
    put("Cargo.lock", &text("Cargo.lock"));

    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--tests", "--offline", "--keep-going"])
        .arg("--message-format=json-render-diagnostics")
        .args([
            "--manifest-path".as_ref(),
            scratch.join("Cargo.toml").as_os_str(),
        ])
        .args(["--target-dir".as_ref(), scratch.join("target").as_os_str()])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
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
    if !programs.contains_key("all") {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
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
    verdict.passed = text
        .lines()
        .filter(|line| line.ends_with(" ... ok"))
        .count();
    if !ended {
        verdict.trouble = Some("does not end: something spins, or sleeps and is not woken");
    } else if !summary {
        verdict.trouble = Some("the program was aborted");
    }
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let name = line
            .strip_prefix("---- ")
            .and_then(|it| it.strip_suffix(" stdout ----"));
        let Some(name) = name else { continue };
        let mut message = Vec::new();
        let is_the_end = |line: &&str| line.starts_with("---- ") || *line == "failures:";
        while let Some(line) = lines.next_if(|line| !is_the_end(line)) {
            if line.starts_with("thread '") && line.contains(" panicked at ") {
                message.clear(); // the last panic is the test's own
            } else if !line.starts_with("note: ") {
                message.push(line);
            }
        }
        let name = name.rsplit("::").next().unwrap_or(name);
        verdict
            .failed
            .push((name.to_owned(), message.join("\n").trim().to_owned()));
    }
    verdict.failed.sort();
    verdict
}
