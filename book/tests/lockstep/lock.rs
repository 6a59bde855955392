//! The lock: what pages show, as it was when somebody last read the prose beside it.
//!
//! For each listing, patch, picture and table of steps it has a hash of the whole, and after it a short one
//! of each line. So a change is found, and the line that has changed is named, without a second copy of
//! the code to keep.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use book::pages::workspace;

use crate::listings;
use crate::page::{Page, Place, Problems, update};
use crate::steps;

const LOCK: &str = "book/shown.lock";

const HEAD: &str = "\
# What pages show: the page, the file, a hash of what is shown of it, and a short hash of each line.
# Written by: UPDATE=1 cargo test -p book --test lockstep
";

/// The digits of a line's hash.
const DIGITS: usize = 4;

/// Lines that a page shows, each with its number in its file.
pub(crate) struct Shown<'a> {
    pub(crate) page: &'a str,
    /// The line of the page where they are included.
    pub(crate) line: usize,
    pub(crate) file: String,
    pub(crate) lines: Vec<(usize, String)>,
}

impl Shown<'_> {
    fn hash(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        format!("{:016x}", fnv(&lines.join("\n")))
    }

    fn line_hashes(&self) -> String {
        let mut hashes = String::new();
        for (_, line) in &self.lines {
            write!(hashes, "{:04x}", fnv(line) & 0xffff).unwrap();
        }
        hashes
    }

    /// What has changed since its lines had these hashes.
    fn difference(&self, locked: &str) -> String {
        let now = self.line_hashes();
        let (now, locked) = (pieces(&now), pieces(locked));
        let file = &self.file;
        if now.len() == locked.len() {
            let pairs = now.iter().zip(&locked).zip(&self.lines);
            let changed = pairs.filter(|((now, locked), _)| now != locked);
            let said = changed.map(|(_, (number, line))| {
                format!("{file}:{number} has changed, and is now\n    {line}")
            });
            let said: Vec<_> = said.collect();
            if said.is_empty() {
                return format!(
                    "{file} has the locked lines and another hash: {LOCK} does not fit"
                );
            }
            return said.join("\n");
        }
        let same = |(now, locked): &(&&str, &&str)| now == locked;
        let before = now.iter().zip(&locked).take_while(same).count();
        let line = self.lines.get(before).or(self.lines.last());
        let number = line.map_or(1, |(number, _)| *number);
        let (now, locked) = (now.len(), locked.len());
        format!(
            "{file}:{number} is the first line to have changed (there were {locked}, and are {now})"
        )
    }
}

fn pieces(hashes: &str) -> Vec<&str> {
    let ends = (0..hashes.len()).step_by(DIGITS);
    ends.filter_map(|start| hashes.get(start..start + DIGITS))
        .collect()
}

/// Everything that is locked: what pages include, but for what was measured, which is another on each
/// machine; and the table of the talk's steps.
fn all(pages: &[Page]) -> Vec<Shown<'_>> {
    let included = listings::all(pages).filter_map(|include| {
        Some(Shown {
            page: include.page,
            line: include.line,
            lines: include.lines().ok()?,
            file: include.path,
        })
    });
    let included = included.filter(|shown| !shown.file.starts_with("book/src/measured/"));
    included.chain(steps::shown(pages)).collect()
}

/// What is shown is what is locked.
pub(crate) fn as_locked(pages: &[Page], problems: &mut Problems) {
    let file = workspace().join(LOCK);
    let all = all(pages);
    if update() {
        let mut lock = HEAD.to_owned();
        for shown in &all {
            let (hash, lines) = (shown.hash(), shown.line_hashes());
            writeln!(lock, "{} {} {hash} {lines}", shown.page, shown.file).unwrap();
        }
        fs::write(file, lock).unwrap();
        return;
    }
    let lock = fs::read_to_string(file).unwrap_or_default();
    compare(&lock, &all, problems);
}

fn compare(lock: &str, all: &[Shown<'_>], problems: &mut Problems) {
    let mut locked: BTreeMap<_, (&str, &str)> = BTreeMap::new();
    for line in lock.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [page, file, hash, lines] = *words else {
            problems.add(LOCK, format!("not a line of it: {line}"));
            continue;
        };
        locked.insert((page, file), (hash, lines));
    }
    for shown in all {
        let file = &shown.file;
        let what = match locked.get(&(shown.page, file)) {
            Some((hash, _)) if *hash == shown.hash() => continue,
            Some((_, lines)) => shown.difference(lines),
            None => format!("{file} is new here"),
        };
        problems.add(Place(shown.page, shown.line), what);
    }
    locked.retain(|&(page, file), _| {
        !all.iter()
            .any(|shown| (shown.page, &*shown.file) == (page, file))
    });
    for (page, file) in locked.into_keys() {
        problems.add(
            LOCK,
            format!("{page} does not show {file} any more: UPDATE=1"),
        );
    }
}

/// FNV-1a, in 64 bits: the same everywhere and for ever, which `std`'s hasher does not promise. Each step is
/// one-to-one, in all bits and in the lowest 16, so two texts that differ in one byte differ in either.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn a_change_is_named_with_the_page_and_the_line_and_the_source_line() {
    let shown = |text: &str| Shown {
        page: "page.md",
        line: 57,
        file: "src/run.rs".to_owned(),
        lines: (1..).zip(text.lines().map(str::to_owned)).collect(),
    };
    let old = shown("one\ntwo\nthree\nfour\n");
    let (hash, lines) = (old.hash(), old.line_hashes());
    let lock = format!("{HEAD}page.md src/run.rs {hash} {lines}\n");
    let said = |text: &str| {
        let mut problems = Problems::default();
        compare(&lock, &[shown(text)], &mut problems);
        problems.texts().concat()
    };
    assert_eq!(said("one\ntwo\nthree\nfour\n"), "");
    let is_now =
        |number: usize, line| format!("src/run.rs:{number} has changed, and is now\n    {line}");
    let first = |number: usize, count: usize| {
        format!(
            "src/run.rs:{number} is the first line to have changed (there were 4, and are {count})"
        )
    };
    for (text, part) in [
        ("one\ntwo\nthrEe\nfour\n", is_now(3, "thrEe")),
        ("One\ntwo\nthree\nfour\n", is_now(1, "One")),
        ("one\ntwo\nthree\nfour!\n", is_now(4, "four!")),
        (
            "1\ntwo\nthree\n4\n",
            [is_now(1, "1"), is_now(4, "4")].join("\n"),
        ),
        ("one\ntwo\nand\nthree\nfour\n", first(3, 5)),
        ("one\nthree\nfour\n", first(2, 3)),
        ("one\ntwo\nthree\n", first(3, 3)),
    ] {
        let said = said(text);
        assert!(said.starts_with("book/src/page.md:57: "), "{said}");
        assert!(said.contains(&part), "{said}");
    }
    let mut problems = Problems::default();
    let lock = lock.replace(&hash, "0");
    compare(&lock, &[old], &mut problems);
    assert!(problems.texts().concat().contains("does not fit"));
}
