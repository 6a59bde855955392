//! The mistake: things that run at once need tasks of their own.
//!
//! Its tests say:
//!
//! ```text
//! it_takes_one_task:
//!     There are 3 tasks now: `join` has made some.
//!     A task may wait for several things: it polls each of them when it is polled itself.
//! ```

use stage4_scheduler::add_coro;

async fn join(
    a: impl Future<Output = i32> + 'static,
    b: impl Future<Output = i32> + 'static,
) -> (i32, i32) {
    let first = add_coro(async { Ok(a.await) });
    let second = add_coro(async { Ok(b.await) });
    (first.await.unwrap_or(0), second.await.unwrap_or(0))
}
