//! The lock: what pages include, as it was when somebody last read the prose beside it.
//!
//! A page takes over a changed line by itself, and no output need change by it: nothing else would send
//! anybody to the sentences that speak of that line. So `book/shown.lock` has a hash of each include.

use std::fmt::Write;
use std::fs;

use support::root;

use crate::listings;
use crate::page::{Page, Problems, update};

const LOCK: &str = "book/shown.lock";

const HEAD: &str = "\
# What pages show: the page, the file, a hash of what is shown of it, and the items that are shown.
# Written by: UPDATE=1 cargo test -p book --test lockstep
";

/// All that pages include is what is locked, but for what was measured, which differs by machine.
pub(crate) fn as_locked(pages: &[Page], problems: &mut Problems) {
    let mut lock = HEAD.to_owned();
    let locked = fs::read_to_string(root().join(LOCK)).unwrap_or_default();
    for include in listings::all(pages) {
        let Ok(text) = include.text() else { continue }; // which another test says
        if include.path.starts_with("book/src/measured/") {
            continue;
        }
        let (page, path, names) = (include.page.name(), &include.path, &include.names);
        let line = format!("{page} {path} {:016x} {names}", fnv(&text));
        let line = line.trim_end();
        if !update() && !locked.lines().any(|known| known == line) {
            problems.add(
                include.place(),
                format!("{path} has changed, or is new here"),
            );
        }
        writeln!(lock, "{line}").unwrap();
    }
    if update() {
        fs::write(root().join(LOCK), lock).unwrap();
    } else if locked.lines().count() > lock.lines().count() {
        problems.add(LOCK, "it has files that no page shows any more");
    }
}

/// FNV-1a: the same on every machine and in every release, which `std`'s hasher does not promise.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
