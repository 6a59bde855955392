//! The mistake: `add_coro` makes it concurrent, wherever the result is awaited.
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
use stage4_scheduler::{Exception, add_coro};

async fn side_by_side(log: Log) -> Result<(String, String), Exception> {
    let a = add_coro(fetch("a", log.clone())).await?;
    let b = add_coro(fetch("b", log)).await?;
    Ok((a, b))
}
