//! A coroutine driven by hand, and the common ways to hold it wrong.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example by_hand
//! # from the start to the end
//! let mut coro = Coroutine::new(add([1, 2]))
//!     Coroutine(fresh)
//! coro.send(Some(3))
//!     error: can't send a value to a just-started coroutine (it is not waiting for one yet: start it with `send(None)`)
//! coro.send(None)
//!     pauses: Action { name: "add", args: [1, 2] }
//! coro.paused_at()
//!     stage1-addition/src/addition.rs:84:34
//! coro.send(None)
//!     error: can't resume a paused coroutine without a reply (its `.await` waits for one: use `send(Some(reply))`, or `throw`)
//! coro.send(Some(3))
//!     returns: 3
//! coro.send(Some(3))
//!     error: can't resume a finished coroutine (it runs once: make a new one)
//!
//! # an exception instead of a reply
//! careful.send(None)
//!     pauses: Action { name: "add", args: [1, 2] }
//! careful.throw(Exception::msg("no calculator here"))
//!     pauses: Action { name: "add", args: [10, 20] }
//! careful.throw(Exception::msg("and none here"))
//!     error: and none here
//!
//! # closed where it is paused
//! closed.send(None)
//!     pauses: Action { name: "add", args: [1, 2] }
//! closed.close()
//!     Coroutine(finished)
//!
//! # an await outside any coroutine
//! pin!(add([1, 2])).poll(&mut context)
//!     error: awaited outside any coroutine (nobody here takes its message: give the `async` block to `Coroutine::new` or to the loop of this stage)
//!
//! # an await on something that leaves no message
//! mute.send(None)
//!     error: the coroutine paused without a message (it awaited a future that this loop does not support: it supports only futures built on `Yield`)
//!
//! # two awaits at once
//! hasty.send(None)
//!     error: a second message in one step (the coroutine awaits two things at once: await them one after the other)
//! ```

use std::future::{pending, poll_fn};
use std::io::{self, Write};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use stage1_addition::{AdditionAwaitable, Coroutine, CoroutineState, Exception, add};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `by_hand | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Prints a line of the session, and below it what comes of it.
macro_rules! show {
    ($call:expr) => {
        say!("{}", stringify!($call));
        match $call {
            Ok(CoroutineState::Yielded(message)) => say!("    pauses: {message:?}"),
            Ok(CoroutineState::Complete(value)) => say!("    returns: {value:?}"),
            Err(error) => say!("    error: {error}"),
        }
    };
}

fn main() {
    say!("# from the start to the end");
    let mut coro = Coroutine::new(add([1, 2]));
    say!("let mut coro = Coroutine::new(add([1, 2]))\n    {coro:?}");
    show!(coro.send(Some(3)));
    show!(coro.send(None));
    if let Some(place) = coro.paused_at() {
        say!("coro.paused_at()\n    {place}");
    }
    show!(coro.send(None));
    show!(coro.send(Some(3)));
    show!(coro.send(Some(3)));

    say!("\n# an exception instead of a reply");
    let mut careful = Coroutine::new(async {
        match add([1, 2]).await {
            Ok(sum) => Ok(sum),
            Err(_) => add([10, 20]).await,
        }
    });
    show!(careful.send(None));
    show!(careful.throw(Exception::msg("no calculator here")));
    show!(careful.throw(Exception::msg("and none here")));

    say!("\n# closed where it is paused");
    let mut closed = Coroutine::new(add([1, 2]));
    show!(closed.send(None));
    closed.close();
    say!("closed.close()\n    {closed:?}");

    say!("\n# an await outside any coroutine");
    let mut context = Context::from_waker(Waker::noop());
    if let Poll::Ready(Err(error)) = pin!(add([1, 2])).poll(&mut context) {
        say!("pin!(add([1, 2])).poll(&mut context)\n    error: {error}");
    }

    say!("\n# an await on something that leaves no message");
    let mut mute: Coroutine<()> = Coroutine::new(pending());
    show!(mute.send(None));

    say!("\n# two awaits at once");
    let mut hasty = Coroutine::new(async {
        let mut one = pin!(AdditionAwaitable::new([1, 2]).into_future());
        let mut two = pin!(AdditionAwaitable::new([10, 20]).into_future());
        // Ready as soon as one of the two is: here the second one, with an error.
        poll_fn(|context| match one.as_mut().poll(context) {
            Poll::Pending => two.as_mut().poll(context),
            ready @ Poll::Ready(_) => ready,
        })
        .await
    });
    show!(hasty.send(None));
}
