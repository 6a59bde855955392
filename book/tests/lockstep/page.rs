//! A page: its text, and the code blocks in it, as mdBook sees them.

use std::fmt::{self, Write};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use book::pages::workspace;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

/// A page under `book/src`.
pub(crate) struct Page {
    /// Its file name.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// A code block.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) page: String,
    /// The line of its opening fence, from 1.
    pub(crate) line: usize,
    /// What stands behind the fence, in pieces: the first one is the language.
    pub(crate) info: Vec<String>,
    /// The lines between the fences.
    pub(crate) body: Vec<String>,
    /// Why nobody can check its lines, if nobody can.
    pub(crate) fault: Option<&'static str>,
}

impl Page {
    /// All of them, by name.
    pub(crate) fn all() -> Vec<Page> {
        let mut names: Vec<_> = fs::read_dir(Page::dir())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|ext| ext == "md"))
            .collect();
        names.sort();
        names.iter().map(|name| Page::read(name)).collect()
    }

    pub(crate) fn dir() -> PathBuf {
        workspace().join("book/src")
    }

    fn read(name: &str) -> Page {
        let text = fs::read_to_string(Page::dir().join(name)).unwrap();
        Page::of(name, text)
    }

    pub(crate) fn of(name: &str, text: String) -> Page {
        let blocks = blocks(name, &text);
        let name = name.to_owned();
        Page { name, text, blocks }
    }

    /// Puts other text into some of the page's blocks, and writes the page.
    pub(crate) fn rewrite(&self, bodies: &[(usize, Vec<String>)]) {
        let mut lines: Vec<&str> = self.text.lines().collect();
        let mut bodies: Vec<_> = bodies.iter().collect();
        bodies.sort_by_key(|(line, _)| std::cmp::Reverse(*line));
        for (line, body) in bodies {
            let old = self.blocks.iter().find(|block| block.line == *line);
            let end = line + old.expect("a block of this page").body.len();
            lines.splice(*line..end, body.iter().map(String::as_str));
        }
        fs::write(Page::dir().join(&self.name), lines.join("\n") + "\n").unwrap();
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

    pub(crate) fn place(&self) -> Place<'_> {
        Place(&self.page, self.line)
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
                    Some("stands in a list, in a quote, or behind blanks: put it at the margin")
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

/// A place on a page, as an editor takes it.
pub(crate) struct Place<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "book/src/{}:{}", self.0, self.1)
    }
}

/// What does not hold, and where.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    /// Fails with all that `check` finds.
    pub(crate) fn check(check: impl FnOnce(&mut Problems)) {
        let mut problems = Problems::default();
        check(&mut problems);
        let mut text = String::new();
        for problem in &problems.0 {
            write!(text, "\n{problem}\n").unwrap();
        }
        assert!(
            problems.0.is_empty(),
            "{} of\n{text}\nRead the page there, and mend it. Outputs, diffs and the lock are then \
             written anew by\n\n    UPDATE=1 cargo test -p book --test lockstep\n",
            problems.0.len()
        );
    }

    pub(crate) fn texts(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn add(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        self.0.push(format!("{place}: {what}"));
    }
}

/// Whether what can be rewritten is to be.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value != "0")
}
