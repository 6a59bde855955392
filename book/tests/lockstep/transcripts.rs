//! Transcripts: a command and what it prints, on a page.

use std::path::Path;

use book::pages::workspace;

use crate::breaks::{self, Scratch};
use crate::commands::{self, Done};
use crate::page::{Block, Page, Place, Problems, update};
use crate::session;

/// Runs every command of every page. One after the other: they build with the same locks.
pub(crate) fn print_what_pages_say(pages: &[Page], problems: &mut Problems) {
    let mut scratch = Scratch::default();
    for page in pages {
        let mut bodies = Vec::new();
        for block in &page.blocks {
            if !block.is_transcript() {
                continue;
            }
            let printed = match (block.attribute("session"), block.attribute("break")) {
                (Some(name), _) => session::play(name, page, block),
                (None, Some(name)) => scratch.with_patch(name, |dir| play(block, dir)),
                (None, None) => play(block, workspace()),
            };
            match printed {
                Err(error) => problems.add(block.place(), error),
                Ok(printed) => {
                    if let Some(difference) = commands::difference(&block.body, &printed) {
                        bodies.push((block.line, commands::keep_wildcards(&block.body, &printed)));
                        if !update() {
                            let what = "it prints something else (-page, +now)";
                            let same = commands::same(&block.body, &printed);
                            let place = Place(&page.name, block.line + 1 + same);
                            problems.add(place, format!("{what}\n{difference}"));
                        }
                    }
                }
            }
        }
        if update() && !bodies.is_empty() {
            page.rewrite(&bodies);
        }
    }
}

/// The block as it is when its commands are run now.
fn play(block: &Block, dir: &Path) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for line in &block.body {
        let Some(command) = line.strip_prefix("$ ") else {
            continue; // what it printed
        };
        let mut shell = commands::shell(command, dir);
        if dir != workspace() {
            breaks::quiet(&mut shell);
        }
        let Done {
            lines: printed,
            status,
        } = commands::run(&mut shell);
        lines.push(line.clone());
        lines.extend(printed);
        let is_to_fail = block.attributes().any(|item| item == "fails");
        let is_right = if command.starts_with("diff ") {
            status == Some(1) // they differ: with 0 there is nothing to show, and 2 is an error
        } else {
            (status != Some(0)) == is_to_fail
        };
        if !is_right {
            return Err(format!(
                "`{command}` ends with {status:?} (`console,fails` is for what fails, and a diff has differences):\n{}",
                lines.join("\n")
            ));
        }
    }
    Ok(lines)
}

#[test]
fn a_command_that_ends_as_its_page_does_not_say_is_found() {
    for (text, is_right) in [
        ("```console\n$ true\n```", true),
        ("```console\n$ false\n```", false),
        ("```console,fails\n$ false\n```", true),
        ("```console,fails\n$ true\n```", false),
        ("```diff\n$ diff -u Cargo.toml Cargo.lock\n```", true),
        ("```diff\n$ diff -u Cargo.toml Cargo.toml\n```", false),
        ("```diff\n$ diff -u Cargo.toml nothing\n```", false),
    ] {
        let page = Page::of("page.md", text.to_owned());
        let played = play(&page.blocks[0], workspace());
        assert_eq!(played.is_ok(), is_right, "{text}");
    }
}
