//! What is typed on a page: prose, and nothing that could drift from the code.
//!
//! A page can show code in many ways: between fences of two kinds, indented, in a list, in HTML. mdBook's
//! own parser finds them all. Each has to be of a kind that some test here checks.

use mdbook_markdown::pulldown_cmark::{Event, Tag};

use crate::listings;
use crate::page::{Block, Page, Place, Problems, events};

/// All the HTML that a page may have: boxes, without a place for code or a link.
const TAGS: [&str; 6] = [
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<aside class=\"python\">",
    "</aside>",
];

/// All the programs that a page may run.
const PROGRAMS: [&str; 3] = ["cargo", "diff", "nc"];

pub(crate) fn nothing_is(pages: &[Page], problems: &mut Problems) {
    for page in pages {
        for block in &page.blocks {
            if let Err(what) = is_checked(block) {
                problems.add(block.place(), what);
            }
        }
        includes_are_what_mdbook_includes(page, problems);
        prose_has_no_code(page, problems);
    }
    for include in listings::all(pages) {
        let page = pages.iter().find(|page| page.name == include.page);
        let mut blocks = page.into_iter().flat_map(|page| &page.blocks);
        let is_in = |block: &Block| block.line <= include.line && include.line <= block.end();
        let dir = include.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        if !blocks.any(is_in) && !["book/src/pictures", "book/src/measured"].contains(&dir) {
            let what = format!("{} is code, and stands outside of a block", include.path);
            problems.add(include.place(), what);
        }
        // What is measured is a page of its own, in part: it, too, has prose and tables only.
        let part = include.text().unwrap_or_default();
        let is_page = include.path.rsplit('.').next() == Some("md");
        if is_page {
            let name = include.path.trim_start_matches("book/src/");
            part_is_prose(&Page::of(name, part), problems);
        }
    }
}

fn part_is_prose(part: &Page, problems: &mut Problems) {
    for block in &part.blocks {
        problems.add(block.place(), "a part of a page has no code block");
    }
    prose_has_no_code(part, problems);
}

/// Which test checks a block, or what is wrong with it.
fn is_checked(block: &Block) -> Result<(), String> {
    if let Some(fault) = block.fault {
        return Err(format!("a code block {fault}"));
    }
    let mut commands = block.body.iter().filter_map(|line| line.strip_prefix("$ "));
    if !commands.all(is_plain_command) {
        let programs = PROGRAMS.join(", ");
        return Err(format!(
            "a command is one of {programs}, with plain words behind it"
        ));
    }
    let has_others = block.attribute("session").or(block.attribute("break"));
    if has_others.is_none() && block.body.iter().any(|line| line.contains("[..]")) {
        return Err(
            "only a session or a break prints what is another each time: `[..]`".to_owned(),
        );
    }
    let include = match &*block.body {
        [line] => listings::target(line).map(|target| target.rsplit('.').next()),
        _ => None,
    };
    let is_plain = block.attributes().next().is_none();
    let (is_right, rule) = match block.language() {
        "rust" => (
            is_plain && include == Some(Some("rs")),
            "Rust on a page is one include of a whole file, and nothing else",
        ),
        "diff" => (
            is_plain
                && (include == Some(Some("patch"))
                    || block.is_transcript() && block.body[0].starts_with("$ diff -u ")),
            "a diff is the include of a patch, or begins with `$ diff -u `",
        ),
        "console" => (
            block.is_transcript() && block.attributes().all(is_known),
            "a console block begins with `$ `, and is `console`, with `break=`, `session=` or `fails`",
        ),
        "python" => (
            is_plain && is_python_session(&block.body),
            "Python begins with `>>> `, and so it does behind an empty line: nothing else is run",
        ),
        "sh" => (is_plain, "what is typed into a shell is `sh` alone"),
        _ => (
            false,
            "nothing checks a block of this kind: rust, diff, console, python and sh are checked",
        ),
    };
    if is_right {
        Ok(())
    } else {
        Err(rule.to_owned())
    }
}

/// The reader types it into any shell: so it has nothing that a shell would take for its own.
fn is_plain_command(command: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_./:=".contains(c);
    let program = command.split(' ').next().unwrap_or_default();
    PROGRAMS.contains(&program) && command.chars().all(is_plain)
}

fn is_known(attribute: &str) -> bool {
    attribute == "fails" || attribute.starts_with("break=") || attribute.starts_with("session=")
}

/// To Python's `doctest`, what does not follow a `>>> ` is prose.
fn is_python_session(body: &[String]) -> bool {
    let mut parts = body.split(String::is_empty).filter(|part| !part.is_empty());
    parts.clone().next().is_some() && parts.all(|part| part[0].starts_with(">>> "))
}

