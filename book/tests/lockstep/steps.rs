//! The steps of the talk: each has a row with its chapter and its source file.

use crate::links::links;
use crate::page::{Page, Problems};

const PAGE: &str = "book/src/from-the-talk.md";

pub(crate) fn have_rows(pages: &[Page], problems: &mut Problems) {
    let Some(page) = pages.iter().find(|page| page.path == PAGE) else {
        problems.add(PAGE, "the page is not there");
        return;
    };
    let links = links(page);
    for step in 1..=37 {
        let cell = format!("| T{step:02} |");
        let mut rows = page.text.lines().enumerate();
        // The first one: a second table says where the talk cuts a corner.
        let Some((index, _)) = rows.find(|(_, row)| row.starts_with(&cell)) else {
            problems.add(PAGE, format!("T{step:02} has no row"));
            continue;
        };
        let line = index + 1;
        let to = |is: fn(&str) -> bool| {
            links
                .iter()
                .any(|link| link.line == line && is(&link.target))
        };
        if !to(|target| !target.starts_with("../") && target.contains(".md")) {
            problems.add(
                page.place(line),
                format!("T{step:02} has no link to a chapter"),
            );
        }
        if !to(|target| target.starts_with("../../")) {
            problems.add(
                page.place(line),
                format!("T{step:02} has no link to a source file"),
            );
        }
    }
}
