//! What is typed on a page: prose, and nothing that could drift from the code.
//!
//! A page can show code in many ways: between fences of two kinds, indented, in a list, in HTML. mdBook's
//! own parser finds them all. Each has to be of a kind that some test here checks.

use mdbook_markdown::pulldown_cmark::{Event, Tag};

use crate::listings;
use crate::page::{Block, Page, Problems, events, extension};

/// All the HTML that a page may have: boxes, without a place for code or a link.
const TAGS: [&str; 6] = [
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<aside class=\"python\">",
    "</aside>",
];

/// What a wildcard may stand after, to be a number that differs each time.
const BEFORE_A_NUMBER: [&str; 4] = ["port ", "127.0.0.1:", "OK, ", "Not Found, "];

pub(crate) fn nothing_is(pages: &[Page], problems: &mut Problems) {
    for page in pages {
        for block in &page.blocks {
            if let Err(what) = is_checked(block) {
                problems.add(block.place(), what);
            }
        }
        if page.path.starts_with("book/") {
            includes_are_in_their_place(page, problems);
            prose_has_no_code(page, problems);
        }
    }
    // What is measured is a part of a page: it has prose and tables only.
    for include in listings::all(pages).filter(|include| extension(&include.path) == "md") {
        let part = Page::of(&include.path, include.text().unwrap_or_default());
        prose_has_no_code(&part, problems);
        for block in &part.blocks {
            problems.add(block.place(), "a part of a page has no code block");
        }
    }
}

/// Whether some test checks the block; if none does, why.
fn is_checked(block: &Block) -> Result<(), String> {
    if let Some(fault) = block.fault {
        return Err(format!("a code block {fault}"));
    }
    for line in &block.body {
        let (before, _) = line.rsplit_once("[..]").unwrap_or_default();
        let mut stand_after = before.split("[..]").filter(|_| line.contains("[..]"));
        let is_number = |text: &str| BEFORE_A_NUMBER.iter().any(|before| text.ends_with(before));
        if !stand_after.all(is_number) || line == "..." && block.page != "README.md" {
            return Err(format!(
                "a wildcard is `[..]` after one of {BEFORE_A_NUMBER:?}, or a line `...` in README.md"
            ));
        }
    }
    let mut commands = block.body.iter().filter(|line| line.starts_with("$ "));
    let is_plain_text = |c: char| c.is_ascii_alphanumeric() || "$ -_./:=".contains(c);
    if !commands.all(|line| line.chars().all(is_plain_text)) {
        return Err(
            "a command is plain words, with nothing that a shell would take for its own".to_owned(),
        );
    }
    let include = match &*block.body {
        [line] => listings::target(line).map(extension),
        _ => None,
    };
    let is_plain = block.attributes().next().is_none();
    let (is_right, rule) = match block.language() {
        "rust" => (
            is_plain && include == Some("rs"),
            "Rust on a page is one include of a whole file, and nothing else",
        ),
        "diff" => (
            is_plain
                && (include == Some("patch")
                    || block.is_transcript() && block.body[0].starts_with("$ diff -u ")),
            "a diff is the include of a patch, or begins with `$ diff -u `",
        ),
        "console" => (
            block.is_transcript() && block.attributes().all(is_known),
            "a console block begins with `$ `, and is `console`, with `break=`, `session=` or `fails`",
        ),
        "python" => (
            is_plain && is_python_session(&block.body),
            "a Python block, and each part of it after an empty line, begins with `>>> `",
        ),
        "sh" => (is_plain, "what is typed into a shell is `sh` alone"),
        _ => (
            false,
            "nothing checks a block of this kind: rust, diff, console, python and sh are checked",
        ),
    };
    is_right.then_some(()).ok_or(rule.to_owned())
}

fn is_known(attribute: &str) -> bool {
    attribute == "fails" || attribute.starts_with("break=") || attribute.starts_with("session=")
}

