//! Transcripts: a command and what it prints, on a page.
//!
//! What is shown may stand for more than itself in two ways: `[..]` is a number that differs each time, a port
//! or a size, and a line `...` in `README.md` is any number of lines.

use std::path::Path;

use snapbox::{Assert, IntoData};
use support::root;

use crate::breaks::Scratch;
use crate::commands::{self, example};
use crate::page::{Block, Page, Problems, update};
use crate::session;

/// Runs every command of every page. One after the other: they build with the same locks.
pub(crate) fn print_what_pages_say(pages: &[Page], problems: &mut Problems) {
    let mut scratch = Scratch::default();
    for page in pages {
        let mut bodies = Vec::new();
        for block in page.blocks.iter().filter(|block| block.is_transcript()) {
            let printed = match (block.attribute("session"), block.attribute("break")) {
                (Some(name), _) => session::play(name, page, block),
                (None, Some(name)) => scratch.with_patch(name, |dir| play(block, dir)),
                (None, None) => play(block, root()),
            };
            match printed.map(|printed| compare(&block.body, &printed)) {
                Err(error) => problems.add(block.place(), error),
                Ok(None) => {}
                Ok(Some((_, body, _))) if update() => bodies.push((block.line, body)),
                Ok(Some((same, _, difference))) => {
                    let what = "the command prints something else";
                    problems.add(
                        page.place(block.line + 1 + same),
                        format!("{what}:\n{difference}"),
                    );
                }
            }
        }
        if !bodies.is_empty() {
            page.rewrite(&bodies);
        }
    }
}

/// What differs between a page and what is printed, if anything does: how many lines before it do not,
/// what the page should show, and both for a person to read.
fn compare(shown: &[String], printed: &[String]) -> Option<(usize, Vec<String>, String)> {
    let text = |lines: &[String]| (lines.join("\n") + "\n").into_data();
    let assert = Assert::new().normalize_paths(false);
    let (actual, _) = assert.normalize(text(printed), text(shown));
    let body: Vec<String> = actual.render()?.lines().map(str::to_owned).collect();
    if body == shown {
        return None;
    }
    let difference = assert.try_eq(None, text(printed), text(shown)).err()?;
    let pairs = shown.iter().zip(&body);
    let same = pairs.take_while(|(shown, body)| shown == body).count();
    Some((same, body, difference.to_string().trim().to_owned()))
}

/// The block as it is when its commands are run now.
fn play(block: &Block, dir: &Path) -> Result<Vec<String>, String> {
    let fails = block.attributes().any(|item| item == "fails");
    let mut lines: Vec<String> = Vec::new();
    for step in block.body.chunk_by(|_, next| !next.starts_with("$ ")) {
        let command = &step[0][2..];
        lines.push(step[0].clone());
        if command.starts_with("diff ") {
            lines.extend(commands::diff(command, &step[1..], dir)?);
            continue;
        }
        let done = if command.starts_with("cargo build ") {
            commands::compiler(command, dir)?
        } else {
            commands::run(example(command, dir)?).map_err(|error| error.to_string())?
        };
        lines.extend(done.lines);
        if done.success == fails {
            return Err(format!(
                "`{command}` {} (a block of a command that fails is `console,fails`):\n{}",
                if fails { "succeeds" } else { "fails" },
                lines.join("\n")
            ));
        }
    }
    Ok(lines)
}

/// The head of each example has the command that runs it, and what that prints.
pub(crate) fn examples_show_theirs(examples: &[Page], problems: &mut Problems) {
    for page in examples {
        let parts: Vec<&str> = page.path.trim_end_matches("/main.rs").split('/').collect();
        let (stage, name) = (parts[0], parts[2].trim_end_matches(".rs"));
        let command = format!("$ cargo run -q -p {stage} --example {name}");
        let has_it = |block: &Block| {
            let starts = |line: &String| line.strip_prefix(&command).is_some_and(is_end);
            block.language() == "console" && block.body.len() > 1 && starts(&block.body[0])
        };
        if !page.blocks.iter().any(has_it) {
            problems.add(
                page.place(1),
                format!("its head has no `console` block with `{command}` and what that prints"),
            );
        }
    }
}

fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

#[test]
fn a_block_that_is_not_true_is_found() {
    let fib = "$ cargo run -q -p stage1-addition --example fib";
    let diff = "$ diff -u stage1-addition/src/run.rs stage2-ops/src/run.rs";
    for (block, is_right) in [
        (format!("```console\n{fib}\n```"), true),
        (format!("```console,fails\n{fib}\n```"), false),
        (format!("```console\n{fib}x\n```"), false),
        ("```console\n$ cargo run; ls\n```".to_owned(), false),
        // The compiler has nothing to say.
        (
            format!("```console\n{}\n```", fib.replace("run", "build")),
            false,
        ),
        (format!("```diff\n{diff}x\n```"), false),
        (
            "```diff\n$ diff -u Cargo.toml Cargo.toml\n```".to_owned(),
            false,
        ),
    ] {
        let page = Page::of("page.md", block.clone());
        let played = play(&page.blocks[0], root());
        assert_eq!(played.is_ok(), is_right, "{block}");
        let is_same = played.is_ok_and(|lines| compare(&page.blocks[0].body, &lines).is_none());
        assert!(!is_same, "{block}");
    }
}

#[test]
fn a_wildcard_stays_where_it_is_and_all_else_is_compared() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = lines("$ x\non port 7\na\nb\nc");
    assert_eq!(compare(&lines("$ x\non port [..]\n...\nc"), &printed), None);
    let (same, body, _) = compare(&lines("$ x\non port [..]\na\nB\nc"), &printed).unwrap();
    assert_eq!((same, body), (3, lines("$ x\non port [..]\na\nb\nc")));
}
