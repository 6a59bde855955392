//! How a message gets out of a coroutine, and a reply into it.
//!
//! [`Future::poll`] has no room for either: it takes a `Context` and returns `Pending`. So they go
//! beside it, through a [`Slot`] that both sides can reach: the innermost future puts its message there
//! and returns `Pending`; whoever polled takes the message out, and puts the reply there before the
//! next poll.
//!
//! ```text
//!   send(reply)                   the slot                      the innermost .await
//!       |---- puts the reply -------->|                               |
//!       |---- polls the future ------------------------------------->|
//!       |                             |<------- takes the reply -----|
//!       |                             |                    ... runs on, to the next .await
//!       |                             |<------- puts a message ------|
//!       |<--- Pending -----------------------------------------------|
//!       |<--- takes the message ------|
//! ```

use std::cell::RefCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::LocalKey;

use crate::exception::Exception;
use crate::misuse::Misuse;

/// A type of message that a coroutine can pause with, and the type of the reply that it then waits for.
///
/// Every such type has a slot of its own on each thread. Rust has no generic statics, so each
/// implementation brings its own:
///
/// ```
/// use stage1_addition::slot::{Message, Slot};
/// use std::thread::LocalKey;
///
/// /// Asks for the next line of input.
/// struct ReadLine;
///
/// impl Message for ReadLine {
///     type Reply = String;
///
///     fn slot() -> &'static LocalKey<Slot<Self>> {
///         thread_local!(static SLOT: Slot<ReadLine> = const { Slot::new() });
///         &SLOT
///     }
/// }
/// ```
pub trait Message: Sized + 'static {
    /// What the paused `.await` is waiting for.
    type Reply: 'static;

    /// This thread's slot for messages of this type.
    fn slot() -> &'static LocalKey<Slot<Self>>;
}

/// The place where a message and its reply change hands. See [`Message`] for how to make one.
///
/// Why is what is in it never dropped? When a thread ends no coroutine runs there, and nothing is in it.
/// And a thread-local that has no destructor is there to the very end, and is reached in one instruction.
pub struct Slot<M: Message>(ManuallyDrop<RefCell<Turn<M>>>);

pub(crate) enum Turn<M: Message> {
    /// No coroutine that speaks `M` is running on this thread.
    Nobody,
    /// One is. The reply to its last message lies here until its `.await` takes it.
    Running(Option<Result<M::Reply, Exception>>),
    /// It has left a message, at this `.await`.
    Asked(M, &'static Location<'static>),
}

impl<M: Message> Slot<M> {
    /// An empty slot, outside any coroutine.
    #[must_use]
    pub const fn new() -> Self {
        Slot(ManuallyDrop::new(RefCell::new(Turn::Nobody)))
    }
}

impl<M: Message> Default for Slot<M> {
    fn default() -> Self {
        Slot::new()
    }
}

impl<M: Message> fmt::Debug for Slot<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// Python's `yield`, as a future: the one place where a coroutine pauses.
///
/// Everything that can be awaited in stages 1 to 3 ends in one of these. The first poll leaves the
/// message and returns `Pending`; the poll after the reply returns the reply, or the exception that was
/// thrown instead of one.
///
/// # Errors
///
/// Its output is [`Misuse::Outside`] where no coroutine is running that could take the message, and
/// [`Misuse::TwoMessages`] where the coroutine has already left one, or has not yet taken its reply.
///
/// ```
/// use stage1_addition::slot::Yield;
/// use stage1_addition::{Action, run_task};
///
/// let sum = run_task(async { Yield::new(Action { name: "add", args: vec![1, 2] }).await });
/// assert_eq!(sum.unwrap(), 3);
/// ```
#[derive(Debug)]
#[must_use = "it pauses nothing until it is awaited"]
pub struct Yield<M: Message> {
    message: Option<M>,
    paused_at: &'static Location<'static>,
}

impl<M: Message> Yield<M> {
    /// Will pause with `message`, and report the caller's line as the place.
    ///
    /// An `into_future` marked `#[track_caller]` passes its own caller on, and that is the `.await`.
    #[track_caller]
    pub fn new(message: M) -> Self {
        Yield::at(message, Location::caller())
    }

    /// The same for a place that was noted earlier: by a future that may have to pause, but not yet.
    pub fn at(message: M, paused_at: &'static Location<'static>) -> Self {
        Yield {
            message: Some(message),
            paused_at,
        }
    }
}

// Nothing in it is ever pinned: `poll` moves the message out.
impl<M: Message> Unpin for Yield<M> {}

impl<M: Message> Future for Yield<M> {
    type Output = Result<M::Reply, Exception>;

    // Why is the context not used? It carries the waker, and here nobody needs waking: whoever polls
    // next has the reply in hand. Stage 4 is where that ends.
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        M::slot().with(|Slot(slot)| {
            let turn = &mut *slot.borrow_mut();
            match (self.message.take(), turn) {
                (Some(message), turn @ Turn::Running(None)) => {
                    *turn = Turn::Asked(message, self.paused_at);
                    Poll::Pending
                }
                (None, Turn::Running(reply)) => match reply.take() {
                    Some(reply) => Poll::Ready(reply),
                    // Polled again with no reply for it, by a combinator that polls all it holds.
                    None => Poll::Pending,
                },
                (None, Turn::Asked(..)) => Poll::Pending, // the same
                // Why keep the message? It is dropped when the slot is free again: its destructor may be
                // anyone's, and come by here.
                (message, Turn::Nobody) => {
                    self.message = message;
                    Poll::Ready(Err(Misuse::Outside.into()))
                }
                // Why is a reply in the way, too? Somebody else in this coroutine has asked for it
                // and has yet to be polled: it would be lost, or taken for an answer to us.
                (message, Turn::Asked(..) | Turn::Running(Some(_))) => {
                    self.message = message;
                    Poll::Ready(Err(Misuse::TwoMessages.into()))
                }
            }
        })
    }
}

/// The slot while a coroutine runs. What was in it before is put back at the end, come what may: so a
/// coroutine may drive another one, and a panic leaves nothing behind.
pub(crate) struct Entered<M: Message> {
    /// `None` when it has been put back.
    outer: Option<Turn<M>>,
}

impl<M: Message> Entered<M> {
    pub(crate) fn new(reply: Option<Result<M::Reply, Exception>>) -> Self {
        let outer = M::slot().with(|Slot(slot)| slot.replace(Turn::Running(reply)));
        Entered { outer: Some(outer) }
    }

    /// What the coroutine has left in the slot, when it is done or has paused.
    pub(crate) fn leave(mut self) -> Turn<M> {
        let outer = self.outer.take().unwrap_or(Turn::Nobody);
        M::slot().with(|Slot(slot)| slot.replace(outer))
    }
}

/// A panic comes by here.
impl<M: Message> Drop for Entered<M> {
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            drop(M::slot().with(|Slot(slot)| slot.replace(outer)));
        }
    }
}
