//! Breaks: changes that a page asks the reader to make, kept as patches, and made in a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use book::pages::workspace;

use crate::listings;
use crate::page::{Page, Problems};

const DIR: &str = "book/breaks";

/// The names of all patches.
pub(crate) fn patches() -> Vec<String> {
    let entries = fs::read_dir(workspace().join(DIR)).unwrap();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".patch")?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Each patch is shown on a page, and what comes of it is shown below.
pub(crate) fn shown_and_used(pages: &[Page], problems: &mut Problems) {
    for name in patches() {
        let path = format!("{DIR}/{name}.patch");
        let shown = listings::all(pages).find(|include| include.path == path);
        let Some(shown) = shown else {
            problems.add(path, "no page shows it");
            continue;
        };
        let page = pages.iter().find(|page| page.name == shown.page);
        let mut blocks = page.into_iter().flat_map(|page| &page.blocks);
        if !blocks.any(|block| block.attribute("break") == Some(&name) && block.line > shown.line) {
            problems.add(
                path,
                format!("{} does not run it: console,break={name}", shown.page),
            );
        }
    }
}

/// A copy of the workspace, to break. It is made when it is first needed.
#[derive(Default)]
pub(crate) struct Scratch {
    copied: bool,
}

impl Scratch {
    /// The place of the copy is always the same, so what was built there serves again.
    fn dir() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspace")
    }

    /// Makes the change, does `then`, and unmakes the change.
    pub(crate) fn with_patch(
        &mut self,
        name: &str,
        then: impl FnOnce(&Path) -> Result<Vec<String>, String>,
    ) -> Result<Vec<String>, String> {
        let dir = Scratch::dir();
        if !self.copied {
            copy(workspace(), &dir).map_err(|error| error.to_string())?;
            self.copied = true;
        }
        let patch = fs::read_to_string(workspace().join(DIR).join(format!("{name}.patch")))
            .map_err(|error| format!("break={name}: {error}"))?;
        let mut undo = Vec::new();
        for part in split_files(&patch) {
            let parsed = diffy::Patch::from_str(&part).map_err(|error| error.to_string())?;
            let file = parsed.modified().and_then(|file| file.strip_prefix("b/"));
            let target = dir.join(file.ok_or("a patch names its files a/… and b/…")?);
            let old = fs::read_to_string(&target).map_err(|error| error.to_string())?;
            let new = diffy::apply(&old, &parsed)
                .map_err(|error| format!("{name}.patch does not apply any more: {error}"))?;
            fs::write(&target, new).map_err(|error| error.to_string())?;
            undo.push((target, old));
        }
        let result = then(&dir);
        for (path, old) in undo {
            fs::write(path, old).map_err(|error| error.to_string())?;
        }
        result
    }
}

/// A broken program may have code that nobody uses: what the compiler says of it is not the lesson. And
/// what is built in the copy has a place of its own, as it would be built again and again otherwise.
pub(crate) fn quiet(command: &mut Command) {
    command.env("RUSTFLAGS", "-Awarnings").env(
        "CARGO_TARGET_DIR",
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken"),
    );
}

/// A patch of several files, as one patch for each.
fn split_files(patch: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for line in patch.split_inclusive('\n') {
        if line.starts_with("--- ") || parts.is_empty() {
            parts.push(String::new());
        }
        parts.last_mut().expect("one is there").push_str(line);
    }
    parts.retain(|part| part.starts_with("--- "));
    parts
}

/// Copies what has changed, so that what has not is not built again; and what is gone is removed.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if name == ".git" || name == "target" || name == "html" {
            continue;
        }
        let (source, copied) = (entry.path(), to.join(&name));
        if kind.is_dir() {
            copy(&source, &copied)?;
        } else if kind.is_file() {
            let text = fs::read(&source)?;
            if fs::read(&copied).ok().as_ref() != Some(&text) {
                fs::write(&copied, text)?;
            }
        }
        names.push(name);
    }
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !names.contains(&entry.file_name()) {
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}
