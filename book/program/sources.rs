//! The preprocessor: what a page shows of the crates, and pages for the files that it links.
//!
//! - `{{#items stage3-promise/src/promise.rs: struct Promise, Promise::settle}}` becomes an excerpt: those
//!   [items](crate::items), below the name of their file.
//! - A code block that includes a whole file gets the name of that file, too.
//! - A link to a file of the workspace, `[run.rs](../../stage3-promise/src/run.rs)`, leads to a page that
//!   shows it. These pages come last in the book, in the order of their names.
//! - A code block in Rust is marked so that `mdbook test` leaves it alone. It is tested in its crate.
//!
//! mdBook runs it before its own preprocessors, so the lines that it names are the lines of the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::errors::Error;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::items::excerpt;

/// Where the pages of source files are, in the book.
const SOURCE: &str = "source";

/// The preprocessor, and what stands at the foot of each page.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// HTML.
    pub footer: &'static str,
}

impl Preprocessor for Sources {
    fn name(&self) -> &'static str {
        "sources"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book, Error> {
        let workspace = context.root.join("..");
        let mut pages = Pages {
            read: &|file| {
                fs::read_to_string(workspace.join(file)).map_err(|error| error.to_string())
            },
            linked: BTreeMap::new(),
            faults: Vec::new(),
        };
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                let (text, footer) = (pages.expand(chapter), self.footer);
                chapter.content =
                    format!("{text}\n\n<footer class=\"sent-by\">{footer}</footer>\n");
            }
        });
        let sources = pages.sources();
        if !pages.faults.is_empty() {
            return Err(Error::msg(pages.faults.join("\n")));
        }
        book.items
            .extend(sources.into_iter().map(BookItem::Chapter));
        Ok(book)
    }
}

struct Pages<'a> {
    /// Reads a file of the workspace.
    read: &'a dyn Fn(&str) -> Result<String, String>,
    /// The files that are linked, and the links back to the pages that link them.
    linked: BTreeMap<String, BTreeSet<(String, String)>>,
    faults: Vec<String>,
}

impl Pages<'_> {
    /// Expands what stands on a page. (All pages are in one directory, so there is one way to write a link.)
    fn expand(&mut self, page: &Chapter) -> String {
        let mut out = String::new();
        let mut lines = (1..).zip(page.content.lines()).peekable();
        while let Some((number, line)) = lines.next() {
            let place = format!("book/src/{}:{number}", path_of(page));
            if let Some(directive) = line.strip_prefix("{{#items ") {
                let mut directive = directive.to_owned();
                while !directive.ends_with("}}")
                    && let Some((_, more)) = lines.next()
                {
                    directive = directive + " " + more.trim();
                }
                match self.items(page, directive.trim_end_matches('}')) {
                    Ok(listing) => out += &listing,
                    Err(fault) => self.faults.push(format!("{place}: {fault}")),
                }
                continue;
            }
            if line == "```rust" {
                let included = lines.peek().and_then(|(_, line)| {
                    line.strip_prefix("{{#include ../../")?.strip_suffix("}}")
                });
                if let Some(file) = included {
                    out += &self.label(page, file, 1);
                }
                out += "```rust,ignore\n";
                continue;
            }
            let mut parts = line.split("](../../");
            out += parts.next().unwrap_or_default();
            for part in parts {
                let target = part.split([')', '#']).next().unwrap_or_default();
                if let Err(error) = (self.read)(target) {
                    self.faults
                        .push(format!("{place}: can't link {target}: {error}"));
                }
                self.link(page, target);
                out.extend(["](", SOURCE, "/", target, ".html", &part[target.len()..]]);
            }
            out.push('\n');
        }
        out
    }

    /// An excerpt: `file: name, name`.
    fn items(&mut self, page: &Chapter, directive: &str) -> Result<String, String> {
        let (file, names) = directive
            .split_once(':')
            .ok_or("write `{{#items file: name, name}}`")?;
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        let excerpt = (self.read)(file).and_then(|source| excerpt(&source, &names));
        let excerpt = excerpt.map_err(|fault| format!("can't show {file}: {fault}"))?;
        let label = self.label(page, file, excerpt.line);
        Ok(format!("{label}```rust,ignore\n{}```\n", excerpt.text))
    }

    /// The name of a file, above what is shown of it.
    fn label(&mut self, page: &Chapter, file: &str, line: usize) -> String {
        self.link(page, file);
        let target = format!("{SOURCE}/{file}.html#L{line}");
        format!("<div class=\"file\"><a href=\"{target}\">{file}</a></div>\n\n")
    }

    fn link(&mut self, page: &Chapter, file: &str) {
        let back = (page.name.clone(), path_of(page));
        self.linked.entry(file.to_owned()).or_default().insert(back);
    }

    /// The last chapters: a list of the linked files, and a page for each. (Not below the list, where the
    /// sidebar would number them.)
    fn sources(&mut self) -> Vec<Chapter> {
        let mut list = "# Sources\n\nThe files that this book shows or links.\n\n".to_owned();
        let chapter = |name: &str, content, path: &str| {
            let content = format!("<div class=\"source\">\n\n{content}\n</div>\n");
            Chapter::new(name, content, format!("{SOURCE}/{path}.md"), Vec::new())
        };
        let mut files = Vec::new();
        for (file, pages) in &self.linked {
            // A file that is not there is a fault already.
            let text = (self.read)(file).unwrap_or_default();
            list.extend(["- [", file, "](", file, ".html)\n"]);
            files.push(chapter(file, source_page(file, pages, &text), file));
        }
        files.insert(0, chapter("Sources", list, "index"));
        files
    }
}

