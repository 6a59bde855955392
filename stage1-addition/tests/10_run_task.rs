//! The loop: it sends, reads the message, works out the answer, and sends that (T14, T15).
//!
//! How to go about it: a `match` on what came out, a `match` on the name of the message, and one line
//! each for a value and for an exception. Mind that a throw may bring the next message too.

use std::cell::Cell;
use std::rc::Rc;

use stage1_addition::addition::{Overflow, UnknownAction, sum};
use stage1_addition::coroutine::Yield;
use stage1_addition::{Action, Exception, Misuse, add, run_task};

/// Asks the loop for something that it has never heard of.
async fn ask(name: &'static str) -> Result<i128, Exception> {
    let args = vec![];
    Yield::new(Action { name, args }).await
}

#[test]
fn the_loop_adds() {
    assert_eq!(run_task(add([1, 2])).unwrap(), 3);
    assert_eq!(run_task(add([1, 2, 3, 4])).unwrap(), 10);
    assert_eq!(run_task(add([5, -7])).unwrap(), -2);
    assert_eq!(run_task(add([])).unwrap(), 0);
}

#[test]
fn each_answer_goes_to_the_await_that_asked() {
    let total = run_task(async {
        let three = add([1, 2]).await?;
        let six = add([three, three]).await?;
        Ok((three, six, add([six, 1]).await?))
    });
    assert_eq!(total.unwrap(), (3, 6, 7));
}

#[test]
fn a_coroutine_that_asks_for_nothing_returns_at_once() {
    assert_eq!(run_task(async { Ok("done") }).unwrap(), "done");
}

#[test]
fn what_the_coroutine_raises_comes_out_of_the_loop() {
    let result: Result<(), _> = run_task(async {
        add([1, 2]).await?;
        Err(Exception::msg("no more"))
    });
    assert_eq!(result.unwrap_err().to_string(), "no more");
}

#[test]
fn an_unknown_action_is_thrown_at_the_await() {
    let went_on = Rc::new(Cell::new(false));
    let result = run_task({
        let went_on = Rc::clone(&went_on);
        async move {
            let answer = ask("spam").await?;
            went_on.set(true);
            Ok(answer)
        }
    });
    let exception = result.unwrap_err();
    assert_eq!(exception.downcast_ref(), Some(&UnknownAction("spam")));
    assert_eq!(
        exception.to_string(),
        r#"unknown action "spam" (the loop has no arm for it: see `run.rs`)"#
    );
    assert!(!went_on.get());
}

// The loop in the talk drops what `throw` gives. The message of the second `.await` is lost, and the
// answer to an older one is sent instead.
#[test]
fn a_coroutine_that_catches_an_unknown_action_may_ask_for_something_else() {
    let total = run_task(async {
        let three = add([1, 2]).await?;
        match ask("spam").await {
            Err(error) if error.is::<UnknownAction>() => add([three, 10]).await,
            other => other,
        }
    });
    assert_eq!(total.unwrap(), 13);
}

// The loop in the talk ends with a stray `StopIteration` here.
#[test]
fn a_coroutine_that_catches_an_unknown_action_may_return() {
    assert_eq!(
        run_task(async { ask("spam").await.or(Ok(42)) }).unwrap(),
        42
    );
}

#[test]
fn a_coroutine_that_catches_one_unknown_action_may_meet_another() {
    let result = run_task(async {
        ask("spam").await.unwrap_err();
        ask("eggs").await
    });
    let exception = result.unwrap_err();
    assert_eq!(exception.downcast_ref(), Some(&UnknownAction("eggs")));
}

#[test]
fn a_sum_that_does_not_fit_is_thrown_and_not_a_panic() {
    let exception = run_task(add([i128::MAX, 1])).unwrap_err();
    assert!(exception.is::<Overflow>());
    assert_eq!(
        exception.to_string(),
        "the result does not fit into 128 bits (Python's integers grow, these do not)"
    );
    let caught = run_task(async {
        match add([i128::MIN, -1]).await {
            Err(error) if error.is::<Overflow>() => add([1, 2]).await,
            other => other,
        }
    });
    assert_eq!(caught.unwrap(), 3);
}

#[test]
fn a_sum_may_be_the_biggest_number_that_fits() {
    assert_eq!(sum(&[i128::MAX - 1, 1]).unwrap(), i128::MAX);
    assert_eq!(sum(&[i128::MIN + 1, -1]).unwrap(), i128::MIN);
}

#[test]
fn the_loop_does_not_wait_for_what_it_does_not_know() {
    let result: Result<(), _> = run_task(std::future::pending());
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&Misuse::NoMessage));
}
