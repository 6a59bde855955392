//! Shows the talk's measure of a loop: Fibonacci numbers, a task to each.
//!
//! To follow: write fib by plain `.await`, and see how far the stack lets it go. Then let `add_coro`
//! run both halves, with a promise for each number that was asked for before, and ask for the 10000th.

mod watchdog;

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;

use num_bigint::BigUint;
use stage4_scheduler::{Exception, Promise, add_coro};
use watchdog::run;

/// By plain `.await`. It is boxed, because a coroutine that holds itself would have no size.
fn plain_fib(n: u32) -> Pin<Box<dyn Future<Output = Result<u64, Exception>>>> {
    Box::pin(async move {
        match n {
            0 | 1 => Ok(n.into()),
            _ => Ok(plain_fib(n - 1).await? + plain_fib(n - 2).await?),
        }
    })
}

type Asked = Rc<RefCell<HashMap<u32, Promise<BigUint>>>>;

/// The promise of the nth number; its task is added by whoever asks first.
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
    let (left, right) = (ask(n - 1, &asked), ask(n - 2, &asked));
    Ok(left.await? + right.await?)
}

#[test]
fn fib_by_plain_await_is_one_task() {
    assert_eq!(run(plain_fib(20)).unwrap(), 6765);
}

#[test]
fn fib_of_ten_thousand_is_exact() {
    let asked = Asked::default();
    let result = run(fib(10_000, Rc::clone(&asked))).unwrap();

    let (mut this, mut next) = (BigUint::ZERO, BigUint::from(1_u32));
    for _ in 0..10_000 {
        let after = &this + &next;
        this = std::mem::replace(&mut next, after);
    }
    assert_eq!(result, this);
    assert_eq!(result.to_string().len(), 2090);
    assert_eq!(
        asked.borrow().len(),
        10_000,
        "each number was asked for once"
    );
}