fn path_of(page: &Chapter) -> String {
    let path = page.path.as_deref();
    path.map(|path| path.display().to_string())
        .unwrap_or_default()
}

/// A page that shows a file, with its lines numbered, and links back to the pages that link it.
fn source_page(file: &str, pages: &BTreeSet<(String, String)>, text: &str) -> String {
    let to_root = "../".repeat(Path::new(file).components().count());
    let back = pages
        .iter()
        .map(|(name, path)| format!("[{name}]({to_root}{path})"));
    let back = back.collect::<Vec<_>>().join(", ");
    let number = |n| format!("<a id=\"L{n}\" href=\"#L{n}\">{n}</a>");
    let numbers: Vec<_> = (1..=text.lines().count()).map(number).collect();
    let numbers = numbers.join("\n");
    // Not `rust`, where mdBook takes a line that begins with `# ` for one to hide; and as HTML, which neither
    // mdBook's includes nor `mdbook test` look into.
    let language = match file.rsplit_once('.') {
        Some((_, "rs")) => "rs",
        Some((_, "patch")) => "diff",
        _ => "text",
    };
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('{', "&#123;");
    format!(
        "# {file}\n\nFrom: {back}\n\n<pre class=\"numbers\">{numbers}</pre>\n\
         <pre><code class=\"language-{language}\">{text}</code></pre>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "/// Runs.\n///\n/// # Errors\nfn run() {\n    // Once.\n}\n\nfn walk() {}\n";

    fn expand(content: &str) -> (String, Vec<String>, Vec<String>) {
        let read = |file: &str| match file {
            "a/run.rs" => Ok(RUN.to_owned()),
            "a/long.rs" => Ok(format!("fn long() {{\n{}}}\n", "    walk();\n".repeat(44))),
            _ => Err("no such file".to_owned()),
        };
        let (linked, faults) = (BTreeMap::new(), Vec::new());
        let mut pages = Pages {
            read: &read,
            linked,
            faults,
        };
        let page = Chapter::new("A page", content.to_owned(), "page.md", Vec::new());
        let out = pages.expand(&page);
        let sources = pages.sources();
        let files = sources.into_iter().skip(1).map(|page| page.content);
        (out, files.collect(), pages.faults)
    }

    #[test]
    fn an_excerpt_stands_below_the_name_of_its_file() {
        let (out, files, faults) =
            expand("Look:\n\n{{#items a/run.rs: fn walk,\n  fn run}}\n\nSo.\n");
        assert_eq!(
            out,
            "Look:\n\n<div class=\"file\"><a href=\"source/a/run.rs.html#L8\">a/run.rs</a></div>\n\n\
             ```rust,ignore\nfn walk() {}\n\n/// Runs.\nfn run() {\n    // Once.\n}\n```\n\nSo.\n"
        );
        assert!(faults.is_empty());
        for part in [
            "From: [A page](../../page.md)",
            "<a id=\"L8\" href=\"#L8\">8</a></pre>",
            "<code class=\"language-rs\">/// Runs.\n",
            "\nfn run() &#123;\n", // no include of mdBook's
        ] {
            assert!(files[0].contains(part), "{part} in {}", files[0]);
        }
    }

    #[test]
    fn what_is_missing_or_too_long_is_named_with_its_page_and_line() {
        for (content, fault) in [
            (
                "\n{{#items a/run.rs: fn stop}}",
                ":2: can't show a/run.rs: no item is called `fn stop`",
            ),
            (
                "{{#items a/no.rs: fn run}}",
                ":1: can't show a/no.rs: no such file",
            ),
            (
                "{{#items a/run.rs}}",
                ":1: write `{{#items file: name, name}}`",
            ),
            (
                "{{#items a/long.rs: fn long}}",
                ":1: can't show a/long.rs: these items have 46 lines, and an excerpt has at most 45: name fewer",
            ),
            (
                "\n\n[file](../../a/no.rs)",
                ":3: can't link a/no.rs: no such file",
            ),
        ] {
            let (_, _, faults) = expand(content);
            assert_eq!(faults, [format!("book/src/page.md{fault}")]);
        }
    }

    #[test]
    fn links_lead_to_the_pages_of_files_and_whole_files_are_named() {
        let (out, files, _) = expand("[loop](../../a/run.rs#L3), [next](next.md)\n");
        assert_eq!(out, "[loop](source/a/run.rs.html#L3), [next](next.md)\n");
        assert_eq!(files.len(), 1);
        let (out, _, _) = expand("```rust\n{{#include ../../a/run.rs}}\n```\n");
        assert_eq!(
            out,
            "<div class=\"file\"><a href=\"source/a/run.rs.html#L1\">a/run.rs</a></div>\n\n\
             ```rust,ignore\n{{#include ../../a/run.rs}}\n```\n"
        );
    }
}
