//! Wakes from other threads, at any moment: none is lost, and none has the loop go round for nothing.
//!
//! How to go about it: a thread wakes a task and waits until the task has answered, so that each wake
//! counts; if one is lost, the test does not end. And count the calls of `select`: each call that
//! returns must have been rung for, or be one of those looks that the loop takes while it is busy.
//! (That no order of events loses a wake, whatever the scheduler of the system does, is shown with a
//! model checker: `tests/tests/61_the_bell_loom.rs`.)

mod watchdog;

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use stage5_select::{Deadlock, Exception, Reactor, add_coro, gather, reactor, timeout};
use watchdog::run;

/// What a thread and a task share: how often the one has asked, and the other has answered.
#[derive(Default)]
struct Counts {
    asked: AtomicU64,
    answered: AtomicU64,
}

/// A task that answers until it was asked `total` times. `polls` counts its turns.
async fn answer(counts: Arc<Counts>, total: u64, polls: Rc<Cell<u64>>) -> Result<(), Exception> {
    poll_fn(|_| {
        polls.set(polls.get() + 1);
        let asked = counts.asked.load(Ordering::Acquire);
        counts.answered.store(asked, Ordering::Release);
        if asked == total {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    Ok(())
}

/// The waker of the task that awaits this.
async fn my_waker() -> Waker {
    poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

/// `threads` threads wake a task each, `total` times; `wait` says what they do between two wakes. Beside them
/// are `idle` tasks that nobody wakes, although another thread could.
fn wakes(threads: u64, total: u64, wait: fn(&Counts), idle: u64) {
    run(async move {
        let idle_polls = Rc::new(Cell::new(0));
        let kept = Arc::new(Mutex::new(Vec::new()));
        for _ in 0..idle {
            let (polls, kept) = (Rc::clone(&idle_polls), Arc::clone(&kept));
            drop(add_coro(poll_fn(move |cx| {
                polls.set(polls.get() + 1);
                kept.lock().unwrap().push(cx.waker().clone());
                Poll::<Result<(), Exception>>::Pending
            })));
        }
        add_coro(async { Ok(()) }).await?; // all of them have run once by then
        let polls = Rc::new(Cell::new(0));
        let before = reactor::selects();
        let tasks = (0..threads).map(|_| {
            let polls = Rc::clone(&polls);
            async move {
                let (waker, counts) = (my_waker().await, Arc::new(Counts::default()));
                let shared = Arc::clone(&counts);
                let asker = thread::spawn(move || {
                    for _ in 0..total {
                        shared.asked.fetch_add(1, Ordering::AcqRel);
                        waker.wake_by_ref();
                        wait(&shared);
                    }
                });
                answer(counts, total, polls).await?;
                asker.join().expect("it only counts");
                Ok(())
            }
        });
        let all: Result<Vec<()>, Exception> = gather(tasks).await.into_iter().collect();
        all?;
        let (selects, wakes) = (reactor::selects() - before, threads * total);
        let looks_while_busy = (polls.get() + 2 * threads) / 64 + 1;
        assert!(
            selects <= wakes + looks_while_busy,
            "{selects} calls of select for {wakes} wakes: it spins"
        );
        assert!(polls.get() <= wakes + threads, "a turn without a wake");
        assert_eq!(idle_polls.get(), idle, "an idle task was polled again");
        Ok(())
    })
    .unwrap();
}

fn until_answered(counts: &Counts) {
    let asked = counts.asked.load(Ordering::Acquire);
    while counts.answered.load(Ordering::Acquire) < asked {
        thread::yield_now();
    }
}

/// Each answer is a switch between two threads, which takes its time on a busy machine. With the variable `FULL`
/// set there are ten times as many: `FULL=1 cargo test -p stage5-select`.
fn total(wakes: u64) -> u64 {
    let full = std::env::var_os("FULL").is_some();
    if full { 10 * wakes } else { wakes }
}

#[test]
fn each_wake_is_answered_before_the_next() {
    wakes(1, total(5_000), until_answered, 0);
}

/// Half of them come while the loop goes to sleep, or wakes up, for the sake of another.
#[test]
fn four_threads_at_once_are_all_answered() {
    wakes(4, total(1_000), until_answered, 0);
}

#[test]
fn a_million_wakes_that_do_not_wait_are_not_lost_either() {
    wakes(4, 250_000, |_| {}, 0);
}

#[test]
fn wakes_that_come_in_bursts_are_not_lost_either() {
    let in_bursts = |counts: &Counts| {
        if counts.asked.load(Ordering::Acquire).is_multiple_of(16) {
            until_answered(counts);
        }
    };
    wakes(2, total(10_000), in_bursts, 0);
}

#[test]
fn a_wake_beside_a_hundred_thousand_idle_tasks_polls_none_of_them() {
    wakes(1, total(100), until_answered, 100_000);
}

/// Shows the deadline, too: a loop that sleeps until then is woken all the same.
#[test]
fn a_wake_ends_a_sleep_with_a_deadline() {
    run(async {
        let (counts, waker) = (Arc::new(Counts::default()), my_waker().await);
        let shared = Arc::clone(&counts);
        let asker = thread::spawn(move || {
            shared.asked.store(1, Ordering::Release);
            waker.wake();
        });
        let answered = answer(counts, 1, Rc::default());
        timeout(Duration::from_secs(3600), answered).await?;
        asker.join().unwrap();
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_waker_that_another_thread_has_let_go_of_is_no_hope() {
    let error = run(async {
        let waker = my_waker().await;
        thread::spawn(move || drop(waker)).join().unwrap();
        poll_fn(|_| Poll::<()>::Pending).await;
        Ok(())
    });
    assert!(error.unwrap_err().is::<Deadlock>());
}

#[test]
fn a_wake_after_the_end_of_the_loop_is_harmless() {
    let waker = run(async { Ok(my_waker().await) }).unwrap();
    thread::spawn(move || (0..1000).for_each(|_| waker.wake_by_ref()))
        .join()
        .unwrap();

    let waker = Reactor::new().unwrap().waker();
    (0..1000).for_each(|_| waker.wake_by_ref());
}

/// The wake comes from the loop's own thread: nobody sleeps, so nobody is rung for.
#[test]
fn a_wake_from_the_loops_own_thread_does_not_ring() {
    run(async {
        let before = reactor::selects();
        for _ in 0..50 {
            add_coro(async { Ok(()) }).await?;
        }
        // But for the looks that a busy loop takes.
        assert!(reactor::selects() - before <= 3);
        Ok(())
    })
    .unwrap();
}
