//! Programs of many tasks, written once for every [`Runtime`].

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use crate::bench::runtimes::Runtime;

/// Runs a memoised Fibonacci of `tasks` tasks; gives the number, modulo 2⁶⁴.
///
/// Each call that is not in the cache adds a task for `n - 1`, awaits it, adds one for `n - 2`, awaits
/// that. The first goes down all the way; each second one finds its number in the cache. So half of the
/// tasks are alive at once, each awaiting the next, and the other half end as soon as they run. It is
/// adding, awaiting and being woken, and nothing else.
pub fn fib_chain<R: Runtime>(tasks: u64) -> u64 {
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
    let a = R::number(
        runtime
            .spawn(fib(runtime.clone(), cache.clone(), n - 1))
            .await,
    );
    let b = R::number(
        runtime
            .spawn(fib(runtime.clone(), cache.clone(), n - 2))
            .await,
    );
    let sum = a.wrapping_add(b);
    cache.borrow_mut()[index] = Some(sum);
    R::ok(sum)
}

/// What [`fib_chain`] gives, worked out without tasks.
pub fn fib_number(tasks: u64) -> u64 {
    let (mut a, mut b) = (0_u64, 1_u64);
    for _ in 0..=tasks / 2 {
        (a, b) = (b, a.wrapping_add(b));
    }
    a
}

/// Adds `tasks` tasks that each give way once, then awaits them all; gives the sum of their numbers.
pub fn yield_once<R: Runtime>(tasks: u64) -> u64 {
    R::run(|runtime| async move {
        let yielding = |number| async move {
            give_way().await;
            R::ok(number)
        };
        let added: Vec<_> = (0..tasks)
            .map(|number| runtime.spawn(yielding(number)))
            .collect();
        let mut sum = 0;
        for handle in added {
            sum += R::number(handle.await);
        }
        R::ok(sum)
    })
}

/// Wakes its own task and pauses: the others have a turn first.
pub async fn give_way() {
    let mut paused = false;
    poll_fn(|cx| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A task that adds a task that adds a task, `depth` of them; each awaits the next. Gives their number.
pub fn deep_chain<R: Runtime>(depth: u64) -> u64 {
    R::run(|runtime| link(runtime, depth))
}

async fn link<R: Runtime>(runtime: R, depth: u64) -> R::Out {
    if depth == 0 {
        return R::ok(0);
    }
    let next = runtime.spawn(link(runtime.clone(), depth - 1));
    R::ok(R::number(next.await) + 1)
}

/// Adds `tasks` tasks that each run once and then wait for ever, and calls `look` when they all do.
pub fn wait_for_ever<R: Runtime>(tasks: u64, look: impl FnOnce() -> u64 + 'static) -> u64 {
    R::run(|runtime| async move {
        let begun = Rc::new(RefCell::new(0_u64));
        for _ in 0..tasks {
            let begun = Rc::clone(&begun);
            R::detach(runtime.spawn(async move {
                *begun.borrow_mut() += 1;
                pending::<R::Out>().await
            }));
        }
        while *begun.borrow() < tasks {
            give_way().await;
        }
        R::ok(look())
    })
}
