//! Pictures: SVG that stands in the page itself, and so takes the colours of the theme.

use std::fs;

use support::root;

use crate::listings::{self, Include};
use crate::page::{Page, Problems, extension};

/// All pictures that pages show.
pub(crate) fn all(pages: &[Page]) -> impl Iterator<Item = Include<'_>> {
    listings::all(pages).filter(|include| include.path.starts_with("book/src/pictures/"))
}

/// What a picture is drawn with: no link, no script, and no HTML in which code could be typed.
const DRAWN: [&str; 8] = [
    "svg", "title", "desc", "g", "path", "rect", "circle", "text",
];

fn tags(svg: &str) -> impl Iterator<Item = &str> {
    let inside = svg
        .split('<')
        .skip(1)
        .map(|tag| tag.trim_start_matches('/'));
    inside.map(|tag| tag.split([' ', '>']).next().unwrap_or_default())
}

/// What no picture has, be it drawn or measured: what runs or leads elsewhere, or is lost on a dark theme.
fn fault(svg: &str) -> Option<&'static str> {
    let svg = svg.to_ascii_lowercase();
    let faults = ["<script", "href", "\"black\"", "'black'", "\"#000"];
    let is_handler = |word: &str| word.starts_with("on") && word.contains('=');
    let found = faults.into_iter().find(|fault| svg.contains(fault));
    found.or(svg.split_whitespace().any(is_handler).then_some("on...="))
}

pub(crate) fn are_legible(pages: &[Page], problems: &mut Problems) {
    for include in all(pages) {
        let Ok(svg) = include.text() else { continue };
        let mut must = |holds: bool, what: &str| {
            if !holds {
                problems.add(include.place(), format!("{} {what}", include.path));
            }
        };
        must(
            svg.starts_with("<svg ") && svg.contains("viewBox="),
            "is an <svg> with a viewBox",
        );
        must(svg.contains("role=\"img\""), "says role=\"img\"");
        must(
            svg.contains("<title id=") && svg.contains("aria-labelledby="),
            "has a title",
        );
        must(
            svg.contains("<desc id="),
            "is described, for those who do not see it",
        );
        must(
            !svg.contains('#') || !svg.contains("=\"#"),
            "has colours of its own: use currentColor",
        );
        must(
            tags(&svg).all(|tag| DRAWN.contains(&tag)),
            "has more than lines, shapes and words",
        );
        must(
            svg.lines().all(|line| !line.trim().is_empty()),
            "has an empty line, where Markdown would end it",
        );
    }
    let is_picture = |include: &Include<'_>| extension(&include.path) == "svg";
    for include in listings::all(pages).filter(is_picture) {
        if let Some(fault) = include.text().ok().as_deref().and_then(fault) {
            problems.add(include.place(), format!("{} has {fault}", include.path));
        }
    }
    let dir = root().join("book/src/pictures");
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("book/src/pictures/{name}");
        if !all(pages).any(|include| include.path == path) {
            problems.add(path, "no page shows it");
        }
    }
}

#[test]
fn a_picture_that_does_more_than_it_shows_is_found() {
    assert_eq!(
        fault("<svg fill=\"currentColor\"><text>on</text></svg>"),
        None
    );
    for svg in [
        "<svg><script>1</script></svg>",
        "<svg onload=\"x()\">",
        "<svg\nonclick='x()'>",
        "<svg><a xlink:href=\"x\"/></svg>",
        "<svg fill=\"black\">",
    ] {
        assert!(fault(svg).is_some(), "{svg}");
    }
}
