//! x12: write the smallest runtime: `block_on`, out of the standard library alone.
//!
//! `cargo test -p stage4-scheduler --test x12_block_on` checks it. Hints: `x12_block_on.hint.md`.

#![allow(unused, clippy::needless_pass_by_value, reason = "until it is written")]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Runs `future` on this thread until it is ready, and gives its value. The thread sleeps while the future
/// waits. It polls again when the waker was called, which any thread may do, at any time.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    todo!("pin it, make a waker, then poll and sleep in turn")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::task::{Poll, Waker};
    use std::thread;
    use std::time::Duration;

    use super::block_on;

    /// Far longer than any of this takes, on the slowest machine.
    const LIMIT: Duration = Duration::from_secs(10);

    /// What `run` gives. If it sleeps for ever, says `why`.
    fn watched<T: Send + 'static>(why: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(run()));
        match result.recv_timeout(LIMIT) {
            Ok(value) => value,
            Err(RecvTimeoutError::Timeout) => panic!("{why}"),
            Err(RecvTimeoutError::Disconnected) => panic!("`block_on` panicked, see above"),
        }
    }

    #[test]
    fn a_future_that_is_ready_needs_no_sleep() {
        let why = "The future is ready at its first poll, and `block_on` sleeps: poll it first.";
        assert_eq!(watched(why, || block_on(async { 3 })), 3);
    }

    #[test]
    fn it_sleeps_until_it_is_woken() {
        let does_nothing = watched("The future is ready, and `block_on` sleeps.", || {
            block_on(poll_fn(|context| {
                Poll::Ready(context.waker().will_wake(Waker::noop()))
            }))
        });
        // A wake that comes before the sleep.
        let why = if does_nothing {
            "You sleep, and `Waker::noop()` is a waker that does nothing: nobody can end your sleep.\n\
             Make a waker that does: implement `Wake`, and call `unpark` in it."
        } else {
            "The waker was called during the poll, so before you slept. That wake was lost, and\n\
             nobody wakes you again. Keep it in a flag, or use `park`: an `unpark` that comes\n\
             first makes the next `park` return at once."
        };
        watched(why, || {
            let mut woken = false;
            block_on(poll_fn(|context| {
                if woken {
                    return Poll::Ready(());
                }
                woken = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }));
        });
        // Wakes from another thread, which come before the sleep or after it.
        let why = "Another thread called the waker, and you sleep on.";
        let polled_for_nothing = watched(why, || {
            let woken = Arc::new(AtomicBool::new(true));
            let (ask, asked) = mpsc::channel::<Waker>();
            let flag = Arc::clone(&woken);
            thread::spawn(move || {
                for waker in asked {
                    flag.store(true, Ordering::SeqCst);
                    waker.wake();
                }
            });
            let (mut rounds, mut polled_for_nothing) = (0, 0);
            block_on(poll_fn(|context| {
                if !woken.swap(false, Ordering::SeqCst) {
                    polled_for_nothing += 1;
                    return Poll::Pending;
                }
                rounds += 1;
                if rounds > 30 {
                    return Poll::Ready(());
                }
                let _ = ask.send(context.waker().clone());
                Poll::Pending
            }));
            polled_for_nothing
        });
        // The documentation of `park` allows that it returns for no reason, now and then.
        assert!(
            polled_for_nothing <= 10,
            "The future was polled over and over although nobody had called its waker.\n\
             That works, and burns a whole processor: sleep in `park` until the waker is called."
        );
    }
}
