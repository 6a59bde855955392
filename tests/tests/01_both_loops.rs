//! One suite, two loops. The loop that looks at its tasks and the loop that is told by them promise the
//! same behaviour, so they pass the same tests, to the letter of every message.
//!
//! How to go about it: the tests are in `both_loops/suite.rs` and know the loop as `super::the_loop`
//! alone. This file puts that suite below one module for each loop, with another loop in place each time.

#[path = "both_loops"]
mod looks {
    mod the_loop {
        pub(super) use stage4_scheduler::scan::{Promise, add_coro, run};
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, Panicked};
    }

    #[path = "suite.rs"]
    mod suite;
}

#[path = "both_loops"]
mod is_told {
    mod the_loop {
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, Panicked};
        pub(super) use stage4_scheduler::{Promise, add_coro, run};
    }

    #[expect(clippy::duplicate_mod, reason = "that is the point of it")]
    #[path = "suite.rs"]
    mod suite;
}
