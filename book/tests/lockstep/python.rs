//! The Python in the boxes: sessions with `>>> `, checked by Python itself where there is one.

use std::fs;
use std::io::{self, Write};
use std::process::Command;

use crate::page::{Page, Problems};

pub(crate) fn print_what_pages_say(pages: &[Page], problems: &mut Problems) {
    let is_there = Command::new("python3").arg("--version").output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        let skipped = "SKIPPED: there is no python3, so the Python on the pages is not run";
        let mut stderr = io::stderr(); // which no test harness hides
        writeln!(stderr, "{skipped}").unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for page in pages {
        // The sessions of a page are one: what the first box defines, the second one uses.
        let mut session = String::new();
        let mut first = None;
        for block in page
            .blocks
            .iter()
            .filter(|block| block.language() == "python")
        {
            first.get_or_insert(block);
            // As many lines as on the page, so that doctest names the page's line.
            while session.lines().count() < block.line {
                session.push('\n');
            }
            session.push_str(&block.body.join("\n"));
            session.push_str("\n\n");
        }
        let Some(first) = first else { continue };
        let file = dir.path().join(page.name());
        fs::write(&file, session).unwrap();
        let output = Command::new("python3")
            .args(["-m", "doctest"])
            .arg(&file)
            .output()
            .unwrap();
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout);
            // `File "/tmp/page.md", line 90, in page.md`
            let line = text.split("\", line ").nth(1).and_then(|rest| {
                let (number, _) = rest.split_once(',')?;
                number.parse().ok()
            });
            problems.add(
                page.place(line.unwrap_or(first.line)),
                format!("the page's Python prints something else:\n{text}"),
            );
        }
    }
}
