//! Listings: what a page includes from the crates.

use std::fs;
use std::path::{Component, Path, PathBuf};

use book::pages::workspace;

use crate::page::{Page, Place, Problems};

/// An include on a page.
pub(crate) struct Include<'a> {
    pub(crate) page: &'a str,
    pub(crate) line: usize,
    /// The file, from the root of the workspace.
    pub(crate) path: String,
}

/// All includes of all pages.
pub(crate) fn all(pages: &[Page]) -> impl Iterator<Item = Include<'_>> {
    pages.iter().flat_map(|page| {
        let lines = page.text.lines().enumerate();
        lines.filter_map(|(index, line)| {
            let target = target(line)?;
            Some(Include {
                page: &page.name,
                line: index + 1,
                path: from_root(target),
            })
        })
    })
}

pub(crate) fn target(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    let (kind, target) = inner.split_once(' ')?;
    (kind == "include").then_some(target.trim())
}

/// `../../stage1-addition/src/run.rs`, seen from a page, as seen from the root of the workspace.
pub(crate) fn from_root(path: &str) -> String {
    let mut parts = vec!["book", "src"];
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(part) => parts.push(part.to_str().unwrap()),
            _ => {}
        }
    }
    parts.join("/")
}

impl Include<'_> {
    pub(crate) fn place(&self) -> Place<'_> {
        Place(self.page, self.line)
    }

    /// What mdBook puts in its place.
    pub(crate) fn text(&self) -> Result<String, String> {
        let lines = self.lines()?;
        Ok(lines.into_iter().map(|(_, line)| line + "\n").collect())
    }

    /// The same, each line with its number in the file.
    pub(crate) fn lines(&self) -> Result<Vec<(usize, String)>, String> {
        let path = &self.path;
        // mdBook takes lines and anchors of a file, too. Lines move, and what a part leaves out is hidden.
        if path.contains(':') {
            return Err(format!("{path} is a part: a page includes whole files"));
        }
        let file = fs::read_to_string(workspace().join(path))
            .map_err(|error| format!("can't include {path}: {error}"))?;
        Ok((1..).zip(file.lines().map(str::to_owned)).collect())
    }
}

pub(crate) fn includes_resolve(pages: &[Page], problems: &mut Problems) {
    for include in all(pages) {
        // mdBook looks for includes in what it includes, and no test here does.
        for (number, line) in include.lines().unwrap_or_default() {
            if line.contains("{{") {
                let what = format!("{}:{number} has `{{{{` of its own", include.path);
                problems.add(include.place(), what);
            }
        }
        match include.text() {
            Err(error) => problems.add(include.place(), error),
            Ok(text) if text.trim().is_empty() => {
                problems.add(include.place(), format!("{} is empty there", include.path));
            }
            // It is put into the page before the page is parsed.
            Ok(text)
                if text
                    .lines()
                    .any(|line| line.trim_start().starts_with("```")) =>
            {
                let what = format!("{} has a line that ends the block", include.path);
                problems.add(include.place(), what);
            }
            Ok(_) => {}
        }
    }
}

/// A file that is shown is a module of its crate, and so compiled into all its tests, with the examples
/// in its comments run by them; or it is a test or an example itself, which are run by the tests; or a
/// patch, a picture, or what was measured, which have tests of their own.
pub(crate) fn listings_are_tested(pages: &[Page], problems: &mut Problems) {
    for include in all(pages) {
        let path = &include.path;
        let extension = path.rsplit('.').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let reached = match (&*parts, extension) {
            (["book", "breaks", _], "patch")
            | (["book", "src", "pictures", _], "svg")
            | (["book", "src", "measured", _], "svg" | "md") => true,
            (["book", "program", file], "rs") => is_module("book/program", file),
            ([stage, "src", file], "rs") if stage.starts_with("stage") => {
                is_module(&format!("{stage}/src"), file)
            }
            ([stage, "examples" | "tests", _] | [stage, "examples", _, "main.rs"], "rs") => {
                stage.starts_with("stage")
            }
            _ => false,
        };
        if !reached {
            problems.add(
                include.place(),
                format!("{path} is no module of a crate, no example and no test"),
            );
        }
    }
}

fn is_module(dir: &str, file: &str) -> bool {
    let root = fs::read_to_string(workspace().join(dir).join("lib.rs")).unwrap_or_default();
    file == "lib.rs" || has_module(&root, file.trim_end_matches(".rs"))
}

/// Whether a crate has the module, and always: no `cfg` stands before it.
fn has_module(root: &str, name: &str) -> bool {
    let module = format!("mod {name};");
    let mut is_hidden = false;
    for line in root.lines().map(str::trim) {
        if line == module || line.strip_prefix("pub ") == Some(&module) {
            return !is_hidden;
        }
        is_hidden = line.starts_with("#[cfg") || is_hidden && line.starts_with(['#', '/']);
    }
    false
}

/// The path of a file in the workspace, if it is there.
pub(crate) fn existing(path: &str) -> Option<PathBuf> {
    let path = workspace().join(path);
    path.is_file().then_some(path)
}

#[test]
fn an_include_that_shows_something_else_is_found() {
    for (include, found) in [
        ("../../stage1-addition/src/run.rs", ""),
        ("../../stage1-addition/src/run.rs:1:2", "whole files"),
        ("../../stage1-addition/src/run.rs:part", "whole files"),
        ("../tests/lockstep/listings.rs", "listings.rs:"), // this one
    ] {
        let text = format!("{{{{#include {include}}}}}");
        let mut problems = Problems::default();
        includes_resolve(&[Page::of("page.md", text)], &mut problems);
        let said = problems.texts().concat();
        assert!(said.contains(found), "{include}: {said}");
        assert_eq!(said.is_empty(), found.is_empty(), "{include}: {said}");
    }
}

#[test]
fn a_listing_that_no_crate_has_is_found() {
    for (root, is_there) in [
        ("pub mod run;", true),
        ("/// Doc.\nmod run;", true),
        ("#[cfg(unix)]\nmod other;\nmod run;", true),
        ("#[cfg(any())]\npub mod run;", false),
        ("#[cfg(any())]\n#[path = \"a\"]\nmod run;", false),
        ("#[cfg(any())] mod run;", false),
    ] {
        assert_eq!(has_module(root, "run"), is_there, "{root}");
    }
    for (include, is_there) in [
        ("../../stage1-addition/src/run.rs", true),
        ("../../stage5-select/examples/fetch/main.rs", true),
        ("../program/site.rs", true),
        ("tests/typed.rs", false),
        ("../tests/lockstep/page.rs", false),
        ("../tests/server.rs", false),
        ("stage1-addition/examples/fib.rs", false),
    ] {
        let text = format!("{{{{#include {include}}}}}");
        let mut problems = Problems::default();
        listings_are_tested(&[Page::of("page.md", text)], &mut problems);
        assert_eq!(problems.texts().is_empty(), is_there, "{include}");
    }
}
