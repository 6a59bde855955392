//! Random programs of sockets, deadlines, promises and cancellations, on the loop and in a model that
//! has no loop. The same tasks go on, and get as far; and the loop waits for no more than they do.
//!
//! How to go about it: a program is a value (`random_loop/program.rs`), a list of things that happen
//! from outside, on a clock that is moved by hand. After each of them the loop runs until nothing goes on
//! (`random_loop/on_the_loop.rs`), and is compared with the model (`random_loop/model.rs`). A second test
//! lets it run any number of steps in between, in any order with the looks at the sockets: then the model
//! is that everything ends once everything has happened.
//!
//! A failure prints the smallest program that it found, and the seed. To replay:
//!
//! ```console
//! $ PROPTEST_RNG_SEED=<the seed> cargo test -p tests --test 60_random_loop
//! ```

#![cfg(not(loom))]

use std::cell::Cell;
use std::env;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use model::Model;
use on_the_loop::on_a_loop;
use program::{Op, Outcome, PROMISES, SOCKS, op};

#[expect(dead_code, reason = "its loop is not needed, but its eyes are")]
#[path = "../../stage5-select/tests/by_hand/mod.rs"]
mod by_hand;
#[path = "random_loop/model.rs"]
mod model;
#[path = "random_loop/on_the_loop.rs"]
mod on_the_loop;
#[path = "random_loop/program.rs"]
mod program;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

/// One test at a time: a descriptor that the one closes behind its loop's back must not be the next one
/// that the other opens.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `test` on random values; `PROPTEST_CASES` says on how many.
fn on_random<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let replay = env::var("PROPTEST_RNG_SEED").map(|seed| seed.parse().expect("a number"));
    let seed = replay.unwrap_or_else(|_| RandomState::new().hash_one("a new seed each time"));
    println!("PROPTEST_RNG_SEED={seed} replays this run");
    let config = Config {
        failure_persistence: None, // the seed is enough
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(strategy, test) {
        panic!("{failure}\nPROPTEST_RNG_SEED={seed}");
    }
}

#[test]
fn the_loop_does_what_the_model_does() {
    // Whether the test has tested anything: how often each of these came up.
    let (ended, waiting, closed) = (Cell::new(0_u64), Cell::new(0_u64), Cell::new(0_u64));
    on_random(&vec(op(), 1..60), |program| {
        on_a_loop(|the_loop| {
            let mut model = Model::new();
            for (number, op) in program.iter().enumerate() {
                the_loop.apply(op);
                the_loop.settle();
                let expected = model.apply(op);
                prop_assert_eq!(the_loop.seen(), expected, "after {} {:?}", number, op);
            }
            for (has_ended, outcomes) in the_loop.seen().0 {
                let count = if has_ended { &ended } else { &waiting };
                count.set(count.get() + 1);
                let lost = outcomes.contains(&Outcome::Closed);
                closed.set(closed.get() + u64::from(lost));
            }
            Ok(())
        })
    });
    let (ended, waiting, closed) = (ended.get(), waiting.get(), closed.get());
    println!("{ended} tasks ended, {waiting} were left waiting, {closed} lost a socket");
    assert!(ended > 100 && waiting > 100 && closed > 0);
}

/// What the loop does between two things that happen.
#[derive(Clone, Debug)]
enum Between {
    Turn(usize),
    Look,
}

#[test]
fn whatever_the_order_all_ends_when_all_has_happened() {
    let between = prop_oneof![(0..6_usize).prop_map(Between::Turn), Just(Between::Look)];
    let program = vec((op(), vec(between, 0..3)), 1..60);
    on_random(&program, |program| {
        on_a_loop(|the_loop| {
            for (op, between) in program {
                the_loop.apply(&op);
                for then in between {
                    match then {
                        Between::Turn(steps) => the_loop.turn(steps),
                        Between::Look => the_loop.look(),
                    }
                }
            }
            the_loop.settle();
            // All promises are settled, all deadlines come, all sockets are ready; and since a task may
            // wait for itself, all tasks are told to stop.
            let last = (0..PROMISES).map(Op::Settle);
            let last = last.chain((0..SOCKS).map(Op::HangUp));
            let last = last.chain([Op::Advance(1000), Op::Advance(1000), Op::Advance(1000)]);
            for op in last {
                the_loop.apply(&op);
                the_loop.settle();
            }
            let (tasks, (reads, writes, timers)) = the_loop.seen();
            prop_assert_eq!((reads, writes, timers), (0, 0, 0));
            for task in 0..tasks.len() {
                the_loop.apply(&Op::Cancel(task));
            }
            the_loop.settle();
            prop_assert!(the_loop.seen().0.iter().all(|(ended, _)| *ended));
            Ok(())
        })
    });
}
