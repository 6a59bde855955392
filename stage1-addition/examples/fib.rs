//! Fibonacci out of additions that somebody else does: `fib(100)`, with a cache.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example fib
//! fib(100) = 354224848179261915075
//! additions asked for: 99
//! ```
//!
//! Without the cache, it asks for the same sums over and over: 573147844013817084100 additions, which
//! is one less than `fib(101)`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

use stage1_addition::{AdditionAwaitable, Exception, run_task};

/// What all the calls of `fib` share. They are all on one thread, so an `Rc` and cells will do.
#[derive(Default)]
struct Shared {
    cache: RefCell<HashMap<u32, i128>>,
    additions: Cell<u32>,
}

async fn fib(n: u32, shared: Rc<Shared>) -> Result<i128, Exception> {
    // Copied out first: in the condition, the borrow would last until the end of the `if`.
    let known = shared.cache.borrow().get(&n).copied();
    if let Some(known) = known {
        return Ok(known);
    }
    if n < 2 {
        return Ok(n.into());
    }
    // Why `Box::pin`? A coroutine is a value, and a value has a size. This one holds the coroutine that
    // it awaits, so it would hold itself, and be infinitely big. A box is one pointer, whatever is in it.
    let back_two = Box::pin(fib(n - 2, Rc::clone(&shared))).await?;
    let back_one = Box::pin(fib(n - 1, Rc::clone(&shared))).await?;
    shared.additions.set(shared.additions.get() + 1);
    let sum = AdditionAwaitable::new([back_two, back_one]).await?;
    shared.cache.borrow_mut().insert(n, sum);
    Ok(sum)
}

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `fib | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

fn main() -> Result<(), Exception> {
    let shared = Rc::new(Shared::default());
    let number = run_task(fib(100, Rc::clone(&shared)))?;
    say!("fib(100) = {number}");
    say!("additions asked for: {}", shared.additions.get());
    Ok(())
}
