//! `measure` measures, writes what came out, and draws it. Whether the numbers are good is not tested: a test has no
//! quiet machine. Each comparison checks the results of its sides itself.

#![cfg(not(loom))]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn measure(into: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_measure"));
    let command = command.args(args).arg("--into").arg(into);
    let command = command.env("TMPDIR", into).stdout(Stdio::piped());
    command.spawn().unwrap()
}

fn finish(running: Child) {
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_is_measured_is_written_and_drawn_and_can_be_drawn_again() {
    let into = tempfile::tempdir().unwrap();
    let names = ["messages", "threads", "echo", "select-call", "timers"];
    for name in names {
        finish(measure(into.path(), &["--quick", "--only", name]));
        let file = into.path().join(format!("{name}.md"));
        let table = fs::read_to_string(&file).unwrap();
        assert!(table.contains("ours") || table.contains("select"));
        fs::remove_file(&file).unwrap();
        finish(measure(into.path(), &["--draw"]));
        assert_eq!(table, fs::read_to_string(file).unwrap());
    }
    let picture = fs::read_to_string(into.path().join("echo.svg")).unwrap();
    assert!(picture.contains("currentColor"), "legible on a dark page");
    assert!(!picture.contains("\n\n"), "one block of a Markdown page");
}

#[test]
fn whoever_stops_it_finds_everything_as_it_was() {
    let into = tempfile::tempdir().unwrap();
    let mut running = measure(into.path(), &["--only", "fib"]);
    let mut said = BufReader::new(running.stdout.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().starts_with("[1/1] fib"));
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_dir(into.path()).unwrap().count(), 0);
}

/// The tables and the plots of the book are what its data file says, to the letter.
#[test]
fn the_book_shows_what_was_measured_last() {
    let shown = tests::root().join("book/src/measured");
    let drawn = tempfile::tempdir().unwrap();
    fs::copy(shown.join("data.json"), drawn.path().join("data.json")).unwrap();
    finish(measure(drawn.path(), &["--draw"]));
    for file in fs::read_dir(&shown).unwrap() {
        let name = file.unwrap().file_name();
        let should_be = fs::read(drawn.path().join(&name)).unwrap_or_default();
        assert!(
            fs::read(shown.join(&name)).unwrap() == should_be,
            "{} is not what data.json says: cargo run --release -p tests --bin measure -- --draw",
            name.display()
        );
    }
}
