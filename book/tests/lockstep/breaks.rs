//! Breaks: changes that a page asks the reader to make, kept as patches, and made in a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use support::root;

use crate::listings;
use crate::page::{Page, Problems};

const DIR: &str = "book/breaks";

/// The names of all patches.
pub(crate) fn patches() -> Vec<String> {
    let entries = fs::read_dir(root().join(DIR)).unwrap();
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
        let mut blocks = shown.page.blocks.iter();
        if !blocks.any(|block| block.attribute("break") == Some(&name) && block.line > shown.line) {
            problems.add(
                path,
                format!("{} does not run it: console,break={name}", shown.page.path),
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
            copy(&dir).map_err(|error| error.to_string())?;
            self.copied = true;
        }
        let patch = fs::read_to_string(root().join(DIR).join(format!("{name}.patch")))
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

/// Copies what has changed, so that what has not is not built again.
fn copy(to: &Path) -> io::Result<()> {
    let files = support::files();
    let list = format!("{files:?}");
    if fs::read_to_string(to.join(".files")).ok().as_ref() != Some(&list) && to.exists() {
        fs::remove_dir_all(to)?; // some file is gone, or has moved
    }
    for path in files {
        let (text, copied) = (fs::read(root().join(&path))?, to.join(path));
        if fs::read(&copied).ok().as_ref() != Some(&text) {
            fs::create_dir_all(copied.parent().expect("a directory"))?;
            fs::write(&copied, text)?;
        }
    }
    fs::write(to.join(".files"), list)
}
