//! A job: a coroutine that settles the promise of its result, whatever the type of that may be.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::exception::Exception;
use crate::panicked::caught;
use crate::promise::Promise;

/// What a task has to do. It is run one turn at a time, and the last one settles `result`.
///
/// Why does the loop keep that promise, and hand it in without its type? One that stood beside the
/// coroutine would have both in a box of their own: one more piece of memory for every task.
pub(crate) trait Job {
    fn turn(self: Pin<&mut Self>, cx: &mut Context<'_>, result: &Rc<dyn Any>) -> Did;
}

/// How a task ended its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It paused at an `.await`.
    Paused,
    /// It returned, and its promise is 🐣.
    Returned,
    /// It raised an exception, or panicked, and its promise is 🍳.
    Raised,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Did::Paused => "paused",
            Did::Returned => "returned",
            Did::Raised => "raised an exception",
        })
    }
}

impl<F: Future<Output = Result<T, Exception>>, T: 'static> Job for F {
    fn turn(self: Pin<&mut Self>, cx: &mut Context<'_>, result: &Rc<dyn Any>) -> Did {
        let outcome = match caught(|| self.poll(cx)) {
            Ok(Poll::Pending) => return Did::Paused,
            Ok(Poll::Ready(outcome)) => outcome,
            Err(panicked) => Err(panicked),
        };
        let did = if outcome.is_ok() {
            Did::Returned
        } else {
            Did::Raised
        };
        let core = Rc::clone(result).downcast();
        let result = Promise(core.expect("a task's promise has the type of its result"));
        // Refused if somebody has settled the promise already: then the first result stands, and this
        // one is dropped. Why caught? Its destructor may be anyone's.
        let _ = caught(|| result.settle(outcome));
        did
    }
}
