//! From pages to HTML: mdBook, as a library, with the preprocessor of [`sources`](crate::sources).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_preprocessor::errors::Error;
use stage5_select::Exception;

use crate::sources::Sources;

/// The directory of the workspace.
///
/// ```
/// assert!(book::pages::workspace().join("stage1-addition").is_dir());
/// ```
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Builds the book into `html`, or where `book.toml` says, and gives that directory. `footer` is what stands
/// at the foot of each page.
///
/// # Errors
///
/// If mdBook or the preprocessor finds a fault, if the directory holds something that is not this book, or
/// if it cannot be written.
pub fn build(html: Option<&Path>, footer: &'static str) -> Result<PathBuf, Exception> {
    let failed = |error: Error| Exception::msg(format!("can't build the book: {error:#}"));
    let mut book = MDBook::load(env!("CARGO_MANIFEST_DIR")).map_err(failed)?;
    if let Some(html) = html {
        may_be_replaced(html, book.config.book.title.as_deref().unwrap_or_default())?;
        html.clone_into(&mut book.config.build.build_dir);
    }
    let html = book.build_dir_for("html");
    can_be_written(&html).map_err(|error| {
        let html = html.display();
        let what_to_do = "name another directory with `--out DIR`";
        Exception::msg(format!("can't write to {html}: {error}: {what_to_do}"))
    })?;
    // In place of the command that `book.toml` names, which would start this program once more.
    book.with_preprocessor(Sources { footer });
    book.build().map_err(failed)?;
    Ok(fs::canonicalize(html)?)
}

fn can_be_written(html: &Path) -> io::Result<()> {
    let probe = html.join(".probe");
    fs::create_dir_all(html)?;
    fs::write(&probe, "")?;
    fs::remove_file(&probe)
}

/// mdBook clears the directory first: it must be empty, or not there, or hold this book already.
fn may_be_replaced(html: &Path, title: &str) -> Result<(), Exception> {
    let is_empty = fs::read_dir(html).is_ok_and(|mut entries| entries.next().is_none());
    let index = fs::read_to_string(html.join("index.html")).unwrap_or_default();
    let is_ours = index.contains(&format!(" - {title}</title>"));
    // What somebody has under version control is not ours to clear.
    if !html.is_dir() || is_empty || is_ours && !html.join(".git").exists() {
        return Ok(());
    }
    Err(Exception::msg(format!(
        "{} holds something that is not this book, and would be cleared: name a directory that is empty, or not there yet",
        html.display()
    )))
}
