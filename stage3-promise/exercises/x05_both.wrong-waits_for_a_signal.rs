//! The mistake: a settled promise is an event, and one has to wait for the event.
//!
//! Its tests say:
//!
//! ```text
//! a_is_settled_first:
//!     `a` and `b` are settled, and `both` waits for another promise:
//!     nobody will settle that one. Await `a` and `b` themselves.
//! b_is_settled_first:
//!     `a` and `b` are settled, and `both` waits for another promise:
//!     nobody will settle that one. Await `a` and `b` themselves.
//! both_are_settled_before_anybody_awaits_them:
//!     `a` and `b` are settled, and `both` waits for another promise:
//!     nobody will settle that one. Await `a` and `b` themselves.
//! one_is_settled_before_anybody_awaits_it:
//!     `a` and `b` are settled, and `both` waits for another promise:
//!     nobody will settle that one. Await `a` and `b` themselves.
//! ```

use stage3_promise::{Exception, Promise};

async fn both(a: Promise<i32>, b: Promise<i32>) -> Result<(i32, i32), Exception> {
    let both_are_settled = Promise::<()>::new();
    both_are_settled.await?;
    Ok((a.await?, b.await?))
}
