//! x09, solved. `Pending` is what pauses a task. The waker puts it into the queue again, behind the others.

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

async fn give_way() {
    let mut has_paused = false;
    poll_fn(|context| {
        if mem::replace(&mut has_paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
