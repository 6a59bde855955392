//! Three futures, one inside the other: what a poll runs, and where it returns.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example nested
//! poll 1
//!   outer begins
//!     inner begins
//!       the pause is pending
//! poll 2
//!       the pause is ready
//!     inner ends
//!   outer ends
//! ready
//! ```

use std::io::{self, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `nested | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

async fn outer() {
    say!("  outer begins");
    inner().await;
    say!("  outer ends");
}

async fn inner() {
    say!("    inner begins");
    Pause { was_polled: false }.await;
    say!("    inner ends");
}

/// Pending at its first poll, and ready at its second one.
struct Pause {
    was_polled: bool,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.was_polled {
            say!("      the pause is ready");
            return Poll::Ready(());
        }
        say!("      the pause is pending");
        self.was_polled = true;
        Poll::Pending
    }
}

fn main() {
    let mut future = pin!(outer());
    let mut context = Context::from_waker(Waker::noop());
    for number in 1.. {
        say!("poll {number}");
        if future.as_mut().poll(&mut context).is_ready() {
            return say!("ready");
        }
    }
}
