//! A future of your own, polled by hand. No crate is needed for it, and no runtime.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example own_future
//! pending
//! pending
//! ready: lift-off
//! ```

#![allow(dead_code, unreachable_pub, reason = "`std_says` is there to be read")]

use std::io::{self, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

mod std_says {
    use std::pin::Pin;
    use std::task::Context;

    pub trait Future {
        type Output;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output>;
    }

    pub enum Poll<T> {
        Ready(T),
        Pending,
    }
}

// The compiler compares it with std: this passes a call of the one `poll` on to the other.
impl<F: Future> std_says::Future for F {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> std_says::Poll<F::Output> {
        match Future::poll(self, cx) {
            Poll::Ready(value) => std_says::Poll::Ready(value),
            Poll::Pending => std_says::Poll::Pending,
        }
    }
}

/// Pending as often as its number says, and then ready.
struct Countdown(u32);

impl Future for Countdown {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if self.0 == 0 {
            return Poll::Ready("lift-off");
        }
        self.0 -= 1;
        Poll::Pending
    }
}

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `own_future | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

fn main() {
    let mut countdown = pin!(Countdown(2));
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match countdown.as_mut().poll(&mut context) {
            Poll::Pending => say!("pending"),
            Poll::Ready(word) => break say!("ready: {word}"),
        }
    }
}
