//! Listings: what a page includes, a whole file or [items](book::items) of one.

use std::path::Path;

use book::items::excerpt;
use support::root;

use crate::page::{Page, Problems, extension, from_root};

/// An include on a page.
pub(crate) struct Include<'a> {
    pub(crate) page: &'a Page,
    pub(crate) line: usize,
    /// The file, from the root of the workspace.
    pub(crate) path: String,
    /// The names of the items that are shown of it; if there are none, all of it is.
    pub(crate) names: String,
}

/// All includes of all pages.
pub(crate) fn all(pages: &[Page]) -> impl Iterator<Item = Include<'_>> {
    pages.iter().flat_map(|page| {
        let lines = page.text.split_inclusive('\n');
        let starts = lines.scan(0, |end, line| {
            *end += line.len();
            Some(*end - line.len())
        });
        (1..).zip(starts).filter_map(move |(line, start)| {
            let text = &page.text[start..];
            let (path, names) = match text.strip_prefix("{{#items ") {
                Some(items) => {
                    let (path, names) = items.split("}}").next()?.split_once(':')?;
                    (
                        path.to_owned(),
                        names.split_whitespace().collect::<Vec<_>>().join(" "),
                    )
                }
                None => (
                    from_root(&page.path, target(text.lines().next()?)?),
                    String::new(),
                ),
            };
            Some(Include {
                page,
                line,
                path,
                names,
            })
        })
    })
}

pub(crate) fn target(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    let (kind, target) = inner.split_once(' ')?;
    (kind == "include").then_some(target.trim())
}

impl Include<'_> {
    pub(crate) fn place(&self) -> String {
        self.page.place(self.line)
    }

    /// What stands in its place.
    pub(crate) fn text(&self) -> Result<String, String> {
        let path = &self.path;
        let file = std::fs::read_to_string(root().join(path));
        let file = file.map_err(|error| format!("can't include {path}: {error}"))?;
        if self.names.is_empty() {
            return Ok(file);
        }
        let names: Vec<&str> = self.names.split(", ").collect();
        let excerpt =
            excerpt(&file, &names).map_err(|error| format!("can't show {path}: {error}"))?;
        Ok(excerpt.text)
    }
}

/// Each include is a whole file, or names items. (mdBook takes lines and anchors of one, too: lines move, and what a part
/// leaves out is hidden.) Rust is a module of its crate, and so compiled into all its tests, or it is a test
/// or an example itself. All else has tests of its own.
pub(crate) fn are_whole_and_compiled(pages: &[Page], problems: &mut Problems) {
    for include in all(pages) {
        let path = &include.path;
        let mut must = |holds: bool, what: &str| {
            if !holds {
                problems.add(include.place(), format!("{path} {what}"));
            }
        };
        match include.text() {
            Err(error) => must(
                false,
                &format!("is no whole file and no items of one: {error}"),
            ),
            Ok(text) => {
                must(!text.trim().is_empty(), "is empty");
                // It is put into the page before the page is parsed.
                must(
                    !text.contains("{{"),
                    "has `{{`, which mdBook takes for an include",
                );
                let ends = |line: &str| line.trim_start().starts_with("```");
                must(!text.lines().any(ends), "has a line that ends the block");
                must(
                    is_compiled(path),
                    "is no module of a crate, no example and no test",
                );
            }
        }
    }
}

fn is_compiled(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match *parts {
        ["book", "breaks", _] | ["book", "src", "pictures" | "measured", _] => {
            extension(path) != "rs"
        }
        [stage, "examples" | "tests", _] | [stage, "examples", _, "main.rs"] => {
            stage.starts_with("stage") && extension(path) == "rs"
        }
        [_, "src", "lib.rs"] | ["book", "program", "lib.rs"] => true,
        [member, "src" | "program", ..] if member != "tests" => is_module(Path::new(path)),
        _ => false,
    }
}

/// Whether a file above declares it as a module.
fn is_module(path: &Path) -> bool {
    // `waiters/mod.rs` is the module `waiters`.
    let path = if path.ends_with("mod.rs") {
        path.parent().unwrap_or(path)
    } else {
        path
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let module = format!("mod {name};");
    let declares = |line: &str| {
        let before = line.trim().strip_suffix(&module);
        before.is_some_and(|visibility| visibility.is_empty() || visibility.starts_with("pub"))
    };
    let mut above = path.ancestors().skip(1).flat_map(|dir| {
        let files = ["lib.rs", "mod.rs"].map(|file| dir.join(file));
        files.into_iter().chain([dir.with_extension("rs")])
    });
    above.any(|file| {
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        text.lines().any(declares)
    })
}

#[test]
fn an_include_that_shows_something_else_is_found() {
    for (include, found) in [
        ("../../stage1-addition/src/run.rs", ""),
        ("../../stage5-select/examples/fetch/main.rs", ""),
        ("../program/site.rs", ""),
        ("../../stage4-scheduler/src/waiters/mod.rs", ""),
        ("../../stage1-addition/src/run.rs:1:2", "whole file"),
        ("../../stage1-addition/src/run.rs:part", "whole file"),
        ("../tests/lockstep/listings.rs", "which mdBook takes"), // this one
        ("../tests/server.rs", "no module"),
        ("stage1-addition/examples/fib.rs", "no whole file"),
        ("ITEMS stage1-addition/src/run.rs: fn run_task", ""),
        (
            "ITEMS stage1-addition/src/run.rs: fn\n  run_tusk",
            "no item",
        ),
    ] {
        let text = match include.strip_prefix("ITEMS") {
            Some(items) => format!("{{{{#items{items}}}}}"),
            None => format!("{{{{#include {include}}}}}"),
        };
        let mut problems = Problems::default();
        are_whole_and_compiled(&[Page::of("book/src/page.md", text)], &mut problems);
        let said = problems.texts().concat();
        assert!(said.contains(found), "{include}: {said}");
        assert_eq!(said.is_empty(), found.is_empty(), "{include}: {said}");
    }
}
