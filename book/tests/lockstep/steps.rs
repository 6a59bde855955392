//! The steps of the talk: each has a row with its chapter and its source file.

use crate::links::links;
use crate::lock::Shown;
use crate::page::{Page, Place, Problems};

const PAGE: &str = "from-the-talk.md";

pub(crate) fn have_rows(pages: &[Page], problems: &mut Problems) {
    let Some(page) = pages.iter().find(|page| page.name == PAGE) else {
        problems.add(Place(PAGE, 1), "the page is not there");
        return;
    };
    let links = links(page);
    for step in 1..=37 {
        let cell = format!("| T{step:02} |");
        let mut rows = page.text.lines().enumerate();
        // The first one: a second table says where the talk cuts a corner.
        let Some((index, _)) = rows.find(|(_, row)| row.starts_with(&cell)) else {
            problems.add(Place(PAGE, 1), format!("T{step:02} has no row"));
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
                Place(PAGE, line),
                format!("T{step:02} has no link to a chapter"),
            );
        }
        if !to(|target| target.starts_with("../../")) {
            problems.add(
                Place(PAGE, line),
                format!("T{step:02} has no link to a source file"),
            );
        }
    }
}

/// The rows, for the lock: which step is where is a judgement, and no test can make it.
pub(crate) fn shown(pages: &[Page]) -> Option<Shown<'_>> {
    let page = pages.iter().find(|page| page.name == PAGE)?;
    let numbered = (1..).zip(page.text.lines().map(str::to_owned));
    let lines: Vec<_> = numbered
        .filter(|(_, line)| line.starts_with("| T"))
        .collect();
    Some(Shown {
        page: &page.name,
        line: lines.first()?.0,
        file: format!("book/src/{PAGE}"),
        lines,
    })
}
