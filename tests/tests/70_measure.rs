//! `measure` measures, writes what came out, and draws it.
//!
//! Whether the numbers are good is not tested: a test has no quiet machine. That each side of a
//! comparison gives the right result is, for each of them checks that as it runs.

#![cfg(not(loom))]

use std::fs;
use std::path::Path;
use std::process::Command;

fn measure(into: &Path, args: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_measure"))
        .args(args)
        .arg("--into")
        .arg(into)
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn what_is_measured_is_written_and_drawn() {
    let into = tempfile::tempdir().unwrap();
    let names = [
        "messages",
        "fib",
        "threads",
        "echo",
        "select-call",
        "timers",
    ];
    let mut args = vec!["--quick"];
    for name in names {
        args.extend(["--only", name]);
    }
    measure(into.path(), &args);
    for name in names {
        let picture = fs::read_to_string(into.path().join(format!("{name}.svg"))).unwrap();
        assert!(picture.contains("currentColor"), "legible on a dark page");
        assert!(!picture.contains("\n\n"), "one block of a Markdown page");
        let table = fs::read_to_string(into.path().join(format!("{name}.md"))).unwrap();
        assert!(table.contains("ours"), "{table}");
    }
}

#[test]
fn what_was_measured_can_be_drawn_again() {
    let into = tempfile::tempdir().unwrap();
    measure(into.path(), &["--quick", "--only", "fib"]);
    let (picture, table) = (into.path().join("fib.svg"), into.path().join("fib.md"));
    let before = (fs::read(&picture).unwrap(), fs::read(&table).unwrap());
    fs::remove_file(&picture).unwrap();
    measure(into.path(), &["--draw"]);
    assert_eq!(
        before,
        (fs::read(picture).unwrap(), fs::read(table).unwrap())
    );
}

/// The tables and the plots of the book are what its data file says, to the letter.
#[test]
fn the_book_shows_what_was_measured_last() {
    let shown = tests::root().join("book/src/measured");
    let drawn = tempfile::tempdir().unwrap();
    fs::copy(shown.join("data.json"), drawn.path().join("data.json")).unwrap();
    measure(drawn.path(), &["--draw"]);
    for file in fs::read_dir(&shown).unwrap() {
        let name = file.unwrap().file_name();
        if Path::new(&name).extension() == Some("unfinished".as_ref()) {
            continue; // a run that goes on, or was stopped
        }
        let (is, should_be) = (
            fs::read(shown.join(&name)),
            fs::read(drawn.path().join(&name)),
        );
        assert!(
            is.unwrap() == should_be.unwrap_or_default(),
            "{} is not what data.json says: cargo run --release -p tests --bin measure -- --draw",
            name.display()
        );
    }
}

/// The one number in it that was measured: `measure` writes it there.
#[test]
fn the_readme_says_what_was_measured_last() {
    let read = |file: &str| fs::read_to_string(tests::root().join(file)).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(&read("book/src/measured/data.json")).unwrap();
    let comparisons = data["comparisons"].as_array().unwrap();
    let builds = comparisons.iter().find(|it| it["name"] == "compile-echo");
    let Some(builds) = builds else {
        return; // it could not be measured on this machine
    };
    let tokio = &builds["points"][0]["sides"][1];
    assert_eq!(tokio["name"], "tokio");
    let ratio = tokio["ratio"]["median"].as_f64().unwrap();
    let line = format!("takes {ratio:.2} of what tokio's takes.\n");
    assert!(read("README.md").contains(&line), "{line}");
}
