//! No wake is lost by a loop that sleeps in `select`: not under any order in which the threads may run.
//!
//! How to go about it: as in `05_no_wake_is_lost_loom.rs`, and with more of what ships. Here the whole
//! loop is compiled once more: `run`, the scheduler and its queue, the reactor and its bell. Two files
//! alone are replaced. `sync` gives loom's mutex, atomics and thread-locals; `sys` gives a `select` that
//! waits in loom, and a pipe that has room for one byte. So the models run the lines that you read:
//! that the queue rings for its first entry and no other, that the reactor silences the bell before the
//! queue is looked at, and that `run` asks the kernel when the queue was found empty, and not before.
//!
//! ```console
//! $ RUSTFLAGS="--cfg loom" cargo test --release -p tests --test 61_the_bell_loom --target-dir target/loom
//! ```
//!
//! A wake that is lost leaves the loop in `select` with nobody to ring: loom ends that run with
//! "deadlock". A loop that goes round for nothing ends with "exceeded maximum number of branches". Each
//! of these changes has been seen to make at least one of the models fail:
//!
//! - `check_socks` silences the bell before it calls `select`, or never;
//! - `run` looks at the sockets once more between an empty queue and its sleep, which is to silence the
//!   bell after the queue was looked at;
//! - the queue rings before its entry is in the list, or for the second entry and not for the first;
//! - the bell is not rung at all.
//!
//! To ring for every entry is harmless, which the models say as well.

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
use run::run;
use scheduler::{Scheduler, add_coro};
use stage3_promise::{exception, settled};
use sync::Ordering::Relaxed;

#[path = "../../stage5-select/src/bell.rs"]
mod bell;
#[path = "../../stage5-select/src/clock.rs"]
mod clock;
#[path = "../../stage4-scheduler/src/current.rs"]
mod current;
#[path = "../../stage4-scheduler/src/deadlock.rs"]
mod deadlock;
#[path = "../../stage5-select/src/fdset.rs"]
mod fdset;
#[path = "../../stage5-select/src/interest.rs"]
mod interest;
#[path = "../../stage4-scheduler/src/job.rs"]
mod job;
#[path = "../../stage4-scheduler/src/panicked.rs"]
mod panicked;
#[path = "../../stage4-scheduler/src/promise.rs"]
mod promise;
#[path = "../../stage4-scheduler/src/queue.rs"]
mod queue;
#[path = "../../stage5-select/src/reactor.rs"]
mod reactor;
#[path = "../../stage5-select/src/run.rs"]
mod run;
#[path = "../../stage4-scheduler/src/scheduler.rs"]
mod scheduler;
#[path = "../../stage5-select/src/side.rs"]
mod side;
#[path = "../../stage4-scheduler/src/slab.rs"]
mod slab;
#[path = "../../stage4-scheduler/src/tasks.rs"]
mod tasks;
#[path = "../../stage5-select/src/timers.rs"]
mod timers;
#[path = "../../stage4-scheduler/src/waiters.rs"]
mod waiters;

mod sync {
    pub(crate) use loom::sync::Mutex;
    pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};

    // Loom's own knows no `const` yet.
    macro_rules! local {
        (static $name:ident: $type:ty = const $init:block) => {
            loom::thread_local!(static $name: $type = $init);
        };
    }
    pub(crate) use local as thread_local;
}

mod sys {
    use std::cell::RefCell;
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::{AsRawFd, RawFd};
    use std::sync::{Arc, Weak};
    use std::time::Duration;

    use loom::sync::{Condvar, Mutex};

    const BELL: RawFd = 3;

    // Loom runs all threads of a model on one of the system's; so this is for all of them.
    thread_local!(static PIPE: RefCell<Weak<Pipe>> = RefCell::default());

    /// A pipe with room for one byte: is it full?
    struct Pipe {
        full: Mutex<bool>,
        filled: Condvar,
    }

    /// Either end.
    pub(crate) struct UnixStream(Arc<Pipe>);

    impl UnixStream {
        pub(crate) fn pair() -> io::Result<(Self, Self)> {
            let (full, filled) = (Mutex::new(false), Condvar::new());
            let pipe = Arc::new(Pipe { full, filled });
            PIPE.set(Arc::downgrade(&pipe));
            Ok((UnixStream(Arc::clone(&pipe)), UnixStream(pipe)))
        }

        pub(crate) fn set_nonblocking(&self, _: bool) -> io::Result<()> {
            Ok(())
        }
    }

    impl AsRawFd for UnixStream {
        fn as_raw_fd(&self) -> RawFd {
            BELL
        }
    }

    impl Read for &UnixStream {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            let mut full = self.0.full.lock().unwrap();
            if std::mem::take(&mut *full) {
                return Ok(1);
            }
            Err(ErrorKind::WouldBlock.into())
        }
    }

    impl Write for &UnixStream {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert_eq!(bytes.len(), 1);
            let mut full = self.0.full.lock().unwrap();
            if *full {
                return Err(ErrorKind::WouldBlock.into());
            }
            *full = true;
            self.0.filled.notify_one();
            Ok(1)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Nothing but the bell is awaited in these models, and no deadline either.
    pub(crate) fn select(
        reads: &mut [usize],
        writes: &mut [usize],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        assert_eq!(reads[0], 1 << BELL);
        assert!(writes.iter().all(|word| *word == 0));
        let pipe = PIPE.with_borrow(Weak::upgrade).unwrap();
        let mut full = pipe.full.lock().unwrap();
        while timeout.is_none() && !*full {
            full = pipe.filled.wait(full).unwrap();
        }
        reads[0] = usize::from(*full) << BELL;
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
    loom::model(|| {
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

/// The one that comes second does not ring, if the queue has not been looked at since.
#[test]
fn two_threads_wake_a_task_each() {
    loom::model(|| {
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

/// Somebody else may ring as well, and then the bell may be full when the queue rings it.
#[test]
fn a_bell_that_was_rung_already_wakes_the_loop_all_the_same() {
    loom::model(|| {
        let (reactor, data) = (Reactor::new().unwrap(), zero());
        let unpark = reactor.unpark();
        thread::spawn(move || unpark.wake());
        turn(&reactor, |_| (), data);
    });
}

/// The loop looks at the sockets while tasks are still to run, and silences the bell with that.
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
    let _here = reactor.enter();
    let scheduler = Scheduler::with_unpark(reactor.unpark());
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
fn a_wake_after_the_end_rings_for_nobody() {
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
