//! Fairness: no socket, no task and no writer keeps the others waiting for ever.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::exception::Exception;
use crate::promise::Promise;
use crate::wait::Wait;

/// How often a socket is used, or a task is run, before the others have their chance. A larger number saves
/// calls of `select`; a smaller one keeps the others waiting for a shorter time.
const AT_ONCE: u32 = 64;

/// What a socket has left. (Tokio calls the same idea `coop`.)
///
/// If there is a connection to accept, or room to write, that is done at once, and no other task runs
/// meanwhile. A flood of connections, or a reader as fast as the writer, could keep it so for ever.
#[derive(Debug)]
pub(crate) struct Budget(Cell<u32>);

impl Budget {
    pub(crate) fn new() -> Self {
        Budget(Cell::new(AT_ONCE))
    }

    /// Takes one use from it. `true` if it was used up: then wait for the kernel before that use.
    pub(crate) fn must_wait(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.checked_sub(1).unwrap_or(AT_ONCE - 1));
        left == 0
    }

    /// Gives up what is left: the next use begins with a wait.
    pub(crate) fn give_up(&self) {
        self.0.set(0);
    }
}

/// With thousands of sockets a look at them costs more than many steps. Then they are looked at this often.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// When a busy loop looks at its sockets: it must not do so only when no task is ready.
#[derive(Debug)]
pub(crate) struct Looks {
    until_next: Cell<u32>,
    last: Cell<Instant>,
    count: Cell<u64>,
}

impl Default for Looks {
    fn default() -> Self {
        Looks {
            until_next: Cell::new(AT_ONCE),
            last: Cell::new(Instant::now()),
            count: Cell::new(0),
        }
    }
}

impl Looks {
    /// Call it after each step. Says whether to look now, beside so many sockets.
    pub(crate) fn is_due(&self, sockets: impl FnOnce() -> usize) -> bool {
        let until_next = self.until_next.get() - 1;
        self.until_next.set(until_next);
        if until_next > 0 {
            return false;
        }
        self.until_next.set(AT_ONCE);
        // With few sockets, a look is as cheap as to ask for the time.
        sockets() <= AT_ONCE as usize || self.last.get().elapsed() >= LOOK_AGAIN
    }

    pub(crate) fn note(&self, now: Instant) {
        self.until_next.set(AT_ONCE);
        self.last.set(now);
        self.count.set(self.count.get() + 1);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.get()
    }
}

/// A line of tasks that want the same thing, each for as long as it needs: one at a time, in order.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// A number and a promise for each. The promise of the first one is settled.
    line: RefCell<VecDeque<(u64, Promise<()>)>>,
    entered: Cell<u64>,
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
        let (number, promise) = (self.entered.get(), Promise::new());
        self.entered.set(number + 1);
        let wait = (!self.is_free()).then(|| promise.clone().into_future());
        self.line.borrow_mut().push_back((number, promise));
        Turn {
            turns: self,
            number,
            wait,
        }
    }

    fn leave(&self, number: u64) -> Option<Promise<()>> {
        let mut line = self.line.borrow_mut();
        let place = line
            .binary_search_by_key(&number, |&(number, _)| number)
            .ok()?;
        line.remove(place);
        line.front().map(|(_, next)| next.clone())
    }
}

impl Turn<'_> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Exception>> {
        let Some(wait) = &mut self.wait else {
            return Poll::Ready(Ok(()));
        };
        let result = std::task::ready!(Pin::new(wait).poll(cx));
        self.wait = None;
        Poll::Ready(result)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // It is refused if that one has its turn already. The line is not borrowed here: to settle runs wakers,
        // which may enter again.
        if let Some(next) = self.turns.leave(self.number) {
            let _ = next.set_success(());
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/fairness.rs"]
mod tests;
