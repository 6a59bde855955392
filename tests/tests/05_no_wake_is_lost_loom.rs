//! No wake is lost, and no task is queued twice: not under any order in which the threads may run, and
//! not under any order in which one may see what another has written.
//!
//! How to go about it: a model checker, `loom`, runs each of these models once for every such order. It
//! brings its own mutex, atomics and thread-locals, and `queue.rs` takes its own from `crate::sync`. So
//! the file that ships can be checked, and not a copy of it: it is compiled here once more, with this
//! file's `sync` in place of the stage's.
//!
//! ```console
//! $ RUSTFLAGS="--cfg loom" cargo test --release -p tests --test 05_no_wake_is_lost_loom --target-dir target/loom
//! ```
//!
//! What does a lost wake look like? The loop parks, and nobody is left to unpark it: loom ends that run
//! with "deadlock". What does a write look like that the loop does not see? The same: the tasks here
//! read with `Relaxed`, which promises nothing, and go on only when they have seen all that was written
//! before their wakes. A model that passes shows little until it is seen to fail. Each of these changes
//! to `queue.rs` has been seen to make at least one of them fail:
//!
//! - `clear_queued` stores `false` where it swaps, even with `SeqCst`;
//! - `clear_queued` swaps with `Relaxed`, or with `Release` alone;
//! - `wake_by_ref` swaps with `Relaxed`, or with `Acquire` alone;
//! - `wake_by_ref` does not look at the flag, or looks and does not set it;
//! - the loop is unparked before the push;
//! - `pop` does not look at the shared list, or keeps its first entry and forgets the others.
//!
//! So has a loop that clears a task's flags after it has run it, and not before (see `run` below).

#![cfg(loom)]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

use loom::sync::atomic::AtomicUsize;
use loom::thread::{self, Thread};

use queue::{Handle, Queue};
use sync::Ordering::Relaxed;

#[expect(dead_code, reason = "the queue needs a part of it")]
#[path = "../../stage4-scheduler/src/current.rs"]
mod current;
#[path = "../../stage4-scheduler/src/queue.rs"]
mod queue;

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

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A loop with `N` tasks, on the thread that makes it. Each has been added, and waits for its first turn.
struct Loop<const N: usize> {
    queue: Rc<Queue>,
    handles: [Arc<Handle>; N],
}

impl<const N: usize> Loop<N> {
    fn new() -> Self {
        let queue = Rc::new(Queue::new(Waker::from(Arc::new(Unpark(thread::current())))));
        Queue::replace_current(Some(Rc::clone(&queue)));
        let handles = std::array::from_fn(|place| queue.handle(place));
        for handle in &handles {
            queue.push(handle);
        }
        Loop { queue, handles }
    }

    fn waker(&self, task: usize) -> Waker {
        Waker::from(Arc::clone(&self.handles[task]))
    }

    /// What `run` and `Scheduler::step` do, without the tasks: `poll` stands for those, and says whether
    /// the task has ended. The loop ends when all have.
    fn run(&self, mut poll: impl FnMut(usize) -> bool) {
        let mut left: Vec<usize> = (0..N).collect();
        loop {
            let Some(task) = self.queue.pop() else {
                // Is it a deadlock? The stage asks how many hold the handle, and then looks at the queue
                // once more. Here every wake is still to come, or has come, so it never is.
                let foreign = left
                    .iter()
                    .any(|&task| Arc::strong_count(&self.handles[task]) > 1);
                assert!(
                    foreign || !self.queue.is_empty(),
                    "a deadlock is reported where there is none"
                );
                thread::park();
                continue;
            };
            if !self.handles[task].clear_queued() {
                continue; // it was in both lists, and has run since
            }
            if left.contains(&task) && poll(task) {
                left.retain(|&one| one != task);
            }
            if left.is_empty() {
                return;
            }
        }
    }
}

/// The loop is left before its thread ends, so that it is dropped inside of the model.
impl<const N: usize> Drop for Loop<N> {
    fn drop(&mut self) {
        Queue::replace_current(None);
    }
}

/// Something that another thread writes, and that a task waits to see.
fn zero() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

#[test]
fn a_task_that_is_woken_sees_what_was_written_before() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake();
        });
        the_loop.run(|_| data.load(Relaxed) == 1);
    });
}

#[test]
fn a_second_wake_may_be_merged_with_the_first_and_is_still_heard() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake_by_ref();
            written.store(2, Relaxed);
            waker.wake();
        });
        the_loop.run(|_| data.load(Relaxed) == 2);
    });
}

#[test]
fn two_threads_may_wake_the_same_task() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), [zero(), zero()]);
        for written in data.clone() {
            let waker = the_loop.waker(0);
            thread::spawn(move || {
                written.store(1, Relaxed);
                waker.wake();
            });
        }
        the_loop.run(|_| data.iter().all(|data| data.load(Relaxed) == 1));
    });
}

#[test]
fn two_threads_may_wake_a_task_each_and_one_call_ends_the_sleep_for_both() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<2>::new(), [zero(), zero()]);
        for (task, written) in data.clone().into_iter().enumerate() {
            let waker = the_loop.waker(task);
            thread::spawn(move || {
                written.store(1, Relaxed);
                waker.wake();
            });
        }
        the_loop.run(|task| data[task].load(Relaxed) == 1);
    });
}

#[test]
fn a_clone_wakes_as_well_as_the_waker_and_a_waker_may_be_dropped_unused() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        thread::spawn(move || {
            let clone = waker.clone();
            written.store(1, Relaxed);
            clone.wake();
            drop(waker);
        });
        the_loop.run(|_| data.load(Relaxed) == 1);
    });
}

#[test]
fn a_task_may_wake_itself_while_another_thread_wakes_it() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        let own = the_loop.waker(0);
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake();
        });
        let yields = Cell::new(2);
        the_loop.run(|_| {
            if yields.get() > 0 {
                yields.set(yields.get() - 1);
                own.wake_by_ref();
            }
            data.load(Relaxed) == 1 && yields.get() == 0
        });
    });
}

#[test]
fn a_task_that_another_thread_woke_may_wake_its_neighbour_here() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<2>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        let neighbour = the_loop.waker(1);
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake();
        });
        let told = Cell::new(false);
        the_loop.run(|task| match task {
            0 => {
                let seen = data.load(Relaxed) == 1;
                if seen {
                    told.set(true);
                    neighbour.wake_by_ref();
                }
                seen
            }
            _ => told.get(),
        });
    });
}

#[test]
fn a_wake_after_the_end_is_harmless() {
    loom::model(|| {
        let (the_loop, data) = (Loop::<1>::new(), zero());
        let (waker, written) = (the_loop.waker(0), Arc::clone(&data));
        // Why is it not joined? Then it would always be the loop that ends last.
        thread::spawn(move || {
            written.store(1, Relaxed);
            waker.wake_by_ref();
            waker.wake_by_ref();
            waker.wake();
        });
        the_loop.run(|_| data.load(Relaxed) == 1);
        let left = std::iter::from_fn(|| the_loop.queue.pop()).count();
        assert!(left <= 2, "the task was in one of the lists twice");
    });
}
