//! Fairness: no socket, no task and no writer keeps the others waiting for ever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::exception::Exception;
use crate::promise::Promise;
use crate::wait::Wait;

/// How often a socket is used, or a task is run, before the others have their chance. A larger number saves
/// calls of `select`, and keeps the others waiting for longer.
const AT_ONCE: u32 = 64;

/// What a socket has left. (Tokio calls the same idea `coop`.) Without it, a flood of connections, or a reader as
/// fast as the writer, could keep one task running for ever.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    used: Cell<u32>,
}

impl Budget {
    /// Takes one use from it. `true` if it was used up: then wait for the kernel before that use.
    pub(crate) fn must_wait(&self) -> bool {
        let is_used_up = self.used.get() == AT_ONCE;
        self.used
            .set(if is_used_up { 1 } else { self.used.get() + 1 });
        is_used_up
    }

    /// Gives up what is left: the next use begins with a wait.
    pub(crate) fn give_up(&self) {
        self.used.set(AT_ONCE);
    }
}

/// How often many sockets are looked at: a look at thousands costs more than many steps.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// When a busy loop looks at its sockets.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    steps: Cell<u32>,
    last: Cell<Option<Instant>>,
    count: Cell<u64>,
}

impl Looks {
    /// Call it after each step. Says whether to look now, beside so many sockets.
    pub(crate) fn is_due(&self, sockets: impl FnOnce() -> usize) -> bool {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() < AT_ONCE {
            return false;
        }
        self.steps.set(0);
        if sockets() <= AT_ONCE as usize {
            return true; // a look is as cheap as to ask for the time
        }
        let last = self.last.get();
        let is_due = last.is_none_or(|last| last.elapsed() >= LOOK_AGAIN);
        if is_due {
            self.last.set(Some(Instant::now()));
        }
        is_due
    }

    /// Call it after each look, whatever it was for.
    pub(crate) fn note(&self) {
        self.steps.set(0);
        self.count.set(self.count.get() + 1);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.get()
    }
}

/// A line of tasks that want the same thing, each for as long as it needs: one at a time, in order.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// By number, which grows. The first one has its turn.
    line: RefCell<BTreeMap<u64, Promise<()>>>,
}

/// A place in the line, until it is dropped. It may be awaited.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
    wait: Option<Wait<()>>,
}

impl Turns {
    pub(crate) fn is_free(&self) -> bool {
        self.line.borrow().is_empty()
    }

    #[track_caller]
    pub(crate) fn enter(&self) -> Turn<'_> {
        let mut line = self.line.borrow_mut();
        let (promise, last) = (Promise::new(), line.last_key_value());
        let (number, wait) = match last {
            Some((last, _)) => (last + 1, Some(promise.clone().into_future())),
            None => (0, None),
        };
        line.insert(number, promise);
        Turn {
            turns: self,
            number,
            wait,
        }
    }

    fn leave(&self, number: u64) -> Option<Promise<()>> {
        let mut line = self.line.borrow_mut();
        line.remove(&number);
        line.first_key_value().map(|(_, next)| next.clone())
    }
}

impl Turn<'_> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Exception>> {
        let Some(wait) = &mut self.wait else {
            return Poll::Ready(Ok(()));
        };
        let result = ready!(Pin::new(wait).poll(cx));
        self.wait = None;
        Poll::Ready(result)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // The line is not borrowed here: a waker may run any code. It is refused if that one has its turn already.
        if let Some(next) = self.turns.leave(self.number) {
            let _ = next.set_success(());
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/fairness.rs"]
mod tests;
