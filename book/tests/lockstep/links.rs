//! Links: from page to page, and from a page to a source file.

use std::collections::HashMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::listings::{existing, from_root};
use crate::page::{Page, Place, Problems};

/// A link, and its line.
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
}

/// All links of a page, pictures included.
pub(crate) fn links(page: &Page) -> Vec<Link> {
    let parser = Parser::new_ext(&page.text, Options::ENABLE_TABLES);
    let target = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    };
    parser
        .into_offset_iter()
        .filter_map(|(event, range)| {
            Some(Link {
                target: target(event)?.to_string(),
                line: page.text[..range.start].lines().count().max(1),
            })
        })
        .collect()
}

pub(crate) fn lead_somewhere(pages: &[Page], problems: &mut Problems) {
    let headings: HashMap<&str, Vec<String>> = pages
        .iter()
        .map(|page| (page.name.as_str(), headings(&page.text)))
        .collect();
    let summary = pages
        .iter()
        .find(|page| page.name == "SUMMARY.md")
        .expect("it is there");
    let listed: Vec<_> = links(summary).into_iter().map(|link| link.target).collect();
    for page in pages {
        if page.name != "SUMMARY.md" && !listed.contains(&page.name) {
            problems.add(Place(&page.name, 1), "SUMMARY.md does not list it");
        }
        for link in links(page) {
            let (file, anchor) = match link.target.split_once('#') {
                Some((file, anchor)) => (file, Some(anchor)),
                None => (link.target.as_str(), None),
            };
            let file = if file.is_empty() {
                page.name.as_str()
            } else {
                file
            };
            let leads = if file.starts_with("https://") {
                true // not from here: the tests need no network
            } else if file.starts_with("../../") {
                existing(&from_root(file)).is_some() && anchor.is_none()
            } else {
                headings.get(file).is_some_and(|headings| {
                    anchor.is_none_or(|anchor| headings.iter().any(|heading| heading == anchor))
                })
            };
            if !leads {
                let what = format!("the link to {} leads nowhere", link.target);
                problems.add(Place(&page.name, link.line), what);
            }
        }
    }
}

/// The anchors of a page's headings, as mdBook makes them.
fn headings(text: &str) -> Vec<String> {
    let mut headings = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
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
