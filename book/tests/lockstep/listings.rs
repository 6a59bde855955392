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
        let (dir, file) = path.rsplit_once('/').unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        let extension = file.rsplit('.').next().unwrap_or_default();
        let reached = match (dir, extension) {
            ("book/breaks", "patch")
            | ("book/src/pictures", "svg")
            | ("book/src/measured", "svg" | "md") => true,
            (dir, "rs") if dir.ends_with("/src") || dir == "book/program" => {
                let root = fs::read_to_string(workspace().join(dir).join("lib.rs"));
                let module = format!("mod {stem};");
                let is_module = |line: &str| {
                    let line = line.trim();
                    line == module || line.strip_prefix("pub ") == Some(&module)
                };
                file == "lib.rs" || root.is_ok_and(|root| root.lines().any(is_module))
            }
            (dir, "rs") if file == "main.rs" => dir.contains("/examples/"),
            (dir, "rs") => dir.ends_with("/examples") || dir.ends_with("/tests"),
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
