//! Listings: what a page includes from the crates.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Component, Path, PathBuf};

use book::pages::workspace;

use crate::page::{Block, Page, Place, Problems, update};

/// An include on a page.
pub(crate) struct Include<'a> {
    pub(crate) page: &'a str,
    pub(crate) line: usize,
    /// The file, from the root of the workspace.
    pub(crate) path: String,
    pub(crate) anchor: Option<&'a str>,
}

/// All includes of all pages.
pub(crate) fn all(pages: &[Page]) -> impl Iterator<Item = Include<'_>> {
    pages.iter().flat_map(|page| {
        let lines = page.text.lines().enumerate();
        lines.filter_map(|(index, line)| {
            let target = target(line)?;
            let (path, anchor) = match target.split_once(':') {
                Some((path, anchor)) => (path, Some(anchor)),
                None => (target, None),
            };
            Some(Include {
                page: &page.name,
                line: index + 1,
                path: from_root(path),
                anchor,
            })
        })
    })
}

fn target(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    let (kind, target) = inner.split_once(' ')?;
    matches!(kind, "include" | "rustdoc_include").then_some(target.trim())
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
    fn place(&self) -> Place<'_> {
        Place(self.page, self.line)
    }

    /// What mdBook puts in its place.
    pub(crate) fn text(&self) -> Result<String, String> {
        let path = &self.path;
        let file = fs::read_to_string(workspace().join(path))
            .map_err(|error| format!("can't include {path}: {error}"))?;
        let Some(anchor) = self.anchor else {
            return Ok(file);
        };
        if anchor.starts_with(|first: char| first.is_ascii_digit() || first == ':') {
            return Err("lines move: include the whole file, or an anchor".to_owned());
        }
        let end_of = |mark: &str| {
            let mark = format!("{mark}: {anchor}");
            let mut marks = file
                .lines()
                .enumerate()
                .filter(|(_, line)| line.trim().trim_start_matches('/').trim() == mark);
            match (marks.next(), marks.next()) {
                (Some((index, _)), None) => Ok(index),
                (None, _) => Err(format!("{path} has no line `// {mark}`")),
                _ => Err(format!("{path} has several lines `// {mark}`")),
            }
        };
        let (start, end) = (end_of("ANCHOR")?, end_of("ANCHOR_END")?);
        let lines = file
            .lines()
            .skip(start + 1)
            .take(end.saturating_sub(start + 1));
        Ok(lines
            .filter(|line| !line.contains("ANCHOR"))
            .collect::<Vec<_>>()
            .join("\n"))
    }
}

/// A block of Rust is one include, and nothing else.
pub(crate) fn no_rust_is_typed(pages: &[Page], problems: &mut Problems) {
    let is_rust = |block: &&Block| matches!(block.language(), "rust" | "rs" | "Rust");
    for block in pages.iter().flat_map(|page| &page.blocks).filter(is_rust) {
        if block.body.len() != 1 || target(&block.body[0]).is_none() {
            problems.add(
                block.place(),
                "Rust on a page is one include, and nothing else",
            );
        }
    }
    for page in pages {
        for (index, line) in page.text.lines().enumerate() {
            if line.contains("{{#") && target(line).is_none() {
                problems.add(
                    Place(&page.name, index + 1),
                    "an include has a line of its own, and is an `include`",
                );
            }
        }
    }
}

pub(crate) fn includes_resolve(pages: &[Page], problems: &mut Problems) {
    for include in all(pages) {
        match include.text() {
            Err(error) => problems.add(include.place(), error),
            Ok(text) if text.trim().is_empty() => {
                problems.add(include.place(), format!("{} is empty there", include.path));
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
            ("book/breaks", "patch") | ("book/src/pictures", "svg") => true,
            // Written by `measure`, which has a test of its own.
            ("book/src/measured", _) => true,
            (dir, "rs") if dir.ends_with("/src") || dir == "book/program" => {
                let root = fs::read_to_string(workspace().join(dir).join("lib.rs"));
                let module = format!("mod {stem};");
                let is_module = |line: &str| {
                    let line = line.trim();
                    line == module || line.strip_prefix("pub ") == Some(&module)
                };
                file == "lib.rs" || root.is_ok_and(|root| root.lines().any(is_module))
            }
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

const LOCK: &str = "book/shown.lock";

/// The listings are those of the lock file.
pub(crate) fn as_locked(pages: &[Page], problems: &mut Problems) {
    let locked = fs::read_to_string(workspace().join(LOCK)).unwrap_or_default();
    let locked: Vec<&str> = locked.lines().collect();
    let mut now = String::from(
        "# Each listing that a page shows: the page, the file, and a hash of what is shown of it.\n\
         # Written by: UPDATE=1 cargo test -p book --test lockstep\n",
    );
    let mut known: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for line in &locked {
        let mut words = line.split(' ');
        if let (Some(page), Some(shown), Some(hash)) = (words.next(), words.next(), words.next()) {
            known.entry((page, shown)).or_default().push(hash);
        }
    }
    let mut changed = Vec::new();
    for include in all(pages) {
        let Ok(text) = include.text() else { continue };
        if include.path.starts_with("book/src/pictures/")
            || include.path.starts_with("book/src/measured/")
        {
            continue; // they have no lines of code, and whoever measures anew gets others
        }
        let shown = include.anchor.map_or_else(
            || include.path.clone(),
            |anchor| format!("{}:{anchor}", include.path),
        );
        let hash = hash(&text);
        writeln!(now, "{} {shown} {hash}", include.page).unwrap();
        let known = known.get(&(include.page, shown.as_str()));
        let (is_known, is_same) = match known {
            Some(hashes) => (true, hashes.contains(&hash.as_str())),
            None => (false, false),
        };
        if !is_same {
            changed.push((include, shown, is_known));
        }
    }
    if update() {
        fs::write(workspace().join(LOCK), now).unwrap();
        return;
    }
    for (include, shown, is_known) in changed {
        let what = if is_known { "has changed" } else { "is new" };
        problems.add(
            include.place(),
            format!(
                "{shown} {what}: read the page beside it, and then\n    UPDATE=1 cargo test -p book --test lockstep"
            ),
        );
    }
    if now.lines().count() < locked.len() {
        problems.add(
            LOCK,
            "a listing is gone: UPDATE=1 cargo test -p book --test lockstep",
        );
    }
}

/// FNV-1a, in 64 bits: the same everywhere and for ever, which `std`'s hasher does not promise.
fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The path of a file in the workspace, if it is there.
pub(crate) fn existing(path: &str) -> Option<PathBuf> {
    let path = workspace().join(path);
    path.is_file().then_some(path)
}
