//! The mistake: the value of a promise is gone if nobody was waiting when it was settled.
//!
//! Its tests say:
//!
//! ```text
//! both_are_settled_before_anybody_awaits_them:
//!     `a` and `b` were settled before they were awaited.
//!     `both` ended with Err(too late: its value was missed).
//!     A promise keeps its result: an `.await` finds it there, early or late.
//! one_is_settled_before_anybody_awaits_it:
//!     `b` was settled before it was awaited, `a` later.
//!     `both` ended with Err(too late: its value was missed).
//!     A promise keeps its result: an `.await` finds it there, early or late.
//! ```

use stage3_promise::{Exception, Promise};

async fn both(a: Promise<i32>, b: Promise<i32>) -> Result<(i32, i32), Exception> {
    if a.is_settled() || b.is_settled() {
        return Err(Exception::msg("too late: its value was missed"));
    }
    Ok((a.await?, b.await?))
}
