//! Random programs of tasks, run three ways: on the loop that looks, on the loop that is told, and in a
//! model that is no loop at all. The same tasks end, with the same results; the same tasks are stuck,
//! for the same reason; the same cycles are reported.
//!
//! How to go about it: a program is a value (`random_tasks/program.rs`), so that it can be printed,
//! shrunk, and handed to three interpreters. In which order its tasks run must not matter to what comes
//! out, and so each promise has one task that may settle it. Then the model (`random_tasks/model.rs`)
//! needs no queue: it goes on with any task that can, until none can.
//!
//! A failure prints the smallest program that it found, and the seed. To replay:
//!
//! ```console
//! $ PROPTEST_RNG_SEED=<the seed> cargo test -p tests --test 02_random_tasks
//! ```

#![cfg(not(loom))]

use std::cell::RefCell;
use std::env;
use std::hash::{BuildHasher, RandomState};

use proptest::test_runner::{Config, RngSeed, TestRunner};

use program::{Awaited, Program, Report};

#[path = "random_tasks/model.rs"]
mod model;
#[path = "random_tasks/program.rs"]
mod program;

#[path = "random_tasks"]
mod looks {
    mod the_loop {
        pub(super) use stage4_scheduler::scan::{Promise, add_coro, run};
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, LoopEnded};
    }

    #[path = "on_a_loop.rs"]
    pub(super) mod on_a_loop;
}

#[path = "random_tasks"]
mod is_told {
    mod the_loop {
        pub(super) use stage4_scheduler::{Awaits, Deadlock, Exception, LoopEnded};
        pub(super) use stage4_scheduler::{Promise, add_coro, run};
    }

    #[expect(clippy::duplicate_mod, reason = "that is the point of it")]
    #[path = "on_a_loop.rs"]
    pub(super) mod on_a_loop;
}

/// What the programs of one test run came to, so that the test can tell whether it has tested anything.
#[derive(Debug, Default)]
struct Seen {
    all_ended: u32,
    some_stuck: u32,
    stuck_for_a_task: u32,
    stuck_for_a_promise: u32,
    cycles: u32,
    raised: u32,
    panicked: u32,
}

impl Seen {
    fn count(&mut self, report: &Report) {
        let stuck_for = |what: fn(&Awaited) -> bool| report.stuck.values().any(what);
        let failed = |with: &str| {
            let mut failures = report
                .ended
                .values()
                .filter_map(|result| result.as_ref().err());
            failures.any(|text| text.contains(with))
        };
        self.all_ended += u32::from(report.stuck.is_empty());
        self.some_stuck += u32::from(!report.stuck.is_empty());
        self.stuck_for_a_task +=
            u32::from(stuck_for(|awaited| matches!(awaited, Awaited::Task(_))));
        self.stuck_for_a_promise +=
            u32::from(stuck_for(|awaited| matches!(awaited, Awaited::Promise)));
        self.cycles += u32::from(!report.cycles.is_empty());
        self.raised += u32::from(failed("raises"));
        self.panicked += u32::from(failed("panics"));
    }

    fn least(&self) -> u32 {
        let counts = [
            self.all_ended,
            self.some_stuck,
            self.stuck_for_a_task,
            self.stuck_for_a_promise,
            self.cycles,
            self.raised,
            self.panicked,
        ];
        counts.into_iter().min().unwrap_or_default()
    }
}

#[test]
fn two_loops_and_a_model_agree_about_every_program() {
    let replay = env::var("PROPTEST_RNG_SEED").map(|seed| seed.parse().expect("a number"));
    let seed = replay.unwrap_or_else(|_| RandomState::new().hash_one("a new seed each time"));
    println!("PROPTEST_RNG_SEED={seed} replays this run");
    let mut runner = TestRunner::new(Config {
        cases: 2000,
        failure_persistence: None, // the seed is enough
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let all = RefCell::new(Seen::default());
    let result = runner.run(&program::any(), |program: Program| {
        let expected = model::execute(&program);
        proptest::prop_assert_eq!(
            &looks::on_a_loop::execute(&program),
            &expected,
            "the loop that looks"
        );
        proptest::prop_assert_eq!(
            &is_told::on_a_loop::execute(&program),
            &expected,
            "the loop that is told"
        );
        all.borrow_mut().count(&expected);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let all = all.into_inner();
    assert!(
        all.least() >= 20,
        "the programs are too tame to show anything: {all:?} (have `program::any` make wilder ones)"
    );
}
