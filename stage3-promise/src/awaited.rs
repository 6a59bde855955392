//! What a coroutine hands up to the loop: the promise that it awaits, without its type.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::thread::LocalKey;

use crate::coroutine::{self, Message, Slot};
use crate::exception::Exception;
use crate::promise::{Promise, Shared};

/// The message of this stage: the promise that a coroutine has paused for (T21), without its type.
///
/// A promise of a number and a promise of a string are two types, and a loop that waits for both could
/// hold neither. The reply to it is `()`: the value stays in the promise, and the `.await` takes it out.
///
/// ```
/// use stage3_promise::{Coroutine, CoroutineState, Promise};
///
/// let promise = Promise::<i32>::new();
/// let mut coro = Coroutine::new({
///     let promise = promise.clone();
///     async move { promise.await }
/// });
/// let CoroutineState::Yielded(awaited) = coro.send(None)? else { unreachable!() };
/// assert!(awaited.outcome().is_none());
/// promise.set_success(3)?;
/// assert!(awaited.outcome().is_some());
/// assert!(matches!(coro.send(Some(()))?, CoroutineState::Complete(3)));
/// # Ok::<(), stage3_promise::Exception>(())
/// ```
#[derive(Clone)]
pub struct Awaited(Rc<dyn AnyPromise>);

/// A [coroutine](coroutine::Coroutine) that speaks this stage's one message.
pub type Coroutine<T> = coroutine::Coroutine<Awaited, T>;

impl Message for Awaited {
    type Reply = ();

    fn slot() -> &'static LocalKey<Slot<Self>> {
        thread_local!(static SLOT: Slot<Awaited> = const { Slot::new() });
        &SLOT
    }
}

impl Awaited {
    pub(crate) fn new<T: 'static>(promise: &Promise<T>) -> Self {
        Awaited(promise.0.clone())
    }

    /// `None` as long as the promise is pending, then whether it went well, without the value.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<(), Exception>> {
        self.0.outcome()
    }

    /// Where the promise was made.
    #[must_use]
    pub fn made_at(&self) -> &'static Location<'static> {
        self.0.made_at()
    }

    /// A number that this promise shares with no other that is alive.
    #[must_use]
    pub fn id(&self) -> usize {
        Rc::as_ptr(&self.0).cast::<()>().addr()
    }
}

/// A promise whose type is forgotten: all that a loop needs to see of it.
trait AnyPromise {
    fn outcome(&self) -> Option<Result<(), Exception>>;
    fn made_at(&self) -> &'static Location<'static>;
}

impl<T> AnyPromise for Shared<T> {
    fn outcome(&self) -> Option<Result<(), Exception>> {
        let outcome = self.outcome.get()?;
        Some(outcome.as_ref().map(|_| ()).map_err(Exception::clone))
    }

    fn made_at(&self) -> &'static Location<'static> {
        self.made_at
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.outcome() {
            None => "🥚",
            Some(Ok(())) => "🐣",
            Some(Err(_)) => "🍳",
        };
        write!(f, "Awaited({state} made at {})", self.made_at())
    }
}