/// mdBook puts a file anywhere in a line, and knows other ways than this one.
fn includes_are_what_mdbook_includes(page: &Page, problems: &mut Problems) {
    for (index, line) in page.text.lines().enumerate() {
        if line.contains("{{") && listings::target(line).is_none() {
            let what = "an include has a line of its own, and is `{{#include …}}`";
            problems.add(Place(&page.name, index + 1), what);
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
        problems.add(Place(&page.name, line), what);
    }
}

fn is_made_of_tags(html: &str) -> bool {
    let without = |html: String, tag: &&str| html.replace(tag, "");
    let rest = TAGS.iter().fold(html.to_owned(), without);
    !rest.contains(['<', '>'])
}

/// The ways to type Rust past a test that looks for fences of Rust.
#[test]
fn typed_rust_is_found_however_it_is_written() {
    for typed in [
        "```rust\nlet x = 1;\n```",
        "```rust,ignore\nlet x = 1;\n```",
        "```rust ignore\nlet x = 1;\n```",
        "``` rust\nlet x = 1;\n```",
        "```Rust\nlet x = 1;\n```",
        "```rust,ignore\n{{#include ../../stage1-addition/src/run.rs}}\n```",
        "````rust\nlet x = 1;\n````",
        "~~~rust\nlet x = 1;\n~~~",
        "```\nlet x = 1;\n```",
        "```text\nlet x = 1;\n```",
        "```rust\nlet x = 1;",
        "```rust",
        " ```rust\nlet x = 1;\n```",
        "Look:\n\n    let x = 1;\n",
        "\tlet x = 1;",
        "- a list\n\n  ```rust\n  let x = 1;\n  ```",
        "- ```rust\n  let x = 1;\n  ```",
        "> ```rust\n> let x = 1;\n> ```",
        "1. a list\n\n       let x = 1;",
        "```diff\n+let x = 1;\n```",
        "```console\nlet x = 1;\n```",
        "```console,ignore\n$ true\n```",
        "```console\n$ true\n```",
        "```console\n$ cargo run; cat\n```",
        "```console\n$ cargo run\n1\n$ cargo run | cat\n```",
        "```diff\n$ diff -u a $(cat b)\n```",
        "```console\n$ cargo run\nport [..]\n```",
        "```python\nlet x = 1;\n```",
        "```python\n>>> 1\n1\n\nlet x = 1;\n```",
        "<pre><code>let x = 1;</code></pre>",
        "<pre>\nlet x = 1;\n</pre>",
        "So <code>let x = 1;</code>.",
        "<script>let x = 1;</script>",
        "<figure><pre>let x = 1;</pre></figure>",
        "<figure onclick=\"let x = 1\">",
        "- a list\n  <pre>let x = 1;</pre>",
        "So `let x = 1;` is it.",
        "![code](pictures/addition.svg)",
        "So `impl A for B {}` is it.",
        "{{#playground ../../stage1-addition/src/run.rs}}",
        "{{ #include ../../stage1-addition/src/run.rs }}",
        "{{#include ../../stage1-addition/src/run.rs}}",
    ] {
        // Line 3, behind some prose.
        let page = Page::of("typed.md", format!("# Typed\n\n{typed}\n"));
        let mut problems = Problems::default();
        nothing_is(&[page], &mut problems);
        assert!(!problems.texts().is_empty(), "not found: {typed}");
        for problem in problems.texts() {
            assert!(problem.starts_with("book/src/typed.md:"), "{problem}");
        }
    }
    for typed in ["<pre>let x = 1;</pre>", "`let x = 1;`", "    let x = 1;"] {
        let mut problems = Problems::default();
        part_is_prose(
            &Page::of("measured/part.md", typed.to_owned()),
            &mut problems,
        );
        assert!(!problems.texts().is_empty(), "not found: {typed}");
    }
}

#[test]
fn what_pages_are_made_of_is_no_problem() {
    let page = "# Page

```rust
{{#include ../../stage1-addition/src/run.rs}}
```

```diff
{{#include ../breaks/no-arm.patch}}
```

```console,break=no-arm,fails
$ cargo run
Listening on port [..]
```

```sh
true
```

<aside class=\"python\">

```python
>>> 1
1

>>> 2
2

```

</aside>

<figure>

{{#include pictures/addition.svg}}

<figcaption>A picture.</figcaption>
</figure>
";
    let mut problems = Problems::default();
    nothing_is(&[Page::of("page.md", page.to_owned())], &mut problems);
    assert_eq!(problems.texts(), &[] as &[String]);
}
