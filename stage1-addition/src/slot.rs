//! How a message gets out of a coroutine, and a reply into it.
//!
//! [`Future::poll`] has no room for either: it takes a `Context` and returns `Pending`. They go through
//! a [`Slot`] instead, which both sides can reach. The innermost future puts its message there and
//! returns `Pending`. The caller of `poll` takes the message out, and puts the reply there before the
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

use std::cell::Cell;
use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::panic::Location;
use std::thread::LocalKey;

use crate::exception::Exception;

/// A type of message that a coroutine can pause with, and the type of the reply that it then waits for.
///
/// Each such type has its own slot on each thread. Rust has no generic statics, so each implementation
/// declares its own:
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
pub struct Slot<M: Message> {
    // Never dropped: nothing is in it when its thread ends. A thread-local without a destructor can be
    // reached from every other destructor, and in one instruction.
    pub(crate) exchange: ManuallyDrop<Cell<Exchange<M>>>,
    /// The `.await` that left the last message.
    pub(crate) paused_at: Cell<Option<&'static Location<'static>>>,
}

/// What the slot holds.
pub(crate) enum Exchange<M: Message> {
    /// Nothing. No coroutine that speaks `M` is running on this thread.
    Outside,
    /// Nothing. One is running.
    Running,
    /// The reply to its last message, until its `.await` takes it.
    Replied(M::Reply),
    /// The exception that was thrown instead of a reply.
    Thrown(Exception),
    /// The message that it has left.
    Asked(M),
}

impl<M: Message> Slot<M> {
    /// An empty slot, outside any coroutine.
    #[must_use]
    pub const fn new() -> Self {
        Slot {
            exchange: ManuallyDrop::new(Cell::new(Exchange::Outside)),
            paused_at: Cell::new(None),
        }
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

/// What was in the slot before a poll. It is put back when this is dropped, also when a panic unwinds,
/// so that a coroutine may drive another one.
pub(crate) struct SlotGuard<M: Message> {
    exchange: Exchange<M>,
    paused_at: Option<&'static Location<'static>>,
}

impl<M: Message> SlotGuard<M> {
    /// Puts `exchange` into the slot.
    pub(crate) fn enter(exchange: Exchange<M>) -> Self {
        M::slot().with(|slot| SlotGuard {
            exchange: slot.exchange.replace(exchange),
            paused_at: slot.paused_at.get(),
        })
    }

    /// What the poll has left in the slot, and the `.await` that left it.
    pub(crate) fn leave(self) -> (Exchange<M>, Option<&'static Location<'static>>) {
        let left = M::slot().with(|slot| {
            let exchange = slot.exchange.replace(Exchange::Outside);
            (exchange, slot.paused_at.get())
        });
        drop(self);
        left
    }
}

impl<M: Message> Drop for SlotGuard<M> {
    fn drop(&mut self) {
        let outer = mem::replace(&mut self.exchange, Exchange::Outside);
        let left = M::slot().with(|slot| {
            slot.paused_at.set(self.paused_at);
            slot.exchange.replace(outer)
        });
        // Dropped after the slot is in order: it may be anything, and may run coroutines of its own.
        drop(left);
    }
}
