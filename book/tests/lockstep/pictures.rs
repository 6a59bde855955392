//! Pictures: SVG that stands in the page itself, and so takes the colours of the theme.

use std::fs;

use support::root;

use crate::listings;
use crate::page::{Page, Problems};

const DIR: &str = "book/src/pictures";

/// What a picture is drawn with: no link, no script, and no HTML in which code could be typed.
const DRAWN: [&str; 8] = [
    "svg", "title", "desc", "g", "path", "rect", "circle", "text",
];

pub(crate) fn are_legible(pages: &[Page], problems: &mut Problems) {
    let shown: Vec<_> = listings::all(pages)
        .filter(|include| include.path.starts_with(DIR))
        .collect();
    for include in &shown {
        for fault in faults(&include.text().unwrap_or_default()) {
            problems.add(include.place(), format!("{} {fault}", include.path));
        }
    }
    for entry in fs::read_dir(root().join(DIR)).into_iter().flatten() {
        let path = format!("{DIR}/{}", entry.unwrap().file_name().display());
        if !shown.iter().any(|include| include.path == path) {
            problems.add(path, "no page shows it");
        }
    }
}

fn faults(svg: &str) -> Vec<&'static str> {
    let tags = svg.split('<').skip(1).map(|tag| {
        let name = tag.trim_start_matches('/');
        name.split([' ', '\n', '>']).next().unwrap_or_default()
    });
    let is_handler = |word: &str| word.starts_with("on") && word.contains('=');
    let has_a_colour = ["=\"#", "\"black\"", "\"white\""].map(|colour| svg.contains(colour));
    let rules = [
        (
            svg.starts_with("<svg ") && svg.contains("viewBox="),
            "is no <svg> with a viewBox",
        ),
        (svg.contains("role=\"img\""), "does not say role=\"img\""),
        (
            svg.contains("<title id=") && svg.contains("aria-labelledby="),
            "has no title",
        ),
        (
            svg.contains("<desc id="),
            "has no description, for those who do not see it",
        ),
        (
            !has_a_colour.contains(&true),
            "has colours of its own, which are lost on some themes: use currentColor",
        ),
        (
            tags.into_iter().all(|tag| DRAWN.contains(&tag)),
            "has more than lines, shapes and words",
        ),
        (
            !svg.contains("href") && !svg.split_whitespace().any(is_handler),
            "leads elsewhere, or runs something",
        ),
        (
            svg.lines().all(|line| !line.trim().is_empty()),
            "has an empty line, where Markdown would end it",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, what)| what).collect()
}

#[test]
fn a_picture_that_does_more_than_it_shows_is_found() {
    let svg = "<svg viewBox=\"0 0 1 1\" role=\"img\" aria-labelledby=\"t\"><title id=\"t\">A</title><desc id=\"d\">B</desc><text>on</text></svg>";
    assert_eq!(faults(svg), [""; 0]);
    for more in [
        "<script>1</script>",
        "<g onload=\"x()\"/>",
        "<g\nonclick='x()'/>",
        "<path href=\"x\"/>",
        "<rect fill=\"black\"/>",
    ] {
        let svg = svg.replace("<text>", &format!("{more}<text>"));
        assert_eq!(faults(&svg).len(), 1, "{svg}");
    }
}
