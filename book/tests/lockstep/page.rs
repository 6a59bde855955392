//! A page: its text, and the code blocks in it, as mdBook sees them. A page of the book is one, and so are
//! `README.md`, `CONTRIBUTING.md` and the comment at the head of each example.

use std::fmt;
use std::fs;
use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use support::{STAGES, head, root, sources};

/// A page.
pub(crate) struct Page {
    /// Its path from the root of the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// A code block.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) page: String,
    /// The line of its opening fence, from 1.
    pub(crate) line: usize,
    /// What stands after the fence, in pieces: the first one is the language.
    pub(crate) info: Vec<String>,
    /// The lines between the fences.
    pub(crate) body: Vec<String>,
    /// Why no test can check its lines, if none can.
    pub(crate) fault: Option<&'static str>,
}

impl Page {
    /// The pages of the book.
    pub(crate) fn book() -> Vec<Page> {
        let files = fs::read_dir(root().join("book/src")).unwrap();
        let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let is_page = |name: &String| extension(name) == "md" && !name.starts_with('.');
        let mut pages: Vec<Page> = names
            .filter(is_page)
            .map(|name| Page::read(&format!("book/src/{name}")))
            .collect();
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        pages
    }

    /// The heads of the examples of all stages.
    pub(crate) fn examples() -> Vec<Page> {
        let examples = STAGES.map(|stage| sources(format!("{stage}/examples")));
        // An example may have a directory, and only one file of that is the example.
        let is_example = |path: &&str| path.split('/').count() == 3 || path.ends_with("/main.rs");
        let paths = examples.iter().flatten().filter_map(|path| path.to_str());
        paths.filter(is_example).map(Page::read).collect()
    }

    /// The pages of the book, and those beside it.
    pub(crate) fn prose() -> Vec<Page> {
        let mut pages = Page::book();
        pages.extend(["README.md", "CONTRIBUTING.md"].map(Page::read));
        pages
    }

    /// Everything that shows a command and what it prints.
    pub(crate) fn all() -> Vec<Page> {
        let mut pages = Page::prose();
        pages.extend(Page::examples());
        pages
    }

    fn read(path: &str) -> Page {
        if extension(path) == "rs" {
            return Page::of(path, head(path));
        }
        Page::of(path, support::text(path))
    }

    pub(crate) fn of(path: &str, text: String) -> Page {
        let blocks = blocks(path, &text);
        let path = path.to_owned();
        Page { path, text, blocks }
    }

    /// The file name of a page of the book.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }

    /// Puts other bodies into some of the page's blocks, each named by its line, and writes the file.
    pub(crate) fn rewrite(&self, bodies: &[(usize, Vec<String>)]) {
        let prefix = if extension(&self.path) == "rs" {
            "//! "
        } else {
            ""
        };
        let file = support::text(&self.path);
        let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
        // From the last one: each may become longer, and moves what stands below it.
        for (line, body) in bodies.iter().rev() {
            let old = self.blocks.iter().find(|block| block.line == *line);
            let body = body
                .iter()
                .map(|text| format!("{prefix}{text}").trim_end().to_owned());
            lines.splice(*line..old.expect("a block of this page").end(), body);
        }
        fs::write(root().join(&self.path), lines.join("\n") + "\n").unwrap();
    }
}

impl Block {
    pub(crate) fn language(&self) -> &str {
        self.info.first().map_or("", String::as_str)
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.info.iter().skip(1).map(String::as_str)
    }

    /// The value of an attribute, `console,break=name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes()
            .find_map(|item| item.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether it is a command and what it prints.
    pub(crate) fn is_transcript(&self) -> bool {
        self.body.first().is_some_and(|line| line.starts_with("$ "))
    }

    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }

    /// The last line of its body.
    pub(crate) fn end(&self) -> usize {
        self.line + self.body.len()
    }
}

/// What mdBook's own parser makes of a page, each piece with its line.
pub(crate) fn events(text: &str) -> impl Iterator<Item = (Event<'_>, usize, Range<usize>)> {
    let parser = new_cmark_parser(text, &MarkdownOptions::default());
    parser.into_offset_iter().map(|(event, range)| {
        let line = text[..range.start].matches('\n').count() + 1;
        (event, line, range)
    })
}

/// Every code block that is rendered as one, however it is written.
fn blocks(page: &str, text: &str) -> Vec<Block> {
    let code = events(text).filter_map(|(event, line, range)| match event {
        Event::Start(Tag::CodeBlock(kind)) => Some((kind, line, range)),
        _ => None,
    });
    code.map(|(kind, line, range)| {
        let at_the_margin = range.start == 0 || text[..range.start].ends_with('\n');
        let mut body: Vec<String> = text[range].lines().map(str::to_owned).collect();
        let (info, fault) = match kind {
            CodeBlockKind::Indented => (String::new(), Some("is indented: put it between fences")),
            CodeBlockKind::Fenced(info) => {
                let opening = body.remove(0);
                let fence = opening.strip_suffix(&*info).unwrap_or(&opening).trim_end();
                let closing = body.pop_if(|last| !fence.is_empty() && last.starts_with(fence));
                let fault = if !at_the_margin {
                    Some("stands in a list, in a quote, or after blanks: put it at the margin")
                } else if closing.is_none() {
                    Some("is not closed by a fence like the one that opens it")
                } else {
                    None
                };
                (info.to_string(), fault)
            }
        };
        Block {
            page: page.to_owned(),
            line,
            info: info
                .split([' ', '\t', ','])
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
            body,
            fault,
        }
    })
    .collect()
}

pub(crate) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether the workspace has a file at that path.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).is_file()
}

/// A relative link or include of a page, `../../stage1-addition/src/run.rs`, as a path from the root.
pub(crate) fn from_root(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What does not hold, and where.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    /// Fails with all that `check` finds.
    pub(crate) fn check(check: impl FnOnce(&mut Problems)) {
        let mut problems = Problems::default();
        check(&mut problems);
        assert!(
            problems.0.is_empty(),
            "{} of\n\n{}\n\nRead the page there, and mend it. Outputs, diffs and the lock are then \
             written by\n\n    UPDATE=1 cargo test -p book --test lockstep\n",
            problems.0.len(),
            problems.0.join("\n\n")
        );
    }

    pub(crate) fn texts(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn add(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        self.0.push(format!("{place}: {what}"));
    }
}

/// Whether the tests write what commands print, in place of comparing it.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value != "0")
}
