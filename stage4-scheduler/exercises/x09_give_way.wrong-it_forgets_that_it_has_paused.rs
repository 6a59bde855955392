//! The mistake: `Pending` is a place in the code, and the next poll goes on after it.
//!
//! Its tests say:
//!
//! ```text
//! it_pauses_once_and_goes_on:
//!     The task pauses over and over: it never comes to the line after the `.await`.
//!     The future has to remember that it has paused. At its second poll it is ready.
//! ```

use std::future::poll_fn;
use std::task::Poll;

async fn give_way() {
    poll_fn(|context| {
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    })
    .await;
}
