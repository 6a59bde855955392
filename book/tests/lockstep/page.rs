//! A page: its text, and the fenced blocks in it.

use std::fmt::{self, Write};
use std::fs;
use std::path::{Path, PathBuf};

use book::pages::workspace;

/// A page under `book/src`.
pub(crate) struct Page {
    /// Its file name.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) page: String,
    /// The line of its opening fence, from 1.
    pub(crate) line: usize,
    /// What stands behind the fence, at its commas.
    pub(crate) info: Vec<String>,
    pub(crate) body: Vec<String>,
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
        names.into_iter().map(Page::read).collect()
    }

    pub(crate) fn dir() -> PathBuf {
        workspace().join("book/src")
    }

    fn read(name: String) -> Page {
        let text = fs::read_to_string(Page::dir().join(&name)).unwrap();
        let blocks = blocks(&name, &text);
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
        &self.info[0]
    }

    /// The value of an attribute, `console,break=name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.info[1..]
            .iter()
            .find_map(|item| item.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether it is a command and what it prints.
    pub(crate) fn is_transcript(&self) -> bool {
        self.body.first().is_some_and(|line| line.starts_with("$ "))
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place(&self.page, self.line)
    }
}

fn blocks(page: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block, &str)> = None;
    for (index, line) in text.lines().enumerate() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match &mut open {
            Some((block, fence)) => {
                if line == *fence {
                    blocks.extend(open.take().map(|(block, _)| block));
                } else {
                    block.body.push(line.to_owned());
                }
            }
            None if ticks >= 3 => {
                let (fence, info) = line.split_at(ticks);
                let block = Block {
                    page: page.to_owned(),
                    line: index + 1,
                    info: info.split(',').map(|item| item.trim().to_owned()).collect(),
                    body: Vec::new(),
                };
                open = Some((block, fence));
            }
            None => {}
        }
    }
    assert!(open.is_none(), "{page}: a fence is not closed");
    blocks
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
            "{} of\n{text}\nRead the page there, and mend it. Outputs, diffs and the list of listings are \
             then written anew by\n\n    UPDATE=1 cargo test -p book --test lockstep\n",
            problems.0.len()
        );
    }

    pub(crate) fn add(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        self.0.push(format!("{place}: {what}"));
    }
}

/// Whether what can be rewritten is to be.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value != "0")
}
