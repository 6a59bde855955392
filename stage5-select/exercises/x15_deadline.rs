//! x15: write a timeout of your own, out of `race` and `sleep`.
//!
//! `cargo test -p stage5-select --test x15_deadline` checks it. Hints: `x15_deadline.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::time::Duration;

use stage5_select::{Either, Exception, race, sleep};

/// Awaits `work`, but not longer than `limit`. If it takes longer, it is dropped, and the result is an `Err`.
/// If it is done in the very moment in which the time is over, its result counts.
async fn deadline(
    limit: Duration,
    work: impl Future<Output = Result<u32, Exception>> + 'static,
) -> Result<u32, Exception> {
    todo!("whichever is first")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::deadline;
    use stage5_select::{Exception, Promise, add_coro, run, sleep, time};

    const SECOND: Duration = Duration::from_secs(1);

    /// Moves the stopped clock on, and lets all tasks run whose time has come.
    async fn wait(duration: Duration) {
        time::advance(duration);
        for _ in 0..3 {
            let _ = sleep(Duration::ZERO).await;
        }
    }

    #[derive(Clone, Default)]
    struct Work {
        is_dropped: Rc<Cell<bool>>,
        went_on: Rc<Cell<bool>>,
    }

    impl Work {
        /// Takes so long, and gives 3.
        async fn takes(self, duration: Duration) -> Result<u32, Exception> {
            struct Guard(Rc<Cell<bool>>);
            impl Drop for Guard {
                fn drop(&mut self) {
                    self.0.set(true);
                }
            }
            let _guard = Guard(self.is_dropped);
            sleep(duration).await?;
            self.went_on.set(true);
            Ok(3)
        }
    }

    /// What a deadline of two seconds gives after two seconds, for work that takes so long; and what the
    /// work did until then, and in the time after that.
    fn after_two_seconds(takes: Duration) -> (Option<Result<u32, Exception>>, [bool; 2]) {
        let result = run(async move {
            time::pause();
            let work = Work::default();
            let result = add_coro(deadline(2 * SECOND, work.clone().takes(takes)));
            wait(Duration::ZERO).await;
            wait(SECOND).await;
            wait(SECOND).await;
            let (result, is_dropped) = (result.result(), work.is_dropped.get());
            wait(takes).await;
            Ok((result, [is_dropped, work.went_on.get()]))
        });
        result.expect("the loop goes on")
    }

    #[test]
    fn work_that_is_done_in_time_gives_its_result() {
        let (result, _) = after_two_seconds(SECOND);
        assert!(
            matches!(result, Some(Ok(3))),
            "The work took one second, the limit is two, and the result is {result:?}."
        );
    }

    #[test]
    fn work_that_takes_too_long_is_an_error_when_the_time_is_over() {
        let (result, _) = after_two_seconds(5 * SECOND);
        assert!(
            result.is_some(),
            "Two seconds are over, and `deadline` still waits for the work.\n\
             Do not wait for work that you give up: drop it. Its destructors run, so it releases\n\
             what it holds."
        );
        assert!(
            matches!(result, Some(Err(_))),
            "The work takes five seconds, the limit is two, and the result is {result:?}."
        );
    }

    #[test]
    fn work_that_takes_too_long_is_dropped() {
        let (_, [is_dropped, went_on]) = after_two_seconds(5 * SECOND);
        assert!(
            !went_on,
            "The time was over, and the work went on to its end.\n\
             To drop a future is to stop it. But a task belongs to the loop: to drop the promise of its\n\
             result does not stop it. Race the future itself."
        );
        assert!(
            is_dropped,
            "The time is over, and the work still holds what it has: drop the work."
        );
    }

    #[test]
    fn work_that_is_done_at_the_last_moment_counts() {
        let (result, _) = after_two_seconds(2 * SECOND);
        assert!(
            matches!(result, Some(Ok(3))),
            "The work was done when the time was over, and the result is {result:?}.\n\
             If both are ready, `race` gives the one on its left. The result of another task comes later."
        );
    }

    #[test]
    fn work_that_never_ends_is_an_error_too() {
        let result = run(async {
            time::pause();
            let result = add_coro(deadline(2 * SECOND, Promise::new().into_future()));
            wait(Duration::ZERO).await;
            wait(2 * SECOND).await;
            Ok(result.result())
        });
        let result = result.expect("the loop goes on");
        assert!(
            matches!(result, Some(Err(_))),
            "The work never ends. After two seconds the result is {result:?}.\n\
             Wait for the work and for the time at once. When the time is over, wait no longer."
        );
    }
}
