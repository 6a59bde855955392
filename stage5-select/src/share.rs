//! A share of the loop: how often a socket is used before the others have a turn.
//!
//! Where there is something to accept, or room to write, it is done at once, and nobody else runs
//! meanwhile. A flood of connections, or a reader who is as fast as we are, would keep it so for good.

use std::cell::Cell;

/// How often that is. Why not once? A wait costs a call of `select`, and between two of them a busy loop
/// runs many steps: who is at the end of a long queue would wait for all of them.
const AT_ONCE: u32 = 64;

/// What is left of a share.
#[derive(Debug)]
pub(crate) struct Share(Cell<u32>);

impl Share {
    /// One of which nothing was used.
    pub(crate) fn whole() -> Self {
        Share(Cell::new(AT_ONCE))
    }

    /// One that begins with a wait.
    pub(crate) fn used_up() -> Self {
        Share(Cell::new(0))
    }

    /// Takes once from it. If it is used up: whether to wait before that, and then there is a new one.
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
