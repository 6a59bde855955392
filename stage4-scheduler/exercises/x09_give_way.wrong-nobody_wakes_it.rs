//! The mistake: a paused task is resumed by the loop when its turn comes.
//!
//! Its tests say:
//!
//! ```text
//! it_pauses_once_and_goes_on:
//!     The task has paused, and nobody resumes it.
//!     A future that returns `Pending` must see to it that its waker is called: here it calls
//!     the waker itself, before it returns.
//! ```

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

async fn give_way() {
    let mut has_paused = false;
    poll_fn(|_| {
        if mem::replace(&mut has_paused, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
