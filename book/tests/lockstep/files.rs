//! The files of the last stage: a page says of each whether it is of the lesson, or armour.

use std::fs;

use book::pages::workspace;

use crate::links::links;
use crate::page::{Page, Place, Problems};

const PAGE: &str = "select.md";
const SECTION: &str = "## What to read";
const DIR: &str = "../../stage5-select/src/";

/// What divides the two lists, on the page and in the crate's own documentation.
const DIVIDE: &str = "The armour";

pub(crate) fn are_lesson_or_armour(pages: &[Page], problems: &mut Problems) {
    let Some(page) = pages.iter().find(|page| page.name == PAGE) else {
        problems.add(Place(PAGE, 1), "the page is not there");
        return;
    };
    let lines = || (1..).zip(page.text.lines());
    let line_of = |what: &str| lines().find(|(_, line)| line.starts_with(what));
    let (Some((section, _)), Some((divide, _))) = (line_of(SECTION), line_of(DIVIDE)) else {
        problems.add(
            Place(PAGE, 1),
            format!("it has no `{SECTION}`, or no `{DIVIDE}`"),
        );
        return;
    };
    let end = lines().find(|(number, line)| *number > section && line.starts_with("## "));
    let end = end.map_or(usize::MAX, |(number, _)| number);
    let listed: Vec<_> = links(page)
        .into_iter()
        .filter(|link| (section..end).contains(&link.line))
        .filter_map(|link| Some((link.target.strip_prefix(DIR)?.to_owned(), link.line)))
        .collect();

    let dir = workspace().join("stage5-select/src");
    let docs = fs::read_to_string(dir.join("lib.rs")).unwrap();
    let (of_lesson, of_armour) = docs.split_once(DIVIDE).expect("lib.rs has both lists");
    for entry in fs::read_dir(dir).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let mut rows = listed.iter().filter(|(name, _)| *name == file);
        let Some((_, line)) = rows.next() else {
            let what = format!("{file} of stage5-select is in neither list");
            problems.add(Place(PAGE, section), what);
            continue;
        };
        if let Some((_, again)) = rows.next() {
            problems.add(Place(PAGE, *again), format!("{file} is there twice"));
        }
        // The crate says the same of its files: by their names, or as modules. (Of itself it says nothing.)
        let stem = file.trim_end_matches(".rs");
        let ways = [
            format!("`{stem}.rs`"),
            format!("[`{stem}`]"),
            format!("(mod@{stem})"),
            format!("[`mod@{stem}`]"),
        ];
        let docs = if *line < divide { of_lesson } else { of_armour };
        if stem != "lib" && !ways.iter().any(|way| docs.contains(way)) {
            let what = format!("{file} is in this list, and in lib.rs it is not");
            problems.add(Place(PAGE, *line), what);
        }
    }
}
