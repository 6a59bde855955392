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

/// The numbers in the order in which the tasks run: task 1 adds task 2 and awaits it, which adds task 3.
#[cfg(test)]
macro_rules! order {
    ($the_loop:path) => {{
        use $the_loop as the_loop;
        let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let note = {
            let order = order.clone();
            move |number: i32| order.borrow_mut().push(number)
        };
        the_loop::run(async move {
            let third = std::rc::Rc::new(std::cell::RefCell::new(None));
            let (theirs, in_second) = (third.clone(), note.clone());
            let second = the_loop::add_coro(async move {
                let in_third = in_second.clone();
                in_second(2);
                let promise = the_loop::add_coro(async move {
                    in_third(3);
                    Ok(())
                });
                *theirs.borrow_mut() = Some(promise);
                Ok(())
            });
            second.await?;
            note(1);
            let third = third.take().expect("task 2 has put it there");
            third.await
        })
        .unwrap();
        order.take()
    }};
}

#[test]
fn the_two_loops_may_run_the_same_tasks_in_different_orders() {
    assert_eq!(
        order!(stage4_scheduler::scan),
        [2, 1, 3],
        "the first in the list"
    );
    assert_eq!(
        order!(stage4_scheduler),
        [2, 3, 1],
        "the first in the queue"
    );
}
