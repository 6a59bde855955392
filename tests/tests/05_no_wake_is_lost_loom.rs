//! No wake is lost, and no task is queued twice: not under any order in which the threads may run, and
//! not under any order in which one may see what another has written.
//!
//! How to go about it: a model checker, `loom`, runs each of these models once for every such order. It
//! brings its own mutex, atomics and thread-locals, and `queue.rs` takes its own from `crate::sync`. So
//! the files that ship can be checked, and not copies of them: the queue and the table of tasks are compiled
//! here once more, with this file's `sync` instead of the stage's.
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
//! - `Handle::take` stores `false` instead of swapping, even with `SeqCst`;
//! - `Handle::take` swaps with `Relaxed`, or with `Release` alone;
//! - the flag is cleared after the task has run, and not before;
//! - `wake_by_ref` swaps with `Relaxed`, or with `Acquire` alone;
//! - `wake_by_ref` does not look at the flag, or looks and does not set it;
//! - the loop is unparked before the push, or not at all;
//! - `pop` does not look at the shared list, or keeps its first entry and forgets the others;
//! - `Tasks` lends a waker to the next task although somebody keeps it.

#![cfg(loom)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

use loom::sync::atomic::AtomicUsize;
use loom::thread::{self, Thread};

use bookkeeping::tasks::Tasks;
use queue::Queue;
use report::state::TaskState;
use sync::Ordering::Relaxed;

#[expect(dead_code, reason = "the queue needs a part of it")]
#[path = "../../stage4-scheduler/src/bookkeeping"]
mod bookkeeping {
    pub(crate) mod current;
    pub(crate) mod ready;
    pub(crate) mod running;
    pub(crate) mod tasks;
}
#[expect(dead_code, reason = "the promises need the other part")]
#[path = "../../stage4-scheduler/src/queue.rs"]
mod queue;
#[expect(dead_code, unreachable_pub, reason = "the queue needs a part of it")]
#[path = "../../stage4-scheduler/src/report"]
mod report {
    pub mod deadlock;
    pub(crate) mod state;
}
#[expect(dead_code, reason = "the queue needs a part of it")]
#[path = "../../stage4-scheduler/src/waiters"]
mod waiters {
    pub(crate) mod pauses;
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

mod task {
    use crate::report::state::TaskState;

