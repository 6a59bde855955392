//! What no single stage owns: the tests of this crate look at the workspace as a whole, and this is how
//! they find it.

use std::fs;
use std::path::{Path, PathBuf};

#[cfg(not(loom))]
pub mod bench;

/// Stage 5's own `select` and its sets, the very files, for the plain loop that stage 5 is compared with.
#[cfg(not(loom))]
#[path = "../../stage5-select/src"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the rest of the files is not used"
)]
mod kernel {
    pub(crate) mod fdset;
    pub(crate) mod sys;

    pub(crate) use self::fdset::FdSet;
}

/// The crates that are stages, in their order.
pub const STAGES: [&str; 5] = [
    "stage1-addition",
    "stage2-ops",
    "stage3-promise",
    "stage4-scheduler",
    "stage5-select",
];

/// The directory that holds all of it.
///
/// ```
/// assert!(tests::root().join("Cargo.lock").exists());
/// ```
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// All files of Rust below a directory of the workspace, as paths from its root, sorted.
///
/// ```
/// use std::path::PathBuf;
///
/// assert!(tests::sources("tests/src").contains(&PathBuf::from("tests/src/lib.rs")));
/// assert!(tests::sources("no/such/directory").is_empty());
/// ```
#[must_use]
pub fn sources(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(&directory)) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = directory.as_ref().join(entry.file_name());
        if root().join(&path).is_dir() {
            files.extend(sources(path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The text of a file of the workspace.
///
/// # Panics
///
/// If it cannot be read: the test that asks for it has found it a moment ago.
///
/// ```
/// assert!(tests::text("tests/src/lib.rs").starts_with("//! "));
/// ```
#[must_use]
pub fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documentation that a file opens with: its lines that begin with `//!`, without that.
///
/// ```
/// assert!(tests::head("tests/src/lib.rs").starts_with("What no single stage owns"));
/// ```
#[must_use]
pub fn head(path: impl AsRef<Path>) -> String {
    let text = text(path);
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}
