//! The exercises are checked as well as the learner: each start file fails its tests, each solution passes
//! them, and each wrong solution is rejected in the words that stand at its head.
//!
//! How to go about it: to be told "assertion failed" is no help, so what a wrong solution is told is
//! recorded, and a person reads it. After a change this records it again:
//!
//! ```console
//! $ UPDATE=1 cargo test -p tests --test 80_exercises
//! ```
//!
//! A start file that is not the one that was shipped belongs to a learner. It fails nothing here. How far
//! the learner has come is printed:
//!
//! ```console
//! $ cargo test -p tests --test 80_exercises -- --nocapture
//! ```

#![cfg(not(loom))]

mod exercises;

use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use exercises::{Exercise, Kind, Verdict, Version, text};
use support::root;

static EXERCISES: LazyLock<Vec<Exercise>> = LazyLock::new(exercises::all);
static VERDICTS: LazyLock<HashMap<PathBuf, Verdict>> =
    LazyLock::new(|| exercises::prove(&EXERCISES));

/// The complaints about the versions of one kind. Empty, if all is well.
fn complaints(kind: Kind, complain: impl Fn(&Version, &Verdict) -> Option<String>) -> String {
    let mut complaints = String::new();
    for version in EXERCISES.iter().flat_map(Exercise::versions) {
        if version.kind != kind {
            continue;
        }
        if let Some(complaint) = complain(&version, &VERDICTS[&version.path]) {
            let _ = write!(complaints, "\n{}: {complaint}", version.path.display());
        }
    }
    complaints
}

#[test]
fn there_are_eighteen_exercises() {
    let numbers = EXERCISES.iter().map(|exercise| &exercise.name[1..3]);
    let expected = (1..=18).map(|number| format!("{number:02}"));
    assert!(
        numbers.eq(expected),
        "the numbers of the files in stage*/exercises/ have a gap"
    );
}

#[test]
fn a_start_file_compiles_and_fails() {
    let complaints = complaints(Kind::Start, |_, verdict| {
        let fails = verdict.trouble.is_none() && !verdict.failed.is_empty();
        (!fails).then(|| format!("must fail before it is solved: {verdict:?}"))
    });
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn a_solution_passes() {
    let complaints = complaints(Kind::Solution, |_, verdict| {
        (!verdict.is_green()).then(|| format!("must pass:\n{}", verdict.message()))
    });
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn a_wrong_solution_is_rejected_in_the_words_at_its_head() {
    let complaints = complaints(Kind::Wrong, |version, verdict| {
        let message = verdict.message();
        if verdict.trouble.is_some() || verdict.failed.is_empty() {
            return Some(format!("must be rejected by a test that ends: {verdict:?}"));
        }
        if exercises::update() {
            exercises::record(version, &message);
        }
        let recorded = exercises::recorded(version);
        (message != recorded).then(|| {
            format!("its tests say\n{message}\nand its head says\n{recorded}\n(if the new words are right: UPDATE=1)")
        })
    });
    assert!(complaints.is_empty(), "{complaints}");
    if exercises::update() {
        exercises::ship(&EXERCISES);
    }
}

#[test]
fn an_exercise_has_a_solution_a_wrong_one_three_hints_and_a_place_on_the_page() {
    let page = text("book/src/exercises.md");
    let mut complaints = String::new();
    for exercise in EXERCISES.iter() {
        let mut complain = |what: &str| {
            let _ = write!(complaints, "\n{}: {what}", exercise.name);
        };
        let versions = exercise.versions();
        let count = |kind| {
            versions
                .iter()
                .filter(|version| version.kind == kind)
                .count()
        };
        // Without the shipped tests there is nothing to put them together with.
        if !exercise.is_the_learners() {
            if count(Kind::Solution) != 1 {
                complain("has no .solution.rs");
            }
            if !(1..=3).contains(&count(Kind::Wrong)) {
                complain("must have one to three .wrong-….rs");
            }
        }
        let hints = text(exercise.path(".hint.md"));
        let hints: Vec<&str> = hints.split("\n## ").skip(1).collect();
        if hints.len() != 3 {
            complain("its .hint.md must have three hints, each with a heading `## `");
        }
        let mut code = hints.first().unwrap_or(&"").split('`').skip(1).step_by(2);
        if !code.any(|path| root().join(path).is_file()) {
            complain("its first hint must name a file to read, from the root of the workspace");
        }
        let target = format!(
            "name = \"{}\"\npath = \"exercises/{0}.rs\"\ntest = false",
            exercise.name
        );
        if !text(format!("{}/Cargo.toml", exercise.stage)).contains(&target) {
            complain(&format!("its Cargo.toml lacks\n[[test]]\n{target}"));
        }
        if !page.contains(&exercise.command()) {
            complain(&format!(
                "book/src/exercises.md does not show `{}`",
                exercise.command()
            ));
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn what_a_learner_has_changed_is_reported_and_fails_nothing() {
    for exercise in EXERCISES.iter() {
        let progress = match VERDICTS.get(&exercise.path(".rs")) {
            _ if !exercise.is_the_learners() => format!("not begun: {}", exercise.command()),
            Some(verdict) if verdict.is_green() => "solved".to_owned(),
            Some(Verdict {
                trouble: Some(trouble),
                ..
            }) => (*trouble).to_owned(),
            Some(Verdict { passed, failed, .. }) => {
                format!("{passed} of {} tests pass", passed + failed.len())
            }
            None => "its file is gone".to_owned(),
        };
        let note = if exercise.has_its_tests() {
            ""
        } else {
            " (its tests were changed)"
        };
        println!("{}: {progress}{note}", exercise.title());
        // There is no learner on the machine that checks a submission: what differs there was not recorded.
        assert!(
            std::env::var_os("CI").is_none() || !exercise.is_the_learners(),
            "{} is not as it was recorded (`UPDATE=1 cargo test -p tests --test 80_exercises` does that)",
            exercise.path(".rs").display()
        );
    }
}
