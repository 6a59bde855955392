//! Fibonacci on top of additions, as deep as a coroutine may go (T16).
//!
//! How to go about it: write it as you would write it anywhere, and put `.await?` where a number is
//! asked for. Where it calls itself, there is one more thing to write: `Box::pin`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use stage1_addition::{AdditionAwaitable, Coroutine, CoroutineState, Exception, run_task};

/// Counts its additions in `asked`.
///
/// The `Box::pin` is needed because a coroutine is a value, and a value has a size. This one holds the
/// coroutine that it awaits, so it would hold itself, and be infinitely big. A box is one pointer.
async fn fib(n: u32, asked: Rc<Cell<u32>>) -> Result<i128, Exception> {
    if n < 2 {
        return Ok(n.into());
    }
    let back_two = Box::pin(fib(n - 2, Rc::clone(&asked))).await?;
    let back_one = Box::pin(fib(n - 1, Rc::clone(&asked))).await?;
    asked.set(asked.get() + 1);
    AdditionAwaitable::new([back_two, back_one]).await
}

type Cache = Rc<RefCell<HashMap<u32, i128>>>;

async fn fib_cached(n: u32, cache: Cache) -> Result<i128, Exception> {
    if n < 2 {
        return Ok(n.into());
    }
    // Copied out first: in the condition, the borrow would last until the end of the `if`.
    let known = cache.borrow().get(&n).copied();
    if let Some(known) = known {
        return Ok(known);
    }
    let back_two = Box::pin(fib_cached(n - 2, Rc::clone(&cache))).await?;
    let back_one = Box::pin(fib_cached(n - 1, Rc::clone(&cache))).await?;
    let sum = AdditionAwaitable::new([back_two, back_one]).await?;
    cache.borrow_mut().insert(n, sum);
    Ok(sum)
}

#[test]
fn the_first_numbers_are_right() {
    let numbers: Vec<i128> = (0..=10)
        .map(|n| run_task(fib(n, Rc::default())).unwrap())
        .collect();
    assert_eq!(numbers, [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55]);
}

#[test]
fn without_a_cache_the_same_sums_are_asked_for_over_and_over() {
    // Miri is slow, and gets a smaller one.
    let (n, number, additions) = if cfg!(miri) {
        (10, 55, 88)
    } else {
        (20, 6765, 10945)
    };
    let asked = Rc::new(Cell::new(0));
    assert_eq!(run_task(fib(n, Rc::clone(&asked))).unwrap(), number);
    assert_eq!(asked.get(), additions);
}

#[test]
fn with_a_cache_each_sum_is_asked_for_once() {
    let cache = Cache::default();
    assert_eq!(run_task(fib_cached(20, Rc::clone(&cache))).unwrap(), 6765);
    assert_eq!(cache.borrow().len(), 19);
}

#[test]
fn fib_100_is_exact() {
    assert_eq!(
        run_task(fib_cached(100, Cache::default())).unwrap(),
        354_224_848_179_261_915_075
    );
}

#[test]
fn the_first_message_comes_from_the_bottom_of_the_recursion() {
    let mut coro = Coroutine::new(fib_cached(100, Cache::default()));
    let CoroutineState::Yielded(action) = coro.send(None).unwrap() else {
        panic!("it asks for a sum first");
    };
    // One send has gone fifty coroutines deep, to fib(2).
    assert_eq!((action.name, action.args), ("add", vec![0, 1]));
}

#[test]
fn a_number_that_does_not_fit_is_an_exception_all_the_way_up() {
    assert!(run_task(fib_cached(184, Cache::default())).is_ok());
    let exception = run_task(fib_cached(185, Cache::default())).unwrap_err();
    assert!(exception.is::<stage1_addition::addition::Overflow>());
}
