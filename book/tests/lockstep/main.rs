//! The pages and the code, in lockstep: what a page shows is what is there.
//!
//! Each test goes through all pages, and names the page and the line of whatever does not hold. After a
//! change to the code, read those places, mend the prose around them, and then have the rest rewritten:
//!
//! ```text
//! UPDATE=1 cargo test -p book --test lockstep
//! ```
//!
//! This rewrites the output below every command, and `book/shown.lock`, which holds hashes of each listing
//! and picture as it was when somebody last read the prose beside it.

mod breaks;
mod commands;
mod files;
mod links;
mod listings;
mod lock;
mod page;
mod pictures;
mod python;
mod session;
mod shell;
mod steps;
mod transcripts;
mod typed;

use page::{Page, Problems};

#[test]
fn nothing_is_typed_that_no_test_checks() {
    Problems::check(|problems| typed::nothing_is(&Page::all(), problems));
}

#[test]
fn every_include_resolves_and_is_not_empty() {
    Problems::check(|problems| listings::includes_resolve(&Page::all(), problems));
}

#[test]
fn every_listing_is_reached_by_a_test_or_an_example() {
    Problems::check(|problems| listings::listings_are_tested(&Page::all(), problems));
}

#[test]
fn every_listing_and_picture_is_as_it_was_when_the_prose_was_read() {
    Problems::check(|problems| lock::as_locked(&Page::all(), problems));
}

#[test]
fn every_command_prints_what_the_page_says() {
    Problems::check(|problems| transcripts::print_what_pages_say(&Page::all(), problems));
}

#[test]
fn every_command_that_is_not_run_names_what_is_there() {
    Problems::check(|problems| shell::names_what_is_there(&Page::all(), problems));
}

#[test]
fn every_python_session_prints_what_the_page_says() {
    Problems::check(|problems| python::print_what_pages_say(&Page::all(), problems));
}

#[test]
fn every_break_is_shown_and_every_patch_is_used() {
    Problems::check(|problems| breaks::shown_and_used(&Page::all(), problems));
}

#[test]
fn every_link_leads_somewhere() {
    Problems::check(|problems| links::lead_somewhere(&Page::all(), problems));
}

#[test]
fn every_step_of_the_talk_has_its_row() {
    Problems::check(|problems| steps::have_rows(&Page::all(), problems));
}

#[test]
fn every_file_of_the_last_stage_is_lesson_or_armour() {
    Problems::check(|problems| files::are_lesson_or_armour(&Page::all(), problems));
}

#[test]
fn every_picture_has_a_title_and_the_colours_of_the_theme() {
    Problems::check(|problems| pictures::are_legible(&Page::all(), problems));
}

/// How much of what the book shows. `cargo test -p book --test lockstep counts -- --nocapture`
#[test]
fn counts() {
    let pages = Page::all();
    let blocks = || pages.iter().flat_map(|page| &page.blocks);
    let transcripts = || blocks().filter(|block| block.is_transcript());
    let diffs = transcripts().filter(|block| block.body[0].starts_with("$ diff"));
    println!("pages: {}", pages.len());
    let is_rust = |include: &listings::Include<'_>| {
        let extension = std::path::Path::new(&include.path).extension();
        extension.is_some_and(|extension| extension == "rs")
    };
    println!(
        "listings: {}",
        listings::all(&pages).filter(is_rust).count()
    );
    println!("transcripts: {}", transcripts().count());
    println!("of these, diffs: {}", diffs.count());
    println!("patches: {}", breaks::patches().len());
    println!("pictures: {}", pictures::all(&pages).count());
    assert!(!pages.is_empty());
}
