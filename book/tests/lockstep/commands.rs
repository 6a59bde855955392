//! Commands: run as a reader runs them, from the root of the workspace.
//!
//! This needs no shell and no tool, and what the compiler says is not taken for output: an example is built
//! first, and then the program is run. A diff is checked by applying it.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use diffy::{HunkRange, Line, Patch};
use serde_json::Value;
use support::root;

/// What a command prints, on both outputs in the order in which it comes, and whether it succeeds.
pub(crate) struct Done {
    pub(crate) lines: Vec<String>,
    pub(crate) success: bool,
}

/// Builds the program of `cargo run -q -p stage1-addition --example fib -- its arguments` in `dir`. A copy of
/// the workspace has its own target directory, so that neither makes the other build again.
pub(crate) fn example(line: &str, dir: &Path) -> Result<Command, String> {
    let (run, args) = line.split_once(" -- ").unwrap_or((line, ""));
    let words: Vec<&str> = run.split(' ').collect();
    let ["cargo", "run", "-q", "-p", package, "--example", name] = *words else {
        return Err(format!(
            "`{line}` is not run here (what is run is `cargo run -q -p … --example …`, `cargo build` of the same, `diff -u`, and `nc` in a session; put what the reader alone runs into a `sh` block)"
        ));
    };
    let built = build_example(package, name, dir)?;
    let executable = built
        .executable
        .ok_or(format!("`{line}` does not build:\n{}", built.said.concat()))?;
    let mut command = Command::new(executable);
    command
        .args(args.split_whitespace())
        .current_dir(dir)
        .stdin(Stdio::null())
        .env_remove("RUST_BACKTRACE");
    Ok(command)
}

/// What the compiler says of an example, `cargo build -q -p stage1-addition --example fib`: of each message
/// its first two lines, what is wrong and where. The rest differs from release to release of the compiler.
pub(crate) fn compiler(line: &str, dir: &Path) -> Result<Done, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["cargo", "build", "-q", "-p", package, "--example", name] = *words else {
        return Err(format!("`{line}` is not `cargo build -q -p … --example …`"));
    };
    let built = build_example(package, name, dir)?;
    let heads = built
        .said
        .iter()
        .flat_map(|message| message.lines().take(2));
    let lines: Vec<String> = heads.map(str::to_owned).collect();
    if lines.is_empty() {
        return Err(format!("the compiler says nothing to `{line}`"));
    }
    let success = built.executable.is_some();
    Ok(Done { lines, success })
}

struct Built {
    executable: Option<String>,
    /// What the compiler says of the example, as it would print it.
    said: Vec<String>,
}

fn build_example(package: &str, name: &str, dir: &Path) -> Result<Built, String> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "-q", "-p", package, "--example", name])
        .arg("--message-format=json")
        // What is needed was downloaded when these tests were built.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .current_dir(dir);
    if dir != root() {
        cargo.env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken"),
        );
    }
    let output = cargo.output().map_err(|error| format!("cargo: {error}"))?;
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages: Vec<Value> = lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // A summary, "1 warning emitted", has no place.
    let has_a_place = |message: &&Value| message["message"]["spans"][0].is_object();
    let said = messages.iter().filter(has_a_place);
    let said: Vec<String> = said
        .filter_map(|message| text(&message["message"]["rendered"]))
        .collect();
    let mut executables = messages.iter().rev();
    let executable = executables.find_map(|message| text(&message["executable"]));
    if !output.status.success() && said.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{package} --example {name} does not build:\n{errors}"
        ));
    }
    Ok(Built {
        executable: executable.filter(|_| output.status.success()),
        said,
    })
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> io::Result<Done> {
    let (mut reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    drop(command); // it holds the writing end, and the reading one would not come to its end
    let mut text = String::new();
    let read = reader.read_to_string(&mut text);
    let success = child.wait()?.success();
    read?;
    // Without the blanks at their ends, which no editor keeps.
    let lines = text.lines().map(|line| line.trim_end().to_owned());
    let lines = lines.collect();
    Ok(Done { lines, success })
}

/// What stands below a `diff -u`. What a page shows is right if it makes the second file from the first one:
/// programs of that name differ in how they divide a change. Only if it is not right, `diff` is run.
pub(crate) fn diff(line: &str, shown: &[String], dir: &Path) -> Result<Vec<String>, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["diff", "-u", old, new] = *words else {
        return Err(format!("`{line}` is not `diff -u` and two files"));
    };
    let read = |path| std::fs::read_to_string(dir.join(path)).map_err(|e| format!("{path}: {e}"));
    let (before, after) = (read(old)?, read(new)?);
    if before == after {
        return Err(format!("{old} and {new} do not differ"));
    }
    let heads = [format!("--- {old}"), format!("+++ {new}")];
    if shown.starts_with(&heads) && makes(shown, &before, &after).is_some() {
        return Ok(shown.to_vec());
    }
    let mut diff = Command::new("diff");
    diff.args(["-u", old, new]).current_dir(dir);
    let done =
        run(diff).map_err(|error| format!("it has changed, and there is no `diff`: {error}"))?;
    // The two head lines have the files' dates.
    let rest = done.lines.into_iter().skip(2);
    Ok(heads.into_iter().chain(rest).collect())
}

/// Whether a diff makes the second text from the first one, with each hunk at the lines that it names.
fn makes(shown: &[String], before: &str, after: &str) -> Option<()> {
    // An empty line that both have is a blank in a diff, and no editor keeps that.
    let lines = shown
        .iter()
        .map(|line| if line.is_empty() { " " } else { line });
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let patch = Patch::from_str(&text).ok()?;
    for hunk in patch.hunks() {
        let (mut old, mut new) = (String::new(), String::new());
        for line in hunk.lines() {
            match line {
                Line::Context(line) => [&mut old, &mut new].map(|side| side.push_str(line)),
                Line::Delete(line) => [old.push_str(line), ()],
                Line::Insert(line) => [new.push_str(line), ()],
            };
        }
        let lines = |text: &str, range: HunkRange| -> String {
            let lines = text
                .split_inclusive('\n')
                .skip(range.start().saturating_sub(1));
            lines.take(range.len()).collect()
        };
        let is_there =
            lines(before, hunk.old_range()) == old && lines(after, hunk.new_range()) == new;
        is_there.then_some(())?;
    }
    (diffy::apply(before, &patch).ok()? == after).then_some(())
}

#[test]
fn a_diff_is_right_if_it_makes_the_one_file_from_the_other_where_it_says() {
    let diff = [
        "--- a",
        "+++ b",
        "@@ -1,3 +1,3 @@",
        " one",
        "",
        "-two",
        "+2",
    ];
    let is_right = |at: &str, before: &str, after: &str| {
        let shown = diff.map(|line| line.replace("@@ -1", at));
        makes(&shown, before, after).is_some()
    };
    assert!(is_right("@@ -1", "one\n\ntwo\n3\n", "one\n\n2\n3\n"));
    assert!(!is_right("@@ -1", "one\n\ntwo\n3\n", "one\n\n2\n4\n"));
    assert!(!is_right("@@ -1", "zero\none\n\ntwo\n", "one\n\n2\n"));
    assert!(!is_right("@@ -2", "one\n\ntwo\n", "one\n\n2\n"));
}
