//! The mistake: to limit something is to measure it.
//!
//! Its tests say:
//!
//! ```text
//! work_that_never_ends_is_an_error_too:
//!     The work never ends. After two seconds the result is None.
//!     Wait for the work and for the time at once. When the time is over, wait no longer.
//! work_that_takes_too_long_is_an_error_when_the_time_is_over:
//!     Two seconds are over, and `deadline` still waits for the work.
//!     Do not wait for work that you give up: drop it. Its destructors run, so it releases
//!     what it holds.
//! work_that_takes_too_long_is_dropped:
//!     The time was over, and the work went on to its end.
//!     To drop a future is to stop it. But a task belongs to the loop: to drop the promise of its
//!     result does not stop it. Race the future itself.
//! ```

use std::time::Duration;

use stage5_select::{Exception, time};

async fn deadline(
    limit: Duration,
    work: impl Future<Output = Result<u32, Exception>> + 'static,
) -> Result<u32, Exception> {
    let start = time::now();
    let result = work.await;
    if time::now() - start > limit {
        return Err(Exception::msg("it took too long"));
    }
    result
}
