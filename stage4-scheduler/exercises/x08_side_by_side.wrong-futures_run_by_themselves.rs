//! The mistake: two futures that both exist run at once by themselves.
//!
//! Its tests say:
//!
//! ```text
//! both_begin_before_one_ends:
//!     It went like this: a begins, a ends, b begins, b ends.
//!     A call of an `async fn` runs nothing, and an `.await` waits to the end: only a task of its
//!     own runs beside you. Make two tasks first, then await both results.
//! ```

use self::tests::{Log, fetch};
use stage4_scheduler::Exception;

async fn side_by_side(log: Log) -> Result<(String, String), Exception> {
    let a = fetch("a", log.clone());
    let b = fetch("b", log);
    Ok((a.await?, b.await?))
}
