//! The one place where a coroutine pauses: the future at the bottom of everything that it awaits.

use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::exception::Exception;
use crate::misuse::Misuse;
use crate::slot::{Exchange, Message};

/// Python's `yield`, as a future.
///
/// Everything that can be awaited in stages 1 to 3 ends in one of these. The first poll leaves the
/// message and returns `Pending`; the poll after the reply returns the reply, or the exception that was
/// thrown instead of one. If it is awaited in a way that cannot work, it returns a [`Misuse`].
///
/// ```
/// use stage1_addition::pause::Yield;
/// use stage1_addition::{Action, run_task};
///
/// let sum = run_task(async { Yield::new(Action { name: "add", args: vec![1, 2] }).await });
/// assert_eq!(sum.unwrap(), 3);
/// ```
#[derive(Debug)]
#[must_use = "it pauses nothing until it is awaited"]
pub struct Yield<M: Message> {
    progress: Progress<M>,
    paused_at: &'static Location<'static>,
}

#[derive(Debug)]
enum Progress<M> {
    Fresh(M),
    Waiting,
    Done,
}

impl<M: Message> Yield<M> {
    /// Will pause with `message`, and report the caller's line as the place.
    ///
    /// An `into_future` marked `#[track_caller]` passes its own caller on, and that is the `.await`.
    #[track_caller]
    pub fn new(message: M) -> Self {
        Yield::at(message, Location::caller())
    }

    /// Will pause with `message`, and report a place that was noted earlier.
    pub fn at(message: M, paused_at: &'static Location<'static>) -> Self {
        Yield {
            progress: Progress::Fresh(message),
            paused_at,
        }
    }
}

// Nothing in it is ever pinned: `poll` moves the message out.
impl<M: Message> Unpin for Yield<M> {}

impl<M: Message> Future for Yield<M> {
    type Output = Result<M::Reply, Exception>;

    // The context is not used. It carries the waker, and here nobody needs to be woken: the next poll
    // comes with the reply.
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        M::slot().with(|slot| {
            let progress = mem::replace(&mut self.progress, Progress::Done);
            match (progress, slot.exchange.replace(Exchange::Running)) {
                (Progress::Fresh(message), Exchange::Running) => {
                    self.progress = Progress::Waiting;
                    slot.paused_at.set(Some(self.paused_at));
                    slot.exchange.set(Exchange::Asked(message));
                    Poll::Pending
                }
                (Progress::Waiting, Exchange::Replied(reply)) => Poll::Ready(Ok(reply)),
                (Progress::Waiting, Exchange::Thrown(exception)) => Poll::Ready(Err(exception)),
                (progress, exchange) => {
                    let misuse = misuse(&progress, &exchange);
                    self.progress = progress;
                    slot.exchange.set(exchange);
                    misuse.map_or(Poll::Pending, |misuse| Poll::Ready(Err(misuse.into())))
                }
            }
        })
    }
}

/// What is wrong with a poll that could neither leave a message nor take a reply.
#[cold]
fn misuse<M: Message>(progress: &Progress<M>, exchange: &Exchange<M>) -> Option<Misuse> {
    match (progress, exchange) {
        (Progress::Done, _) => Some(Misuse::AwaitedTwice),
        (_, Exchange::Outside) => Some(Misuse::Outside),
        (Progress::Fresh(_), Exchange::Asked(_)) => Some(Misuse::TwoMessages),
        // The reply belongs to another `.await`. It must not be lost, nor taken for ours.
        (Progress::Fresh(_), _) => Some(Misuse::ReplyNotTaken),
        // Polled twice in one step, by a combinator that polls everything it holds.
        (Progress::Waiting, Exchange::Asked(_)) => None,
        (Progress::Waiting, _) => Some(Misuse::AskedElsewhere),
    }
}
