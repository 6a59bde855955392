//! The mistake: a promise is a place to look at, so ask it for its result.
//!
//! Its tests say:
//!
//! ```text
//! a_is_settled_first:
//!     `a` was settled, and then `b`.
//!     `both` ended with Err(there is nothing in it yet).
//!     `.await` pauses until the promise is settled: leave the waiting to it.
//! b_is_settled_first:
//!     `b` was settled while `both` was waiting for `a`.
//!     `both` ended with Err(there is nothing in it yet).
//!     `.await` pauses until the promise is settled: leave the waiting to it.
//! one_is_settled_before_anybody_awaits_it:
//!     `b` was settled before it was awaited, `a` later.
//!     `both` ended with Err(there is nothing in it yet).
//!     A promise keeps its result: an `.await` finds it there, early or late.
//! ```

use stage3_promise::{Exception, Promise};

async fn both(a: Promise<i32>, b: Promise<i32>) -> Result<(i32, i32), Exception> {
    let result = |promise: &Promise<i32>| {
        let nothing = || Err(Exception::msg("there is nothing in it yet"));
        promise.result().unwrap_or_else(nothing)
    };
    Ok((result(&a)?, result(&b)?))
}