    /// What the table of tasks asks of one.
    pub(crate) trait Task {
        fn describe(&self, number: u64) -> TaskState;
    }
}

/// A task that does nothing: the closure given to [`Loop::run`] stands for all of them.
struct NoTask;

impl task::Task for NoTask {
    fn describe(&self, _: u64) -> TaskState {
        unreachable!("nobody asks for a report")
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A loop on the thread that makes it. Its tasks have been added, and wait for their first turn.
struct Loop {
    queue: Rc<Queue>,
    tasks: RefCell<Tasks>,
    left: usize,
}

impl Loop {
    fn new(tasks: usize) -> Self {
        let queue = Rc::new(Queue::new(Waker::from(Arc::new(Unpark(thread::current())))));
        queue::CURRENT.with(|current| current.replace(Some(Rc::clone(&queue))));
        let this = Loop {
            queue,
            tasks: RefCell::default(),
            left: tasks,
        };
        for _ in 0..tasks {
            this.tasks.borrow_mut().add(Rc::new(NoTask), &this.queue);
        }
        this
    }

    /// What `run`, `step` and `deadlock` do, without the tasks. `poll` stands for those. It is given which one
    /// runs, its waker, and whether this is its first turn, and says whether the task has ended. The loop ends
    /// when all have.
    fn run(&mut self, mut poll: impl FnMut(usize, &Waker, bool) -> bool) {
        let (queue, tasks) = (&self.queue, &self.tasks);
        let mut polled = vec![false; self.left];
        while self.left > 0 {
            let next = tasks.borrow_mut().next(queue);
            let Some((id, _, lent)) = next else {
                // Every wake is still to come, or has come. So it never is a deadlock.
                let is_ready = !queue.ready.borrow().is_empty();
                let may_sleep = is_ready || tasks.borrow_mut().any_is_kept();
                assert!(may_sleep, "a deadlock is reported where there is none");
                thread::park();
                continue;
            };
            queue.running.set(id, &lent.waker);
            let is_first = !std::mem::replace(&mut polled[id.place], true);
            if poll(id.place, &lent.waker, is_first) {
                tasks.borrow_mut().ended(id.place, lent, queue);
                self.left -= 1;
            } else {
                tasks.borrow_mut().paused(id.place, lent);
            }
            queue.running.clear();
        }
    }
}

/// The loop is left before its thread ends, so that it is dropped inside of the model.
impl Drop for Loop {
    fn drop(&mut self) {
        queue::CURRENT.with(|current| current.replace(None));
        self.queue.close();
    }
}

/// Something that another thread writes, and that a task waits to see.
fn zero() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

/// A thread that writes and then wakes, each once.
fn write_and_wake(written: &Arc<AtomicUsize>, waker: &Waker) {
    let (written, waker) = (Arc::clone(written), waker.clone());
    thread::spawn(move || {
        written.store(1, Relaxed);
        waker.wake();
    });
}

#[test]
fn a_task_that_is_woken_sees_what_was_written_before() {
    loom::model(|| {
        let data = zero();
        Loop::new(1).run(|_, waker, is_first| {
            if is_first {
                write_and_wake(&data, waker);
            }
            data.load(Relaxed) == 1
        });
    });
}

#[test]
fn a_second_wake_may_be_merged_with_the_first_and_is_still_heard() {
    loom::model(|| {
        let data = zero();
        Loop::new(1).run(|_, waker, is_first| {
            if is_first {
                let (written, waker) = (Arc::clone(&data), waker.clone());
                thread::spawn(move || {
                    written.store(1, Relaxed);
                    waker.wake_by_ref();
                    written.store(2, Relaxed);
                    waker.wake();
                });
            }
            data.load(Relaxed) == 2
        });
    });
}

#[test]
fn two_threads_may_wake_the_same_task() {
    loom::model(|| {
        let data = [zero(), zero()];
        Loop::new(1).run(|_, waker, is_first| {
            if is_first {
                data.iter().for_each(|data| write_and_wake(data, waker));
            }
            data.iter().all(|data| data.load(Relaxed) == 1)
        });
    });
}

#[test]
fn two_threads_may_wake_a_task_each_and_one_call_ends_the_sleep_for_both() {
    loom::model(|| {
        let data = [zero(), zero()];
        Loop::new(2).run(|task, waker, is_first| {
            if is_first {
                write_and_wake(&data[task], waker);
            }
            data[task].load(Relaxed) == 1
        });
    });
}

#[test]
fn a_clone_wakes_as_well_as_the_waker_and_a_waker_may_be_dropped_unused() {
    loom::model(|| {
        let data = zero();
        Loop::new(1).run(|_, waker, is_first| {
            if is_first {
                let (written, waker) = (Arc::clone(&data), waker.clone());
                thread::spawn(move || {
                    let clone = waker.clone();
                    written.store(1, Relaxed);
                    clone.wake();
                    drop(waker);
                });
            }
            data.load(Relaxed) == 1
        });
    });
}

#[test]
fn a_task_may_wake_itself_while_another_thread_wakes_it() {
    loom::model(|| {
        let data = zero();
        let mut yields = 2;
        Loop::new(1).run(|_, waker, is_first| {
            if is_first {
                write_and_wake(&data, waker);
            }
            if yields > 0 {
                yields -= 1;
                waker.wake_by_ref();
            }
            data.load(Relaxed) == 1 && yields == 0
        });
    });
}

#[test]
fn a_task_that_another_thread_woke_may_wake_its_neighbour_here() {
    loom::model(|| {
        let data = zero();
        let (mut seen, mut neighbour) = (false, None::<Waker>);
        Loop::new(2).run(|task, waker, is_first| match task {
            0 => {
                if is_first {
                    write_and_wake(&data, waker);
                }
                seen = data.load(Relaxed) == 1;
                if let (true, Some(neighbour)) = (seen, &neighbour) {
                    neighbour.wake_by_ref();
                }
                seen
            }
            _ => {
                neighbour = Some(waker.clone());
                seen
            }
        });
    });
}

#[test]
fn a_waker_that_nobody_keeps_any_more_wakes_the_next_task_that_it_is_lent_to() {
    loom::model(|| {
        let data = [zero(), zero()];
        Loop::new(2).run(|task, waker, is_first| {
            let is_written = |task: usize| data[task].load(Relaxed) == 1;
            match task {
                0 if is_first => write_and_wake(&data[0], waker),
                // It runs when the first task may have ended, or not: then it has another waker.
                1 if is_first => waker.wake_by_ref(),
                1 if !is_written(1) => write_and_wake(&data[1], waker),
                _ => {}
            }
            is_written(task)
        });
    });
}

#[test]
fn a_wake_after_the_end_is_harmless() {
    loom::model(|| {
        let data = zero();
        let mut the_loop = Loop::new(1);
        the_loop.run(|_, waker, is_first| {
            if is_first {
                let (written, waker) = (Arc::clone(&data), waker.clone());
                // It is not joined: then the loop would always be the one that ends last.
                thread::spawn(move || {
                    written.store(1, Relaxed);
                    waker.wake_by_ref();
                    waker.wake_by_ref();
                    waker.wake();
                });
            }
            data.load(Relaxed) == 1
        });
        assert!(the_loop.queue.pop().is_none(), "a task that has ended runs");
    });
}

#[test]
fn a_task_that_is_woken_many_times_is_in_the_list_once() {
    loom::model(|| {
        let queue = Queue::new(Waker::noop().clone()); // nobody sleeps here
        let handle = queue.handle();
        let threads = [(); 2].map(|()| {
            let waker = Waker::from(Arc::clone(&handle));
            thread::spawn(move || {
                waker.wake_by_ref();
                waker.wake();
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        let in_the_list = Arc::strong_count(&handle) - 1;
        assert_eq!(in_the_list, 1);
        assert!(queue.pop().is_none()); // the handle wakes no task yet
        assert_eq!(Arc::strong_count(&handle), 1);
    });
}
