//! The mistake: the tasks are resumed in turn, and each finds out by itself whether it can go on.
//!
//! Its tests say:
//!
//! ```text
//! if_no_task_can_go_on_it_says_so:
//!     A task was resumed over and over while its promise was pending.
//!     Look before you resume: ask the promise of each task for its `outcome()`.
//! ```

use std::collections::VecDeque;

use stage3_promise::{Awaited, Coroutine, CoroutineState, Exception};

fn run(coros: Vec<Coroutine<()>>) -> Result<(), Exception> {
    let mut tasks: VecDeque<(Coroutine<()>, Option<Awaited>)> =
        coros.into_iter().map(|coro| (coro, None)).collect();
    while let Some((mut coro, awaited)) = tasks.pop_front() {
        let state = match awaited.map(|promise| promise.outcome()) {
            None => coro.send(None)?,
            Some(Some(Err(exception))) => coro.throw(exception)?,
            Some(_) => coro.send(Some(()))?,
        };
        if let CoroutineState::Yielded(promise) = state {
            tasks.push_back((coro, Some(promise)));
        }
    }
    Ok(())
}
