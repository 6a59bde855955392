//! The problem of this stage: eight actions are eight arms, and there is no end to it (T17).
//!
//! How to go about it: you do not. A ninth ability is a ninth arm, and a coroutine that needs one needs a
//! change of the loop.

use stage2_ops::error::UnknownAction;
use stage2_ops::{Exception, OpAwaitable, Value, add, divmod, modulo, mul, run_task, sub};

/// The names for which the loop's source has an arm.
fn arms() -> Vec<&'static str> {
    include_str!("../src/run.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_action_costs_the_loop_one_line() {
    assert_eq!(
        arms(),
        [
            "add", "sub", "mul", "div", "mod", "divmod", "getattr", "setattr"
        ]
    );
}

#[test]
fn for_every_arm_the_loop_has_an_answer_or_an_error_of_its_own() {
    for name in arms() {
        let answer = run_task(OpAwaitable::new(name, [0; 0]).into_future());
        assert!(
            !answer.is_err_and(|error| error.is::<UnknownAction>()),
            "{name}"
        );
    }
}

// What can be put together from the eight needs no arm: it is a coroutine.
#[test]
fn a_coroutine_may_be_made_of_other_coroutines() {
    /// Euclid's.
    async fn gcd(a: i128, b: i128) -> Result<Value, Exception> {
        let (mut a, mut b) = (Value::from(a), Value::from(b));
        while b != 0 {
            (a, b) = (b.clone(), modulo(a, b).await?);
        }
        Ok(a)
    }
    assert_eq!(run_task(gcd(1071, 462)).unwrap(), 21);
}

#[test]
fn each_answer_goes_to_the_await_that_asked() {
    let rest = run_task(async {
        let Value::Tuple(pair) = divmod(-7, 2).await? else {
            return Err(Exception::msg("no pair"));
        };
        let [q, r] = &*pair else {
            return Err(Exception::msg("no pair"));
        };
        let again = add([mul(q.clone(), 2).await?, r.clone()]).await?;
        sub(again, -7).await
    });
    assert_eq!(rest.unwrap(), 0);
}
