//! The pages and the code, in lockstep: what a page shows is what is there. Pages are those of the book,
//! `README.md`, `CONTRIBUTING.md`, and the comment at the head of each example.
//!
//! Each test goes through all pages, and names the page and the line of whatever does not hold. After a
//! change to the code, read those places, mend the prose around them, and then have the rest rewritten:
//!
//! ```text
//! UPDATE=1 cargo test -p book --test lockstep
//! ```
//!
//! This writes the output below every command, and `book/shown.lock`.

mod breaks;
mod commands;
mod links;
mod listings;
mod lock;
mod page;
mod pictures;
#[path = "../program/mod.rs"]
mod program;
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
fn every_listing_is_a_whole_file_that_some_crate_compiles() {
    Problems::check(|problems| listings::are_whole_and_compiled(&Page::book(), problems));
}

#[test]
fn every_listing_and_picture_is_as_it_was_when_the_prose_was_read() {
    Problems::check(|problems| lock::as_locked(&Page::book(), problems));
}

#[test]
fn every_command_prints_what_the_page_says() {
    Problems::check(|problems| transcripts::print_what_pages_say(&Page::all(), problems));
}

#[test]
fn every_example_shows_its_command_and_what_it_prints() {
    Problems::check(|problems| transcripts::examples_show_theirs(&Page::examples(), problems));
}

#[test]
fn every_command_that_is_not_run_names_what_is_there() {
    Problems::check(|problems| shell::names_what_is_there(&Page::all(), problems));
}

#[test]
fn every_python_session_prints_what_the_page_says() {
    Problems::check(|problems| python::print_what_pages_say(&Page::book(), problems));
}

#[test]
fn every_break_is_shown_and_every_patch_is_used() {
    Problems::check(|problems| breaks::shown_and_used(&Page::book(), problems));
}

#[test]
fn every_link_leads_somewhere() {
    Problems::check(|problems| links::lead_somewhere(&Page::prose(), problems));
}

#[test]
fn every_step_of_the_talk_has_its_row() {
    Problems::check(|problems| steps::have_rows(&Page::book(), problems));
}

#[test]
fn every_picture_has_a_title_and_the_colours_of_the_theme() {
    Problems::check(|problems| pictures::are_legible(&Page::book(), problems));
}
