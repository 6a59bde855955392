//! A task that never stops yielding starves nobody: not a socket, not a deadline, not a wake from
//! another thread.
//!
//! How to go about it: let one task wake itself over and over, and count its turns until the other one
//! is heard. Turns, and not time: the bound holds on a slow machine, too.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use stage5_select::{Exception, add_coro, readability, run, sleep, time};

/// So many steps may pass until the loop looks around; then those that it finds have their turns.
const SOON: u64 = 64 + 4;

/// Lets the others have a turn.
async fn yield_once() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// Yields for ever, and counts.
fn busy() -> Rc<Cell<u64>> {
    let turns = Rc::new(Cell::new(0));
    let count = Rc::clone(&turns);
    drop(add_coro::<()>(async move {
        loop {
            count.set(count.get() + 1);
            yield_once().await;
        }
    }));
    turns
}

/// How many turns the busy task has from when `cause` is done until `waiting` is.
async fn turns_until(
    waiting: impl Future<Output = Result<(), Exception>> + 'static,
    cause: impl FnOnce(),
) -> Result<u64, Exception> {
    let turns = busy();
    let heard = add_coro(waiting);
    for _ in 0..1000 {
        yield_once().await;
    }
    assert!(!heard.is_settled());
    cause();
    let before = turns.get();
    heard.await?;
    Ok(turns.get() - before)
}

#[test]
fn a_socket_is_heard_beside_a_busy_task() {
    let (here, mut there) = UnixStream::pair().unwrap();
    let waiting = async move { readability(&here).await };
    let turns = run(turns_until(waiting, move || there.write_all(b"!").unwrap()));
    let turns = turns.unwrap();
    assert!(turns <= SOON, "after {turns} turns");
}

#[test]
fn a_deadline_is_kept_beside_a_busy_task() {
    let turns = run(async {
        time::pause();
        let second = Duration::from_secs(1);
        turns_until(async move { sleep(second).await }, || time::advance(second)).await
    });
    let turns = turns.unwrap();
    assert!(turns <= SOON, "after {turns} turns");
}

#[test]
fn a_wake_from_another_thread_is_heard_beside_a_busy_task() {
    let waker = Rc::new(RefCell::new(None));
    let left = Rc::clone(&waker);
    // Its first turn leaves the waker; the second one comes when that is called.
    let waiting = poll_fn(move |cx| match left.replace(Some(cx.waker().clone())) {
        None => Poll::Pending,
        Some(_) => Poll::Ready(Ok(())),
    });
    let turns = run(turns_until(waiting, move || {
        let waker = waker.borrow().clone().unwrap();
        thread::spawn(move || Waker::wake(waker)).join().unwrap();
    }));
    let turns = turns.unwrap();
    assert!(turns <= 2 * SOON, "after {turns} turns");
}

#[test]
fn a_loop_whose_last_task_is_busy_still_ends() {
    run(async {
        let _turns = busy();
        sleep(Duration::from_millis(1)).await
    })
    .unwrap();
}
