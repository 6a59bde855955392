//! The rules of the workspace: what depends on what, where `unsafe` may stand, what is copied from stage
//! to stage and how much of it may change, and how a file opens.
//!
//! How to go about it: a rule that is only written down is broken by the third person who edits, and
//! nobody notices. Each of these tests lists every place that breaks its rule, with file and line, and
//! says what to do there. No rule is about a file that git does not know: that is a learner's.

#![cfg(not(loom))]

mod rules {
    mod budgets;
    mod circles;
    mod copies;
    mod dependencies;
    mod text;
}

use std::fmt::Display;

/// What breaks a rule: where, and what to do.
#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn at(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    #[track_caller]
    fn assert_none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}
