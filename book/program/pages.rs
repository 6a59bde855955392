//! From pages to HTML: mdBook, as a library, with one step of our own.
//!
//! That step mends what a page cannot know. A link from a page to a source file leads out of the book's
//! directory, where the server does not go: so the files that are linked are put beside the pages, and
//! the links led there. And the footer says who sends the page.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use mdbook_driver::MDBook;
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::errors::Error;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use stage5_select::Exception;

/// Where the copies of linked source files are, in the book's directory.
const SOURCE: &str = "source";

/// The directory of the workspace.
///
/// ```
/// assert!(book::pages::workspace().join("stage1-addition").is_dir());
/// ```
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What the foot of each page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footer {
    /// That the page was built.
    Built,
    /// That the page was built, and what sent it.
    Served,
}

impl Footer {
    fn html(self) -> &'static str {
        match self {
            Footer::Built => "Built by <code>cargo run -p book -- --build-only</code>.",
            Footer::Served => {
                "Sent to you by <code>stage5_select::run</code>: one thread, one <code>select</code>, \
                 one task for each connection. <code>hyper</code> speaks HTTP on top."
            }
        }
    }
}

/// mdBook clears the directory first: it must be empty, or not be there, or hold a book already.
fn may_be_replaced(html: &Path) -> Result<(), Exception> {
    let is_empty = fs::read_dir(html).is_ok_and(|mut entries| entries.next().is_none());
    // No other book has this page; and what somebody has under version control is not ours to clear.
    let is_ours = html.join("from-the-talk.html").is_file() && !html.join(".git").exists();
    if !html.is_dir() || is_empty || is_ours {
        return Ok(());
    }
    Err(Exception::msg(format!(
        "{} holds something that is not this book, and would be cleared (name a directory that is empty, or not there yet)",
        html.display()
    )))
}

/// Builds the book into `html`, or where `book.toml` says, and gives that directory.
///
/// # Errors
///
/// What mdBook says, and [`NoSuchFile`] where a page links to a source file that is not there.
pub fn build(html: Option<&Path>, footer: Footer) -> Result<PathBuf, Exception> {
    let mdbook_error = |error: Error| Exception::msg(format!("can't build the book: {error:#}"));
    let mut book = MDBook::load(env!("CARGO_MANIFEST_DIR")).map_err(mdbook_error)?;
    if let Some(html) = html {
        may_be_replaced(html)?;
        html.clone_into(&mut book.config.build.build_dir);
    }
    let (linked, files) = channel();
    book.with_preprocessor(Mend { footer, linked });
    book.build().map_err(mdbook_error)?;
    let html = book.build_dir_for("html");
    for file in files.try_iter().collect::<BTreeSet<PathBuf>>() {
        let copy = html.join(SOURCE).join(&file);
        if let Some(dir) = copy.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::copy(workspace().join(file), copy)?;
    }
    // A source file is no page and names no icon, so the browser asks for one where it always did.
    for entry in fs::read_dir(&html)? {
        let path = entry?.path();
        let is_icon = |name: &str| name.starts_with("favicon-") && !name.contains("svg");
        if path
            .file_name()
            .and_then(OsStr::to_str)
            .is_some_and(is_icon)
        {
            fs::copy(path, html.join("favicon.ico"))?;
        }
    }
    Ok(html)
}

/// The step of our own.
struct Mend {
    footer: Footer,
    linked: Sender<PathBuf>,
}

impl Preprocessor for Mend {
    fn name(&self) -> &'static str {
        "mend"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book, Error> {
        let mut missing = None;
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else {
                return;
            };
            let (content, files) = lead_links(&chapter.content);
            let footer = self.footer.html();
            chapter.content = format!("{content}\n\n<footer class=\"sent-by\">{footer}</footer>\n");
            for file in files {
                if !workspace().join(&file).is_file() {
                    let page = chapter.source_path.clone().unwrap_or_default();
                    let source = workspace().join("book/src").join(&page);
                    // The chapter has its includes in it already: the lines are those of the file.
                    let text = fs::read_to_string(source).unwrap_or_default();
                    missing = Some(NoSuchFile {
                        line: line_of(&text, &file),
                        page,
                        file: file.clone(),
                    });
                }
                let _ = self.linked.send(file);
            }
        });
        if let Some(missing) = missing {
            return Err(missing.into());
        }
        Ok(book)
    }
}

/// Leads links to files of the workspace, `](../../stage1-addition/src/run.rs)`, to their copies. Gives
/// the page and those files. (All pages are in one directory: there is no other way to write such a link.)
fn lead_links(page: &str) -> (String, Vec<PathBuf>) {
    let mut files = Vec::new();
    let mut parts = page.split("](../../");
    let mut led = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.split([')', '#']).next().unwrap_or_default();
        files.push(PathBuf::from(target));
        led.push_str("](");
        led.push_str(SOURCE);
        led.push('/');
        led.push_str(part);
    }
    files.retain(|file| {
        file.components()
            .all(|part| matches!(part, Component::Normal(_)))
    });
    (led, files)
}

/// The line of a page that links to a file, from 1.
fn line_of(page: &str, file: &Path) -> usize {
    let target = format!("](../../{}", file.display());
    let line = page.lines().position(|line| line.contains(&target));
    line.unwrap_or(0) + 1
}

/// A page links to a source file that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchFile {
    /// The page, under `book/src`.
    pub page: PathBuf,
    /// The line of the page.
    pub line: usize,
    /// The path of the file in the workspace.
    pub file: PathBuf,
}

impl std::fmt::Display for NoSuchFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (page, line, file) = (self.page.display(), self.line, self.file.display());
        write!(
            f,
            "book/src/{page}:{line} links to {file}, which is not there"
        )
    }
}

impl std::error::Error for NoSuchFile {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_source_files_are_led_to_their_copies() {
        let (page, files) = lead_links("[loop](../../a/src/run.rs#L3), [next](next.md)");
        assert_eq!(page, "[loop](source/a/src/run.rs#L3), [next](next.md)");
        assert_eq!(files, [PathBuf::from("a/src/run.rs")]);
        let file = files[0].clone();
        let line = line_of("# Page\n\nThe [loop](../../a/src/run.rs#L3).\n", &file);
        let page = PathBuf::from("page.md");
        let missing = NoSuchFile { page, line, file };
        let said = "book/src/page.md:3 links to a/src/run.rs, which is not there";
        assert_eq!(missing.to_string(), said);
    }
}
