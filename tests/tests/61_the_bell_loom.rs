//! No wake is lost by a loop that sleeps in `select`: not under any order in which the threads may run, and not if
//! the kernel refuses the byte that wakes it.
//!
//! How to go about it: as in `05_no_wake_is_lost_loom.rs`, and with more of what ships. Here the whole
//! loop is compiled once more: `run`, the scheduler and its queue, the reactor and its notifier. Two modules
//! alone are replaced. `sync` gives loom's mutex, atomics and thread-locals; `sys` gives a `select` that
//! waits in loom, and a pipe with room for one byte that may refuse the first ones. So the models run the lines
//! that you read: that the notifier's byte is taken out before its flag is cleared, that both come before the
//! queue is looked at, and that `run` asks the kernel when the queue was found empty, and not before.
//!
//! ```console
//! $ RUSTFLAGS="--cfg loom" cargo test --release -p tests --test 61_the_bell_loom --target-dir target/loom
//! ```
//!
//! A wake that is lost leaves the loop in `select` with nobody to write the byte: loom ends that run with
//! "deadlock". A loop that goes round for nothing ends with "exceeded maximum number of branches". Each
//! of these changes has been seen to make at least one of the models fail:
//!
//! - `check_socks` clears the notifier before it calls `select`, or never;
//! - `run` looks at the sockets once more between an empty queue and its sleep, which is to clear the
//!   notifier after the queue was looked at;
//! - the notifier clears its flag before it takes the byte out, or not at all;
//! - a refused byte is not tried again, or leaves the flag set;
//! - no byte is written at all.

#![cfg(loom)]
#![expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the files of two stages, for a few of their functions"
)]

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use loom::sync::atomic::AtomicUsize;
use loom::thread;

use exception::Exception;
use reactor::Reactor;
use report::outcome::Outcome;
use report::{deadlock, ended, panicked};
use run::run;
use scheduler::{Scheduler, add_coro};
use stage3_promise::{exception, settled};
use sync::Ordering::Relaxed;

#[path = "../../stage4-scheduler/src/bookkeeping/mod.rs"]
mod bookkeeping;
#[path = "../../stage4-scheduler/src/event_loop.rs"]
mod event_loop;
#[path = "../../stage5-select/src/interests.rs"]
mod interests;
#[path = "../../stage4-scheduler/src/promise.rs"]
mod promise;
#[path = "../../stage4-scheduler/src/queue.rs"]
mod queue;
#[path = "../../stage5-select/src/reactor.rs"]
mod reactor;
#[path = "../../stage4-scheduler/src/report/mod.rs"]
mod report;
#[path = "../../stage5-select/src/run.rs"]
mod run;
#[path = "../../stage4-scheduler/src/scheduler.rs"]
mod scheduler;
#[path = "../../stage4-scheduler/src/task.rs"]
mod task;
#[path = "../../stage4-scheduler/src/wait.rs"]
mod wait;
#[path = "../../stage4-scheduler/src/waiters/mod.rs"]
mod waiters;

#[path = "../../stage5-select/src/kernel"]
mod kernel {
    pub(crate) mod errors;
    pub(crate) mod fairness;
    pub(crate) mod fdset;
    pub(crate) mod notifier;
    pub(crate) mod sources;
    pub(crate) mod timers;

    pub(crate) use super::sys;
}

mod sync {
    pub(crate) use loom::sync::Mutex;
    pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};

    // Loom's own knows no `const` yet.
    macro_rules! local {
        ($vis:vis static $name:ident: $type:ty = const $init:block) => {
            loom::thread_local!($vis static $name: $type = $init);
        };
    }
    pub(crate) use local as thread_local;
}

mod sys {
    use std::cell::{Cell, RefCell};
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::{AsRawFd, RawFd};
    use std::sync::{Arc, Weak};
    use std::time::Duration;

    use loom::sync::{Condvar, Mutex};

    pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};

    pub(crate) type Word = usize;

    const READER: RawFd = 3;

    // Loom runs all threads of a model on one of the system's; so these are for all of them.
    thread_local! {
        static PIPE: RefCell<Weak<Pipe>> = RefCell::default();
        /// The error of the first write of a model.
        static REFUSAL: Cell<Option<i32>> = const { Cell::new(None) };
    }

    pub(crate) fn refuse_once(error: i32) {
        REFUSAL.set(Some(error));
    }

    /// A pipe with room for one byte: is it full?
    struct Pipe {
        full: Mutex<bool>,
        filled: Condvar,
    }

    pub(crate) struct PipeReader(Arc<Pipe>);

    pub(crate) struct PipeWriter(Arc<Pipe>);

    pub(crate) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
        let (full, filled) = (Mutex::new(false), Condvar::new());
        let pipe = Arc::new(Pipe { full, filled });
        PIPE.set(Arc::downgrade(&pipe));
        Ok((PipeReader(Arc::clone(&pipe)), PipeWriter(pipe)))
    }

    impl AsRawFd for PipeReader {
        fn as_raw_fd(&self) -> RawFd {
            READER
        }
    }

    impl Read for &PipeReader {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            let mut full = self.0.full.lock().unwrap();
            if std::mem::take(&mut *full) {
                return Ok(1);
            }
            Err(ErrorKind::WouldBlock.into())
        }
    }

    impl Write for &PipeWriter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert_eq!(bytes.len(), 1);
            let mut full = self.0.full.lock().unwrap();
            if let Some(error) = REFUSAL.take() {
                return Err(io::Error::from_raw_os_error(error));
            }
            assert!(!*full, "the flag lets no second byte in");
            *full = true;
            self.0.filled.notify_one();
            Ok(1)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    pub(crate) fn rest() {
        loom::thread::yield_now();
    }

    /// Nothing but the notifier is awaited in these models, and no deadline either.
    pub(crate) fn select(
        reads: &mut [Word],
        writes: &mut [Word],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        assert_eq!(reads[0], 1 << READER);
        assert!(writes.iter().all(|word| *word == 0));
        let pipe = PIPE.with_borrow(Weak::upgrade).unwrap();
        let mut full = pipe.full.lock().unwrap();
        while timeout.is_none() && !*full {
            full = pipe.filled.wait(full).unwrap();
        }
        reads[0] = usize::from(*full) << READER;
        Ok(usize::from(*full))
    }
}

/// Something that another thread writes, and that a task waits to see.
fn zero() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

