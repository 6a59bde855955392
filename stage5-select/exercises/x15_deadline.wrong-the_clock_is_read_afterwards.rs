//! The mistake: to limit something is to measure it.
//! ```text
//! work_that_never_ends_is_an_error_too:
//!     The work never ends. After two seconds the result is None.
//!     The time has to run while the work is awaited: wait for both at once.
//! work_that_takes_too_long_is_an_error_when_the_time_is_over:
//!     Two seconds are over, and `deadline` still waits for the work.
//!     Nobody has to wait for work that is given up: drop it. Its destructors run, and so it
//!     tidies up by itself.
//! work_that_takes_too_long_is_dropped:
//!     The time was over, and the work went on to its end.
//!     A task belongs to the loop: to drop the promise of its result does not stop it. Race the
//!     future itself. To drop a future is to stop it.
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
