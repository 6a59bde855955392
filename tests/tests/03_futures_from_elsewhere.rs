//! A future that nobody here wrote runs on the loops of stages 4 and 5: combinators from `futures-util`,
//! channels from `async-channel` and `tokio`, within one thread and across threads.
//!
//! How to go about it: nothing has to be done. Such a future knows one thing of whoever runs it, the
//! waker in the context that it is polled with; it keeps a clone and calls that, from wherever it may
//! be. So these tests ask whether our wakers are what everybody takes a waker to be. The cases are in
//! `from_elsewhere/cases.rs`, and are run on each loop that hands out wakers.

#![cfg(not(loom))]

#[path = "from_elsewhere"]
mod stage4 {
    mod the_loop {
        pub(super) use stage4_scheduler::{Deadlock, Exception, Promise, add_coro, run};
    }

    #[path = "cases.rs"]
    mod cases;
}

#[cfg(unix)]
#[path = "from_elsewhere"]
mod stage5 {
    mod the_loop {
        pub(super) use stage5_select::{Deadlock, Exception, Promise, add_coro, run};
    }

    #[expect(clippy::duplicate_mod, reason = "that is the point of it")]
    #[path = "cases.rs"]
    mod cases;
}
