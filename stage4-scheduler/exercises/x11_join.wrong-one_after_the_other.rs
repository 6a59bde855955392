//! The mistake: to await both is to await one, and then the other.
//!
//! Its tests say:
//!
//! ```text
//! both_begin_at_once:
//!     It went like this: a is polled.
//!     The second future has to begin while the first one waits: poll both each time.
//! ```

async fn join(
    a: impl Future<Output = i32> + 'static,
    b: impl Future<Output = i32> + 'static,
) -> (i32, i32) {
    (a.await, b.await)
}
