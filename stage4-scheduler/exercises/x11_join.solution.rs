//! x11, solved. At each wake, the task polls the futures that are not ready yet.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

async fn join(
    a: impl Future<Output = i32> + 'static,
    b: impl Future<Output = i32> + 'static,
) -> (i32, i32) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            second = Some(value);
        }
        match (first, second) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            _ => Poll::Pending,
        }
    })
    .await
}
