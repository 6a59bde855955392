//! One suite, every loop. The loop that looks at its tasks and the loop that is told by them promise the
//! same behaviour, so they pass the same tests, to the letter of every message. And so does the loop that
//! the kernel tells as well: where nobody awaits a socket, it is no different.
//!
//! How to go about it: the tests are in `both_loops/suite.rs` and know the loop as `super::the_loop`
//! alone. This file puts that suite below one module for each loop, with another loop in place each time.

#![cfg(not(loom))]

#[path = "both_loops"]
mod looks {
    mod the_loop {
        pub(super) use stage4_scheduler::scan::{Promise, add_coro, run};
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, LoopEnded, Panicked};
    }

    #[path = "suite.rs"]
    mod suite;
}

#[path = "both_loops"]
mod is_told {
    mod the_loop {
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, LoopEnded, Panicked};
        pub(super) use stage4_scheduler::{Promise, add_coro, run};
    }

    #[expect(clippy::duplicate_mod, reason = "that is the point of it")]
    #[path = "suite.rs"]
    mod suite;
}

#[cfg(unix)]
#[path = "both_loops"]
mod is_told_by_the_kernel_too {
    mod the_loop {
        pub(super) use stage5_select::deadlock::Awaits;
        pub(super) use stage5_select::{Deadlock, Exception, LoopEnded, Panicked};
        pub(super) use stage5_select::{Promise, add_coro, run};
    }

    #[expect(clippy::duplicate_mod, reason = "that is the point of it")]
    #[path = "suite.rs"]
    mod suite;
}

/// What a panic says.
#[cfg(test)]
fn panic_of<T>(job: impl FnOnce() -> T) -> String {
    let job = std::panic::AssertUnwindSafe(job);
    let Err(payload) = std::panic::catch_unwind(job) else {
        panic!("it did not panic");
    };
    payload
        .downcast_ref::<&str>()
        .map_or_else(String::new, ToString::to_string)
}

#[test]
fn a_loop_of_one_kind_inside_a_loop_of_the_other_is_refused() {
    use stage4_scheduler::{run, scan};

    let refused = "a loop inside a loop (the one that runs already can take the coroutine: give it to \
         `add_coro`, and await the promise)";
    let text = run(async { Ok(panic_of(|| scan::run(async { Ok(()) }))) });
    assert_eq!(text.unwrap(), refused);
    let text = scan::run(async { Ok(panic_of(|| run(async { Ok(()) }))) });
    assert_eq!(text.unwrap(), refused);
    // Each is free again afterwards.
    assert_eq!(
        run(async { Ok(1) }).unwrap() + scan::run(async { Ok(2) }).unwrap(),
        3
    );
}
