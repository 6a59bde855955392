//! Links: from page to page, and from a page to a source file. (There are none in HTML: a page has no HTML
//! that could hold one.)

use std::collections::HashMap;

use mdbook_markdown::pulldown_cmark::{Event, LinkType, Tag, TagEnd};
use support::root;

use crate::page::{Page, Problems, events, exists, from_root};

/// A link, and its line.
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
    /// Whether its target stands beside it, where a build can lead it to the copy of a source file.
    is_inline: bool,
}

/// All links of a page, pictures included.
pub(crate) fn links(page: &Page) -> Vec<Link> {
    let link = |(event, line, _)| match event {
        Event::Start(
            Tag::Link {
                dest_url,
                link_type,
                ..
            }
            | Tag::Image {
                dest_url,
                link_type,
                ..
            },
        ) => Some(Link {
            line,
            target: dest_url.to_string(),
            is_inline: link_type == LinkType::Inline,
        }),
        _ => None,
    };
    events(&page.text).filter_map(link).collect()
}

pub(crate) fn lead_somewhere(pages: &[Page], problems: &mut Problems) {
    let headings: HashMap<&str, Vec<String>> = pages
        .iter()
        .map(|page| (page.path.as_str(), headings(&page.text)))
        .collect();
    calls_pages_by_their_titles(pages, problems);
    for page in pages {
        for link in links(page) {
            let (file, anchor) = match link.target.split_once('#') {
                Some((file, anchor)) => (file, Some(anchor)),
                None => (link.target.as_str(), None),
            };
            let path = match file {
                "" => page.path.clone(),
                file => from_root(&page.path, file),
            };
            let leads = if link.target.is_empty() || !link.is_inline {
                false
            } else if file.starts_with("https://") {
                true // not from here: the tests need no network
            } else if let Some(headings) = headings.get(path.as_str()) {
                anchor.is_none_or(|anchor| headings.iter().any(|heading| heading == anchor))
            } else {
                // Outside the book, a reader looks at directories, too. The book has copies of files.
                let is_there =
                    exists(&path) || !page.path.starts_with("book/") && root().join(path).is_dir();
                is_there && anchor.is_none()
            };
            if !leads {
                let what = format!(
                    "the link to {:?} leads nowhere (it is written [text](target))",
                    link.target
                );
                problems.add(page.place(link.line), what);
            }
        }
    }
}

/// The sidebar calls each page what the page calls itself.
fn calls_pages_by_their_titles(pages: &[Page], problems: &mut Problems) {
    let (summary, pages): (Vec<&Page>, Vec<&Page>) =
        pages.iter().partition(|page| page.name() == "SUMMARY.md");
    for page in pages.iter().filter(|page| page.path.starts_with("book/")) {
        let title = page
            .text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "));
        let entry = format!("[{}]({})", title.unwrap_or_default(), page.name());
        if !summary.iter().any(|summary| summary.text.contains(&entry)) {
            let what = format!("SUMMARY.md has no {entry}, which is its first line");
            problems.add(page.place(1), what);
        }
    }
}

/// The anchors of a page's headings, as mdBook makes them.
fn headings(text: &str) -> Vec<String> {
    let mut headings = Vec::new();
    let mut open: Option<String> = None;
    for (event, _, _) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(open.take()),
            Event::Text(text) | Event::Code(text) => {
                let anchor = text.chars().filter_map(|c| match c {
                    c if c.is_alphanumeric() || c == '_' || c == '-' => {
                        Some(c.to_ascii_lowercase())
                    }
                    c if c.is_whitespace() => Some('-'),
                    _ => None,
                });
                if let Some(heading) = &mut open {
                    heading.extend(anchor);
                }
            }
            _ => {}
        }
    }
    headings
}
