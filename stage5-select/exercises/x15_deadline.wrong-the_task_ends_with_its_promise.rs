//! The mistake: a task ends when nobody waits for its result any more.
//!
//! Its tests say:
//!
//! ```text
//! work_that_is_done_at_the_last_moment_counts:
//!     The work was done when the time was over, and the result is Some(Err(it took too long)).
//!     If both are ready, `race` gives the one on its left. The result of another task comes later.
//! work_that_takes_too_long_is_dropped:
//!     The time was over, and the work went on to its end.
//!     To drop a future is to stop it. But a task belongs to the loop: to drop the promise of its
//!     result does not stop it. Race the future itself.
//! ```

use std::time::Duration;

use stage5_select::{Either, Exception, add_coro, race, sleep};

async fn deadline(
    limit: Duration,
    work: impl Future<Output = Result<u32, Exception>> + 'static,
) -> Result<u32, Exception> {
    match race(add_coro(work), sleep(limit)).await {
        Either::Left(result) => result,
        Either::Right(_) => Err(Exception::msg("it took too long")),
    }
}