/// The waker of the task that awaits this.
async fn my_waker() -> Waker {
    poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

/// Lets the other tasks run until they wait.
async fn give_way() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) {
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

/// Waits for it, and says nothing to anybody: who writes has to call the waker.
async fn see(data: Arc<AtomicUsize>, expected: usize) -> Result<(), Exception> {
    poll_fn(|_| {
        if data.load(Relaxed) == expected {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    })
    .await
}

/// All orders in which a thread is stopped in the middle three times at most. With three threads there are too many
/// others to try each.
fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn a_loop_that_goes_to_sleep_is_woken() {
    loom::model(|| {
        let woken = run(async {
            let (waker, data) = (my_waker().await, zero());
            let written = Arc::clone(&data);
            thread::spawn(move || {
                written.store(1, Relaxed);
                waker.wake();
            });
            see(data, 1).await
        });
        woken.unwrap();
    });
}

#[test]
fn a_loop_that_has_just_been_woken_is_woken_again() {
    loom::model(|| {
        let woken = run(async {
            let (waker, data) = (my_waker().await, zero());
            let written = Arc::clone(&data);
            thread::spawn(move || {
                for count in 1..=2 {
                    written.store(count, Relaxed);
                    waker.wake_by_ref();
                }
            });
            see(data, 2).await
        });
        woken.unwrap();
    });
}

#[test]
fn two_threads_wake_the_same_task() {
    bounded(|| {
        let woken = run(async {
            let (waker, data) = (my_waker().await, [zero(), zero()]);
            for written in data.clone() {
                let waker = waker.clone();
                thread::spawn(move || {
                    written.store(1, Relaxed);
                    waker.wake();
                });
            }
            drop(waker);
            for data in data {
                see(data, 1).await?;
            }
            Ok(())
        });
        woken.unwrap();
    });
}

/// The one that comes second writes no byte, if the first one's has not been taken out since.
#[test]
fn two_threads_wake_a_task_each() {
    bounded(|| {
        let woken = run(async {
            let tasks = [zero(), zero()].map(|data| {
                add_coro(async {
                    let (waker, written) = (my_waker().await, Arc::clone(&data));
                    thread::spawn(move || {
                        written.store(1, Relaxed);
                        waker.wake();
                    });
                    see(data, 1).await
                })
            });
            for task in tasks {
                task.await?;
            }
            Ok(())
        });
        woken.unwrap();
    });
}

/// The thread tries again until its byte is taken.
#[test]
fn a_byte_that_finds_no_memory_wakes_the_loop_all_the_same() {
    for error in [libc::ENOMEM, libc::ENOBUFS, libc::EAGAIN] {
        loom::model(move || {
            sys::refuse_once(error);
            let woken = run(async {
                let (waker, data) = (my_waker().await, zero());
                let written = Arc::clone(&data);
                thread::spawn(move || {
                    written.store(1, Relaxed);
                    waker.wake();
                });
                see(data, 1).await
            });
            woken.unwrap();
        });
    }
}

/// The thread gives up. The next wake, of another task, is heard, and tells of both.
#[test]
fn a_byte_that_is_refused_is_not_the_last_one() {
    loom::model(|| {
        sys::refuse_once(libc::EPERM);
        let woken = run(async {
            let (first, second) = (zero(), zero());
            let tasks = [&first, &second].map(|data| {
                let data = Arc::clone(data);
                let given = Rc::new(std::cell::RefCell::new(None));
                let give = Rc::clone(&given);
                let task = add_coro(async move {
                    give.replace(Some(my_waker().await));
                    see(data, 1).await
                });
                (task, given)
            });
            give_way().await;
            let [(one, one_waker), (two, two_waker)] = tasks;
            let wakers = (one_waker.take().unwrap(), two_waker.take().unwrap());
            thread::spawn(move || {
                first.store(1, Relaxed);
                wakers.0.wake();
                second.store(1, Relaxed);
                wakers.1.wake();
            });
            one.await?;
            two.await
        });
        woken.unwrap();
    });
}

/// Somebody else may wake the loop as well, and then the byte may be there when the queue tells the notifier.
#[test]
fn a_loop_that_was_woken_already_is_woken_all_the_same() {
    loom::model(|| {
        let (reactor, data) = (Reactor::new().unwrap(), zero());
        let waker = reactor.waker();
        thread::spawn(move || waker.wake());
        turn(&reactor, |_| (), data);
    });
}

/// The loop looks at the sockets while tasks are still to run, and clears the notifier with that.
#[test]
fn a_look_at_the_sockets_in_between_takes_no_wake_away() {
    loom::model(|| {
        let (reactor, data) = (Reactor::new().unwrap(), zero());
        let look = |reactor: &Reactor| reactor.check_socks(Some(Duration::ZERO)).unwrap();
        turn(&reactor, look, data);
    });
}

/// `run`, with something to do after each step, and a task that waits for a thread, and wakes itself.
fn turn(reactor: &Reactor, after_each: impl Fn(&Reactor), data: Arc<AtomicUsize>) {
    reactor.enter(|| turn_inside(reactor, after_each, data));
}

fn turn_inside(reactor: &Reactor, after_each: impl Fn(&Reactor), data: Arc<AtomicUsize>) {
    let scheduler = Scheduler::with_unpark(reactor.waker());
    let yields = Rc::new(Cell::new(1));
    let done = scheduler.add_coro(async move {
        let (waker, written) = (my_waker().await, Arc::clone(&data));
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake();
        });
        poll_fn(|cx| {
            if yields.get() > 0 {
                yields.set(yields.get() - 1);
                cx.waker().wake_by_ref();
            }
            Poll::Ready(())
        })
        .await;
        see(data, 1).await
    });
    while !done.is_settled() {
        if scheduler.step().is_some() {
            after_each(reactor);
            continue;
        }
        assert!(scheduler.deadlock().is_none(), "the thread has a waker");
        reactor.check_socks(None).unwrap();
    }
}

#[test]
fn a_wake_after_the_end_is_for_nobody() {
    loom::model(|| {
        let woken = run(async {
            let (waker, data) = (my_waker().await, zero());
            let written = Arc::clone(&data);
            thread::spawn(move || {
                written.store(1, Relaxed);
                waker.wake_by_ref();
                waker.wake_by_ref();
                waker.wake();
            });
            see(data, 1).await
        });
        woken.unwrap();
    });
}
