//! What the tests of the workspace share: its files, and child processes.

mod child;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

pub use child::{Child, Ended, Signal};

/// The crates that are stages, in their order.
pub const STAGES: [&str; 5] = [
    "stage1-addition",
    "stage2-ops",
    "stage3-promise",
    "stage4-scheduler",
    "stage5-select",
];

/// The directory of the workspace.
///
/// ```
/// assert!(support::root().join("Cargo.lock").exists());
/// ```
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// All Rust files of the workspace below a directory, as paths from its root, sorted.
///
/// A file that git does not know belongs to a learner, as the start file of an exercise does, and no rule
/// is about it. In a copy of the workspace
/// without git, a learner's files are those whose names begin with `mine`.
///
/// ```
/// use std::path::PathBuf;
///
/// assert!(support::sources("tests/src").contains(&PathBuf::from("tests/src/lib.rs")));
/// assert!(support::sources("no/such/directory").is_empty());
/// ```
#[must_use]
pub fn sources(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    static ALL: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
        let mut all = tracked().unwrap_or_else(|| {
            let mut all = files();
            all.retain(|path| !is_a_learners(path));
            all
        });
        let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
        all.retain(|path| is_rust(path) && !is_a_start(path));
        all.sort();
        all.dedup(); // git names a file in conflict once for each side
        all
    });
    let below = ALL.iter().filter(|path| path.starts_with(&directory));
    below.cloned().collect()
}

/// The files that git knows and that are there, if the workspace is a clone.
fn tracked() -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(root()).output();
    let listed = String::from_utf8(listed.ok()?.stdout).ok()?;
    let files: Vec<PathBuf> = listed.split('\0').map(PathBuf::from).collect();
    // A copy that was unpacked inside somebody else's clone is not known to that.
    let is_ours = files.contains(&PathBuf::from("Cargo.toml"));
    let there = files.into_iter().filter(|path| root().join(path).is_file());
    is_ours.then(|| there.collect())
}

/// A start file of an exercise is there to be changed, and then it may not even be Rust.
fn is_a_start(path: &Path) -> bool {
    let is_an_exercise = path.iter().nth(1) == Some("exercises".as_ref());
    is_an_exercise && !path.with_extension("").to_string_lossy().contains('.')
}

fn is_a_learners(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with("mine")
}

/// All files of the workspace, but for hidden ones and what a build has made.
#[must_use]
pub fn files() -> Vec<PathBuf> {
    fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
        let entries = fs::read_dir(root().join(directory)).into_iter().flatten();
        for entry in entries.flatten() {
            let (name, here) = (entry.file_name(), entry.path());
            let path = directory.join(&name);
            let is_hidden = name.to_string_lossy().starts_with('.');
            let is_built = here.join("CACHEDIR.TAG").exists() || path == Path::new("target");
            if is_hidden || is_built {
                continue;
            }
            if here.is_dir() {
                walk(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(Path::new(""), &mut files);
    files.sort();
    files
}

/// The text of a file of the workspace.
///
/// # Panics
///
/// If it cannot be read.
///
/// ```
/// assert!(support::text("tests/src/lib.rs").starts_with("//! "));
/// ```
#[must_use]
pub fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documentation that a file opens with: its lines that begin with `//!`, without that.
///
/// ```
/// assert!(support::head("tests/src/lib.rs").starts_with("What no single stage owns"));
/// ```
#[must_use]
pub fn head(path: impl AsRef<Path>) -> String {
    let text = text(path);
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn without_git_the_same_files_are_found() {
    let all = files();
    for path in tracked().unwrap_or_default() {
        let is_hidden = |part: &std::ffi::OsStr| part.to_string_lossy().starts_with('.');
        assert!(
            path.iter().any(is_hidden) || all.contains(&path),
            "{path:?}"
        );
    }
    let is_built = |path: &&PathBuf| path.starts_with("target");
    assert_eq!(all.iter().find(is_built), None);
    assert!(is_a_learners(Path::new(
        "stage1-addition/examples/mine2.rs"
    )));
}
