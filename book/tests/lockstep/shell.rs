//! Commands that nobody runs: what a page has the reader type. They would take too long, or change the
//! code. So what they name is looked up: packages, examples, tests, files.

use std::collections::BTreeSet;
use std::process::Command;

use book::pages::workspace;
use mdbook_markdown::pulldown_cmark::Event;
use serde_json::Value;

use crate::listings::existing;
use crate::page::{Page, Place, Problems, events};

/// The name that a page gives to what the reader writes.
const THE_READERS: &str = "mine";

pub(crate) fn names_what_is_there(pages: &[Page], problems: &mut Problems) {
    let there = Targets::of_the_workspace();
    for page in pages {
        for block in page.blocks.iter().filter(|block| block.language() == "sh") {
            for (line, command) in (block.line + 1..).zip(&block.body) {
                if let Err(what) = there.has(command) {
                    problems.add(Place(&page.name, line), what);
                }
            }
        }
        // In the prose, too.
        for (event, line, _) in events(&page.text) {
            let Event::Code(command) = event else {
                continue;
            };
            if command.starts_with("cargo ")
                && let Err(what) = there.has(&command)
            {
                problems.add(Place(&page.name, line), what);
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
            .current_dir(workspace())
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = |value: &Value| value.as_array().unwrap().clone();
        let mut targets = BTreeSet::new();
        for package in list(&metadata["packages"]) {
            for target in list(&package["targets"]) {
                let (name, kind) = (text(&target["name"]), text(&target["kind"][0]));
                targets.insert((text(&package["name"]), kind, name));
            }
        }
        Targets(targets)
    }

    fn has(&self, command: &str) -> Result<(), String> {
        let mut words = command.split(' ').skip_while(|word| word.contains('='));
        match words.next() {
            Some("cargo") => self.cargo_has(words),
            Some("git") => match (words.next(), words.next(), words.next(), words.next()) {
                (Some("apply"), Some(file), None, None)
                | (Some("apply"), Some("-R"), Some(file), None) => existing(file)
                    .map(drop)
                    .ok_or_else(|| format!("{file} is not there")),
                _ => Err("of git, only `apply` is checked".to_owned()),
            },
            _ => Err(format!("nothing checks `{command}`")),
        }
    }

    fn cargo_has<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let what = words.next().unwrap_or_default();
        if !["run", "test", "bench"].contains(&what) {
            return Err(format!("of cargo, `{what}` is not checked"));
        }
        let (mut package, mut target) = (None, None);
        while let Some(word) = words.next() {
            match word {
                "-q" | "--release" | "--workspace" => {}
                "-p" => package = words.next(),
                "--bin" | "--example" | "--test" | "--bench" => {
                    target = Some((&word[2..], words.next().unwrap_or_default()));
                }
                "--" => break, // the program's own
                _ => return Err(format!("of cargo, `{word}` is not checked")),
            }
        }
        let there = |(_, kind, name): &(String, String, String)| match target {
            Some((_, THE_READERS)) => true,
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

#[test]
fn a_command_that_names_what_is_not_there_is_found() {
    let there = Targets::of_the_workspace();
    for command in [
        "cargo test --workspace",
        "cargo test -p stage1-addition",
        "cargo run -q -p stage1-addition --example fib",
        "cargo run -q -p stage1-addition --example mine",
        "cargo run -p book -- --build-only",
        "UPDATE=1 cargo test -p book --test lockstep",
        "git apply -R book/breaks/no-arm.patch",
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
        "git reset --hard",
        "let x = 1;",
    ] {
        assert!(there.has(command).is_err(), "{command}");
    }
}
