//! x08, solved. The loop runs tasks side by side. Both tasks exist before the first one is awaited.

use self::tests::{Log, fetch};
use stage4_scheduler::{Exception, add_coro};

async fn side_by_side(log: Log) -> Result<(String, String), Exception> {
    let a = add_coro(fetch("a", log.clone()));
    let b = add_coro(fetch("b", log));
    Ok((a.await?, b.await?))
}
