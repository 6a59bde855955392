//! x05: await two promises, in whatever order they are settled.
//!
//! `cargo test -p stage3-promise --test x05_both` checks it. Hints: `x05_both.hint.md`.

#![allow(unused, reason = "until it is written")]

use stage3_promise::{Exception, Promise};

/// The values of both promises. Each may be settled before this is called, or while it waits.
async fn both(a: Promise<i32>, b: Promise<i32>) -> Result<(i32, i32), Exception> {
    todo!("await both")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use super::both;
    use stage3_promise::{Coroutine, CoroutineState, Exception, Promise};

    /// Runs `both` by hand. Settles the promises in `before` first, and each one in `later` when the
    /// coroutine waits for a promise that is pending.
    fn drive(before: &str, later: &str) -> Result<(i32, i32), Exception> {
        let (a, b) = (Promise::new(), Promise::new());
        let mut coro = Coroutine::new(both(a.clone(), b.clone()));
        let settle = |name| match name {
            'a' => a.set_success(1),
            _ => b.set_success(2),
        };
        for name in before.chars() {
            settle(name)?;
        }
        let mut later = later.chars();
        let mut state = coro.send(None)?;
        loop {
            let awaited = match state {
                CoroutineState::Complete(values) => return Ok(values),
                CoroutineState::Yielded(awaited) => awaited,
            };
            while awaited.outcome().is_none() {
                let Some(name) = later.next() else {
                    panic!(
                        "`a` and `b` are settled, and `both` waits for another promise:\n\
                         nobody will settle that one. Await `a` and `b` themselves."
                    );
                };
                settle(name)?;
            }
            state = coro.send(Some(()))?;
        }
    }

    fn check(before: &str, later: &str, when: &str, why: &str) {
        let result = drive(before, later);
        let why = match &result {
            Ok(_) => "`a` was settled with 1, and `b` with 2: give (1, 2).",
            Err(_) => why,
        };
        assert!(
            matches!(result, Ok((1, 2))),
            "{when}\n`both` ended with {result:?}.\n{why}"
        );
    }

    const WAIT: &str = "`.await` pauses until the promise is settled: leave the waiting to it.";
    const EARLY: &str = "A promise keeps its result: an `.await` finds it there, early or late.";

    #[test]
    fn a_is_settled_first() {
        check("", "ab", "`a` was settled, and then `b`.", WAIT);
    }

    #[test]
    fn b_is_settled_first() {
        check(
            "",
            "ba",
            "`b` was settled while `both` was waiting for `a`.",
            WAIT,
        );
    }

    #[test]
    fn both_are_settled_before_anybody_awaits_them() {
        check(
            "ab",
            "",
            "`a` and `b` were settled before they were awaited.",
            EARLY,
        );
    }

    #[test]
    fn one_is_settled_before_anybody_awaits_it() {
        check(
            "b",
            "a",
            "`b` was settled before it was awaited, `a` later.",
            EARLY,
        );
        check(
            "a",
            "b",
            "`a` was settled before it was awaited, `b` later.",
            EARLY,
        );
    }
}
