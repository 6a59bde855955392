//! The 10000th Fibonacci number, exact: a task for it, and one for each number below.
//!
//! ```console
//! $ cargo run -q -p stage4-scheduler --example fib_tasks
//! fib(10000) = 33644764876431783266...66073310059947366875
//! 2090 digits
//! 10001 tasks
//! ```

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

use num_bigint::BigUint;
use stage4_scheduler::{Exception, Promise, add_coro, run};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `fib_tasks | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// The promise of each number that somebody has asked for.
type Asked = Rc<RefCell<HashMap<u32, Promise<BigUint>>>>;

/// Whoever asks for a number first adds the task that works it out.
fn ask(n: u32, asked: &Asked) -> Promise<BigUint> {
    if let Some(promise) = asked.borrow().get(&n) {
        return promise.clone();
    }
    let promise = add_coro(fib(n, Rc::clone(asked)));
    asked.borrow_mut().insert(n, promise.clone());
    promise
}

async fn fib(n: u32, asked: Asked) -> Result<BigUint, Exception> {
    if n < 2 {
        return Ok(n.into());
    }
    // Both are asked for before either is awaited: this task waits, and the loop goes on with them.
    let (left, right) = (ask(n - 1, &asked), ask(n - 2, &asked));
    Ok(left.await? + right.await?)
}

fn main() -> Result<(), Exception> {
    let asked = Asked::default();
    let digits = run(fib(10_000, Rc::clone(&asked)))?.to_string();
    let (first, last) = (&digits[..20], &digits[digits.len() - 20..]);
    say!("fib(10000) = {first}...{last}");
    say!("{} digits", digits.len());
    say!("{} tasks", asked.borrow().len() + 1);
    Ok(())
}
