//! Shows that a chain of tasks, each of which waits for the next, is as deep as memory goes.
//!
//! To follow: let each task add the next one and await it. None of them polls the one below: the loop
//! does, each in its turn, and so nothing of it is on the stack. The threads of these tests have 2 MiB
//! of that.

mod watchdog;

use std::sync::Arc;

use stage4_scheduler::{Deadlock, Exception, Promise, add_coro};
use watchdog::run;

const DEEP: u64 = if cfg!(miri) { 1_000 } else { 1_000_000 };
/// Still far deeper than a stack of 2 MiB: 20 bytes for each would be all there is.
const LESS: u64 = if cfg!(miri) { 500 } else { 100_000 };

/// Counts down, one task to a number, and counts up again on the way back. The last one awaits `end`.
async fn chain(depth: u64, end: Promise<u64>, held: Arc<()>) -> Result<u64, Exception> {
    let result = match depth {
        0 => end.await?,
        _ => add_coro(chain(depth - 1, end, Arc::clone(&held))).await? + 1,
    };
    drop(held); // each task holds one of these as long as it lives
    Ok(result)
}

#[test]
fn a_chain_of_a_million_tasks_returns() {
    let end = Promise::new();
    end.set_success(0).unwrap();
    assert_eq!(run(chain(DEEP, end, Arc::default())).unwrap(), DEEP);
}

#[test]
fn an_exception_comes_up_through_all_of_them() {
    let end = Promise::new();
    end.set_exception(Exception::msg("the bottom")).unwrap();
    let error = run(chain(LESS, end, Arc::default())).unwrap_err();
    assert_eq!(error.to_string(), "the bottom");
}

#[test]
fn a_chain_that_is_abandoned_half_way_is_dropped_one_by_one() {
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    let alive = run(async move {
        let end = Promise::new();
        drop(add_coro(chain(DEEP, end.clone(), Arc::clone(&theirs))));
        // The number of turns it takes to build half of it, since each turn adds one task.
        for _ in 0..DEEP / 2 {
            pause().await;
        }
        Ok(Arc::strong_count(&theirs) as u64)
    });
    assert!(alive.unwrap() > DEEP / 2, "it was half built");
    assert_eq!(Arc::strong_count(&held), 1, "and all of it is gone");
}

#[test]
fn a_chain_that_waits_for_ever_is_reported_and_dropped() {
    let held = Arc::new(());
    let error = run(chain(LESS, Promise::new(), Arc::clone(&held))).unwrap_err();
    let deadlock: &Deadlock = error.downcast_ref().unwrap();
    assert_eq!(deadlock.tasks.len() as u64, LESS + 1);
    assert!(deadlock.cycles().is_empty());
    assert_eq!(Arc::strong_count(&held), 1);
}

async fn pause() {
    let mut again = false;
    std::future::poll_fn(move |cx| {
        if std::mem::replace(&mut again, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
