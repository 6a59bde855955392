//! Commands: run as a reader runs them, from the root of the workspace.

use std::path::Path;
use std::process::{Command, Stdio};

/// What a command does: its lines on both outputs in the order in which they came, and how it ended.
pub(crate) struct Done {
    pub(crate) lines: Vec<String>,
    pub(crate) status: Option<i32>,
}

/// A command line, ready to be run in `dir`.
pub(crate) fn shell(line: &str, dir: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("exec 2>&1; {line}")])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What is needed was downloaded when these tests were built.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("UPDATE")
        .env_remove("RUST_BACKTRACE");
    command
}

pub(crate) fn run(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // Without the blanks at their ends, which no editor keeps: a diff has some.
    let lines = text
        .lines()
        .map(|line| without_date(line).trim_end().to_owned());
    Done {
        lines: lines.collect(),
        status: output.status.code(),
    }
}

/// The two head lines of a diff, without the dates of the files.
fn without_date(line: &str) -> &str {
    if line.starts_with("--- ") || line.starts_with("+++ ") {
        return line.split('\t').next().unwrap_or(line);
    }
    line
}

/// Whether a printed line is the one that the page shows, where `[..]` stands for an address, a port or
/// a time.
pub(crate) fn matches(shown: &str, printed: &str) -> bool {
    let Some((head, tail)) = shown.split_once("[..]") else {
        return shown == printed;
    };
    let Some(rest) = printed.strip_prefix(head) else {
        return false;
    };
    let is_number = |c: char| c.is_ascii_hexdigit() || ".:x".contains(c);
    let length = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
    (1..=length).any(|length| rest.is_char_boundary(length) && matches(tail, &rest[length..]))
}

/// The printed lines, with the page's line in place of each that it matches.
pub(crate) fn keep_wildcards(shown: &[String], printed: &[String]) -> Vec<String> {
    let pattern = |line: &&String| line.contains("[..]");
    let keep = |line: &String| {
        let mut patterns = shown.iter().filter(pattern);
        patterns
            .find(|shown| matches(shown, line))
            .unwrap_or(line)
            .clone()
    };
    printed.iter().map(keep).collect()
}

/// How many lines are the same before the first one that differs.
pub(crate) fn same(shown: &[String], printed: &[String]) -> usize {
    let pairs = shown.iter().zip(printed);
    pairs
        .take_while(|(shown, printed)| matches(shown, printed))
        .count()
}

/// What differs, for a person to read.
pub(crate) fn difference(shown: &[String], printed: &[String]) -> Option<String> {
    let printed = keep_wildcards(shown, printed);
    if shown == printed {
        return None;
    }
    let text = |lines: &[String]| {
        lines.join(
            "
",
        ) + "
"
    };
    let (shown, printed) = (text(shown), text(&printed));
    let patch = diffy::create_patch(&shown, &printed).to_string();
    let body: Vec<_> = patch
        .lines()
        .skip(2)
        .map(|line| format!("    {line}"))
        .collect();
    Some(body.join("\n"))
}
