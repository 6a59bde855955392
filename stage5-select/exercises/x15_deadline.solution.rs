//! x15, solved. The one that comes second is dropped, and with it everything that it holds.

use std::time::Duration;

use stage5_select::{Either, Exception, race, sleep};

async fn deadline(
    limit: Duration,
    work: impl Future<Output = Result<u32, Exception>> + 'static,
) -> Result<u32, Exception> {
    match race(work, sleep(limit)).await {
        Either::Left(result) => result,
        Either::Right(slept) => {
            slept?;
            Err(Exception::msg("it took too long"))
        }
    }
}
