//! The ways to hold a coroutine wrong, and what each is told.

use std::error::Error;
use std::fmt;

/// A coroutine was driven, or awaited something, in a way that cannot work. It comes as an
/// [`Exception`](crate::exception::Exception), as everything does.
///
/// ```
/// use stage1_addition::{Coroutine, Misuse, add};
///
/// let mut coro = Coroutine::new(add([1, 2]));
/// let exception = coro.send(Some(3)).unwrap_err();
/// assert_eq!(exception.downcast_ref(), Some(&Misuse::JustStarted));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// A value was sent to a coroutine that has not run yet (T09). Python: `TypeError`.
    JustStarted,
    /// Nothing was sent to a coroutine that is waiting for a reply.
    NoReply,
    /// The coroutine has returned, failed, panicked or been closed. Python: `RuntimeError`.
    Finished,
    /// The coroutine paused, but left no message.
    NoMessage,
    /// A [`Yield`](crate::pause::Yield) was awaited where no coroutine is running.
    Outside,
    /// A second message was left before the coroutine paused.
    TwoMessages,
    /// A second message was left before the `.await` of the first one took its reply.
    ReplyNotTaken,
    /// A `Yield` was awaited again after it had its reply.
    AwaitedTwice,
    /// A `Yield` left its message in one coroutine and was then awaited in another one.
    AskedElsewhere,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misuse::JustStarted => "can't send a value to a just-started coroutine (it is not waiting for one yet: start it with `send(None)`)",
            Misuse::NoReply => "can't resume a paused coroutine without a reply (its `.await` waits for one: use `send(Some(reply))`, or `throw`)",
            Misuse::Finished => "can't resume a finished coroutine (it runs once: make a new one)",
            Misuse::NoMessage => "the coroutine paused without a message (it awaited a future that this loop does not support: it supports only futures built on `Yield`)",
            Misuse::Outside => "awaited outside any coroutine (nobody here takes its message: give the `async` block to `Coroutine::new` or to the loop of this stage)",
            Misuse::TwoMessages => "a second message in one step (the coroutine awaits two things at once: await them one after the other)",
            Misuse::ReplyNotTaken => "a second message before the reply to the first was taken (its `.await` was dropped, or has yet to be polled: poll it until it is ready, then await the next)",
            Misuse::AwaitedTwice => "awaited again after it had its reply (it asks once: make a new one)",
            Misuse::AskedElsewhere => "awaited in two coroutines (it left its message in another one, and the reply goes there: make a new one for each)",
        })
    }
}

impl Error for Misuse {}
