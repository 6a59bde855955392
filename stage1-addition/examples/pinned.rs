//! A future that points at itself: a local variable borrows another one, over an `.await`.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example pinned
//! at the first poll: Pending
//! `last` points into the future itself: true
//! at the second poll: Ready(3)
//! ```

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, Write};
use std::mem::size_of_val;
use std::pin::pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `pinned | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Reads `last` after the `.await`, so the future stores both `last` and the numbers that it borrows.
async fn last_of_three(address: &Cell<*const i32>, pause: &Cell<Poll<()>>) -> i32 {
    let numbers = [1, 2, 3];
    let last = &numbers[2];
    address.set(last);
    poll_fn(|_| pause.get()).await;
    *last
}

fn main() {
    let (address, pause) = (Cell::new(ptr::null()), Cell::new(Poll::Pending));
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(last_of_three(&address, &pause));
    let polled = future.as_mut().poll(&mut context);
    say!("at the first poll: {polled:?}");

    let start = (&raw const *future).addr();
    let bytes = start..start + size_of_val(&*future);
    let is_inside = bytes.contains(&address.get().addr());
    say!("`last` points into the future itself: {is_inside}");

    pause.set(Poll::Ready(()));
    let polled = future.as_mut().poll(&mut context);
    say!("at the second poll: {polled:?}");
}
