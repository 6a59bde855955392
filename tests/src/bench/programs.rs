//! Programs of many tasks, written once for every `Runtime`.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::mem::forget;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::runtimes::Runtime;

/// Runs a memoised Fibonacci of `tasks` tasks; gives the number, modulo 2⁶⁴.
///
/// Each call that is not in the cache adds a task for `n - 1`, awaits it, adds one for `n - 2`, and awaits
/// that. So half of the tasks are alive at once, each awaiting the next; the other half find their number in
/// the cache, and end as soon as they run. It is adding, awaiting and being woken, and nothing else.
pub(crate) fn fib_chain<R: Runtime>(tasks: u64) -> u64 {
    let n = tasks / 2 + 1;
    let cache = Rc::new(RefCell::new(vec![None; usize::try_from(n).unwrap() + 1]));
    R::run(|runtime| fib(runtime, cache, n))
}

type Cache = Rc<RefCell<Vec<Option<u64>>>>;

async fn fib<R: Runtime>(runtime: R, cache: Cache, n: u64) -> R::Out {
    let index = usize::try_from(n).unwrap();
    if n < 2 {
        return R::ok(n);
    }
    if let Some(known) = cache.borrow()[index] {
        return R::ok(known);
    }
    let call = |n| runtime.spawn(fib(runtime.clone(), cache.clone(), n));
    let a = R::number(call(n - 1).await);
    let sum = a.wrapping_add(R::number(call(n - 2).await));
    cache.borrow_mut()[index] = Some(sum);
    R::ok(sum)
}

/// What [`fib_chain`] gives, worked out without tasks.
pub(crate) fn fib_number(tasks: u64) -> u64 {
    let (mut a, mut b) = (0_u64, 1_u64);
    for _ in 0..=tasks / 2 {
        (a, b) = (b, a.wrapping_add(b));
    }
    a
}

/// Adds `tasks` tasks that each give way once, then awaits them all; gives the sum of their numbers.
pub(crate) fn yield_once<R: Runtime>(tasks: u64) -> u64 {
    R::run(|runtime| async move {
        let yielding = |number| async move {
            give_way().await;
            R::ok(number)
        };
        let add = |number| runtime.spawn(yielding(number));
        let added: Vec<_> = (0..tasks).map(add).collect();
        let mut sum = 0;
        for handle in added {
            sum += R::number(handle.await);
        }
        R::ok(sum)
    })
}

/// Wakes its own task and pauses: the others have a turn first.
pub async fn give_way() {
    pause(Waker::wake_by_ref).await;
}

/// Calls `arrange`, which has the waker called, and pauses once.
pub(crate) async fn pause(arrange: impl FnOnce(&Waker)) {
    let mut arrange = Some(arrange);
    poll_fn(|cx| match arrange.take() {
        None => Poll::Ready(()),
        Some(arrange) => {
            arrange(cx.waker());
            Poll::Pending
        }
    })
    .await;
}

/// A task that adds a task that adds a task, `depth` of them; each awaits the next. Gives their number.
pub(crate) fn deep_chain<R: Runtime>(depth: u64) -> u64 {
    R::run(|runtime| link(runtime, depth))
}

async fn link<R: Runtime>(runtime: R, depth: u64) -> R::Out {
    if depth == 0 {
        return R::ok(0);
    }
    let next = runtime.spawn(link(runtime.clone(), depth - 1));
    R::ok(R::number(next.await) + 1)
}

/// Adds `tasks` tasks that wait for ever, and returns when each of them has run.
pub(crate) async fn idle<R: Runtime>(runtime: &R, tasks: u64) {
    let begun = Rc::new(Cell::new(0));
    for _ in 0..tasks {
        let begun = Rc::clone(&begun);
        let task = runtime.spawn(async move {
            begun.set(begun.get() + 1);
            pending::<R::Out>().await
        });
        forget(task); // async-executor cancels a task whose handle is dropped
    }
    while begun.get() < tasks {
        give_way().await;
    }
}