/// To Python's `doctest`, what does not follow a `>>> ` is prose.
fn is_python_session(body: &[String]) -> bool {
    let mut parts = body.split(String::is_empty).filter(|part| !part.is_empty());
    parts.clone().next().is_some() && parts.all(|part| part[0].starts_with(">>> "))
}

/// mdBook includes a file anywhere in a line, and in more ways than this one. A whole file of code stands in
/// a block; items become a block.
fn includes_are_in_their_place(page: &Page, problems: &mut Problems) {
    for (line, text) in (1..)
        .zip(page.text.lines())
        .filter(|(_, text)| text.contains("{{"))
    {
        let is_in = |block: &Block| (block.line..=block.end()).contains(&line);
        let is_right = match listings::target(text) {
            None => text.starts_with("{{#items "),
            Some(target) => {
                let is_part = target.starts_with("pictures/") || target.starts_with("measured/");
                is_part || page.blocks.iter().any(is_in)
            }
        };
        if !is_right {
            let what = "an include has a line of its own, and is `{{#items …}}`, or `{{#include …}}` in a block";
            problems.add(page.place(line), what);
        }
    }
}

/// Prose may name things, `Pin` or `async move`; and HTML makes boxes.
fn prose_has_no_code(page: &Page, problems: &mut Problems) {
    for (event, line, _) in events(&page.text) {
        let what = match event {
            Event::Code(code) if code.contains([';', '{']) => {
                format!("a statement in the prose is a listing, to be included: {code}")
            }
            Event::Html(html) | Event::InlineHtml(html) if !is_made_of_tags(&html) => {
                let tags = TAGS.join(" ");
                format!("HTML on a page is only {tags}, not {}", html.trim())
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                format!("a picture is included, as it has the theme's colours then: {dest_url}")
            }
            _ => continue,
        };
        problems.add(page.place(line), what);
    }
}

fn is_made_of_tags(html: &str) -> bool {
    let without = |html: String, tag: &&str| html.replace(tag, "");
    let rest = TAGS.iter().fold(html.to_owned(), without);
    !rest.contains(['<', '>'])
}

/// One of each way to type code past a test that looks for fences of Rust.
#[test]
fn typed_code_is_found_however_it_is_written() {
    for typed in [
        "```rust\nlet x = 1;\n```",
        "```rust ignore\nlet x = 1;\n```",
        "```rust,ignore\n{{#include ../../stage1-addition/src/run.rs}}\n```",
        "~~~~Rust\nlet x = 1;\n~~~~",
        "```\nlet x = 1;\n```",
        "```text\nlet x = 1;\n```",
        "```rust\nlet x = 1;",
        " ```rust\nlet x = 1;\n```",
        "\tlet x = 1;",
        "- a list\n\n  ```rust\n  let x = 1;\n  ```",
        "> ```rust\n> let x = 1;\n> ```",
        "```diff\n+let x = 1;\n```",
        "```console\nlet x = 1;\n```",
        "```console,ignore\n$ cargo run\n```",
        "```console\n$ cargo run\n1\n$ cargo run | cat\n```",
        "```console\n$ cargo run\n[..]\n```",
        "```console\n$ cargo run\n...\n```",
        "```python\n>>> 1\n1\n\nlet x = 1;\n```",
        "<pre>\nlet x = 1;\n</pre>",
        "So <code>let x = 1;</code>.",
        "<figure onclick=\"let x = 1\">",
        "So `let x = 1;` is it.",
        "![code](pictures/addition.svg)",
        "{{#playground ../../stage1-addition/src/run.rs}}",
        "{{#include ../../stage1-addition/src/run.rs}}",
    ] {
        // Line 3, after some prose.
        let page = Page::of("book/src/typed.md", format!("# Typed\n\n{typed}\n"));
        let mut problems = Problems::default();
        nothing_is(&[page], &mut problems);
        assert!(!problems.texts().is_empty(), "not found: {typed}");
        for problem in problems.texts() {
            assert!(problem.starts_with("book/src/typed.md:"), "{problem}");
        }
    }
}
