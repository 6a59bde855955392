//! Commands that nobody runs: what a page has the reader type. They would take too long, or change the
//! code. So what they name is looked up: packages, examples, tests, files.

use std::collections::BTreeSet;
use std::process::Command;

use mdbook_markdown::pulldown_cmark::Event;
use serde_json::Value;
use support::root;

use crate::page::{Page, Problems, events};

pub(crate) fn names_what_is_there(pages: &[Page], problems: &mut Problems) {
    let there = Targets::of_the_workspace();
    for page in pages {
        let blocks = page.blocks.iter().filter(|block| block.language() == "sh");
        let typed = blocks.flat_map(|block| (block.line + 1..).zip(block.body.iter().cloned()));
        // In the prose, too.
        let in_prose = events(&page.text).filter_map(|(event, line, _)| match event {
            Event::Code(code) => Some((line, code.to_string())),
            _ => None,
        });
        let is_command = |code: &str| {
            ["cargo ", "diff ", "git ", "bash "]
                .iter()
                .any(|program| code.starts_with(program))
        };
        let in_prose = in_prose.filter(|(_, code)| is_command(code));
        for (line, command) in typed.chain(in_prose) {
            if let Err(what) = there.has(&command) {
                problems.add(page.place(line), what);
            }
        }
    }
}

/// All that Cargo can run, as (package, kind, name): `("tests", "bin", "measure")`.
struct Targets(BTreeSet<(String, String, String)>);

impl Targets {
    fn of_the_workspace() -> Self {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(root())
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut targets = BTreeSet::new();
        for package in metadata["packages"].as_array().unwrap() {
            for target in package["targets"].as_array().unwrap() {
                let (name, kind) = (text(&target["name"]), text(&target["kind"][0]));
                targets.insert((text(&package["name"]), kind, name));
            }
        }
        Targets(targets)
    }

    fn has(&self, command: &str) -> Result<(), String> {
        let mut words = command.split(' ').skip_while(|word| word.contains('='));
        match (words.next(), words.clone().next()) {
            (Some("cargo"), _) => self.cargo_has(words),
            (Some("cd"), _) | (Some("git"), Some("clone" | "diff")) => Ok(()), // they name nothing of ours
            (Some("git"), Some("apply" | "checkout" | "restore")) => are_there(words.skip(1)),
            (Some("bash" | "diff"), _) => are_there(words),
            _ => Err(format!("nothing checks `{command}`")),
        }
    }

    fn cargo_has<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let what = words.next().unwrap_or_default();
        if !["run", "build", "test", "bench", "doc", "fmt", "clippy"].contains(&what) {
            return Err(format!("of cargo, `{what}` is not checked"));
        }
        let (mut package, mut target) = (None, None);
        while let Some(word) = words.next() {
            match word {
                "-q" | "--release" | "--workspace" | "--open" | "--all" | "--all-targets" => {}
                "-p" => package = words.next(),
                "--bin" | "--example" | "--test" | "--bench" => {
                    target = Some((&word[2..], words.next().unwrap_or_default()));
                }
                "--" => break, // the program's own
                _ => return Err(format!("of cargo, `{word}` is not checked")),
            }
        }
        let there = |(_, kind, name): &(String, String, String)| match target {
            Some((_, name)) if name.starts_with("mine") => true, // which the reader writes
            Some(target) => (kind.as_str(), name.as_str()) == target,
            None => what != "run" || kind == "bin",
        };
        let is_asked = |target: &&(String, _, _)| package.is_none_or(|package| target.0 == package);
        if self.0.iter().filter(is_asked).any(there) {
            return Ok(());
        }
        let (kind, name) = target.unwrap_or(("package", package.unwrap_or_default()));
        let package = package.unwrap_or("the workspace");
        Err(format!("no {kind} {name} for cargo {what} in {package}"))
    }
}

fn are_there<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut paths = paths.filter(|word| !word.starts_with('-'));
    let missing = paths.find(|path| !root().join(path).exists());
    missing.map_or(Ok(()), |path| Err(format!("{path} is not there")))
}

#[test]
fn a_command_that_names_what_is_not_there_is_found() {
    let there = Targets::of_the_workspace();
    for command in [
        "cargo test --workspace",
        "cargo test -p stage1-addition",
        "cargo run -q -p stage1-addition --example fib",
        "cargo run -q -p stage1-addition --example mine2",
        "cargo run -p book -- --build-only",
        "UPDATE=1 cargo test -p book --test lockstep",
        "git apply -R book/breaks/no-arm.patch",
        "diff -u stage1-addition/src/run.rs stage2-ops/src/run.rs",
    ] {
        assert_eq!(there.has(command), Ok(()), "{command}");
    }
    for command in [
        "cargo test -p stage6",
        "cargo test -p stage1-addition --test lockstep",
        "cargo run -q -p stage1-addition --example crank",
        "cargo run -q -p stage1-addition --exmaple fib",
        "cargo run -p stage1-addition", // it has no program
        "cargo fbi",
        "git apply book/breaks/nothing.patch",
        "diff -u stage1-addition/src/run.rs stage2-ops/src/runs.rs",
        "git reset --hard",
        "let x = 1;",
    ] {
        assert!(there.has(command).is_err(), "{command}");
    }
}
