//! A promise in its three states, each awaited, and one that is settled twice.
//!
//! ```console
//! $ cargo run -q -p stage3-promise --example promise
//! Promise(🥚): the promise made at stage3-promise/examples/promise.rs:30:19 is not settled, and stage3-promise/examples/promise.rs:23:36 waits for it (this loop runs one coroutine, so nobody else can settle it: settle it before it is awaited)
//! Promise(🐣 12345): it gives 12345
//! Promise(🍳 the hen objects): the hen objects
//! Settled twice: the promise made at stage3-promise/examples/promise.rs:33:19 is settled already (its first result stands: ask `is_settled` where two may settle it)
//! ```

use std::io::{self, Write};

use stage3_promise::{Exception, Promise, run};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `promise | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Runs a coroutine that awaits the promise, and shows what comes of it.
fn show(promise: &Promise<i32>) {
    let awaited = promise.clone();
    match run(async move { awaited.await }) {
        Ok(value) => say!("{promise:?}: it gives {value}"),
        Err(exception) => say!("{promise:?}: {exception}"),
    }
}

fn main() -> Result<(), Exception> {
    let pending = Promise::new();
    show(&pending);

    let success = Promise::new();
    success.set_success(12345)?;
    show(&success);

    let failure = Promise::new();
    failure.set_exception(Exception::msg("the hen objects"))?;
    show(&failure);

    // It has left the first state, and leaves no other.
    let refused = success.set_success(54321).unwrap_err();
    say!("Settled twice: {refused}");
    Ok(())
}
