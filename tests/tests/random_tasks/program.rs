//! A program: tasks, each a list of what it does, and promises that they settle and await.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};

#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) tasks: Vec<Task>,
    /// How many promises there are. The one of number `p` may be settled by the task `p % tasks`.
    pub(crate) promises: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// Whether it is there from the start. Otherwise another task adds it, if it comes to that.
    pub(crate) from_the_start: bool,
    pub(crate) ops: Vec<Op>,
}

/// What a task does. It has one number to work with, which begins as its own and takes up all it hears.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    AwaitPromise(usize, OnError),
    /// Awaits the result of a task, which may be itself. If it is one that this task adds, and has not
    /// added yet, nothing.
    AwaitTask(usize, OnError),
    SetSuccess(usize),
    SetException(usize),
    Add(usize),
    Return,
    Raise,
    Panic,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum OnError {
    Handle,
    LetPass,
}

pub(crate) type Outcome = Result<u64, String>;

/// What came of a program.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Report {
    pub(crate) ended: BTreeMap<usize, Outcome>,
    pub(crate) stuck: BTreeMap<usize, Awaited>,
    /// Each begins with its smallest number.
    pub(crate) cycles: BTreeSet<Vec<usize>>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Awaited {
    Promise,
    Task(usize),
}

/// What a task takes up when it hears of something.
pub(crate) fn heard(number: u64, outcome: &Outcome) -> u64 {
    let news = match outcome {
        Ok(value) => *value,
        Err(text) => text.len() as u64,
    };
    number.wrapping_mul(31).wrapping_add(news)
}

/// Turns a cycle so that it begins with its smallest number.
pub(crate) fn turned(mut cycle: Vec<usize>) -> Vec<usize> {
    let smallest = (0..cycle.len()).min_by_key(|&index| cycle[index]);
    cycle.rotate_left(smallest.unwrap_or(0));
    cycle
}

/// Any program. It is made of raw numbers first, so that each can shrink on its own, and then made to
/// fit together.
pub(crate) fn any() -> impl Strategy<Value = Program> {
    let on_error = || prop_oneof![Just(OnError::Handle), Just(OnError::LetPass)];
    let number = || 0..1000_usize;
    let op = prop_oneof![
        6 => (number(), on_error()).prop_map(|(index, on_error)| Op::AwaitPromise(index, on_error)),
        4 => (number(), on_error()).prop_map(|(index, on_error)| Op::AwaitTask(index, on_error)),
        8 => number().prop_map(Op::SetSuccess),
        2 => number().prop_map(Op::SetException),
        1 => Just(Op::Return),
        1 => Just(Op::Raise),
        1 => Just(Op::Panic),
    ];
    let task = (vec(op, 0..8), number(), number());
    (vec(task, 1..9), 0..9_usize).prop_map(|(raw, promises)| fitted(raw, promises))
}

fn fitted(raw: Vec<(Vec<Op>, usize, usize)>, promises: usize) -> Program {
    let count = raw.len();
    let parent = |task: usize| {
        // One task in four is added by another, which comes before it.
        let raw_parent = raw[task].1;
        (task > 0 && raw_parent % 4 == 3).then(|| raw_parent / 4 % task)
    };
    let parents: Vec<Option<usize>> = (0..count).map(parent).collect();
    let mut tasks: Vec<Task> = Vec::with_capacity(count);
    for (number, (ops, _, place)) in raw.into_iter().enumerate() {
        // Why not await just any task? One that is there is known to all. One that is added later is
        // known to the task that adds it; whether it is there yet is a question of order to all others.
        let known: Vec<usize> = (0..count)
            .filter(|&task| parents[task].is_none_or(|parent| parent == number))
            .collect();
        let own: Vec<usize> = (number..promises).step_by(count).collect();
        let fit = |op| match op {
            Op::AwaitPromise(index, _) if promises == 0 => {
                Op::AwaitTask(known[index % known.len()], OnError::Handle)
            }
            Op::AwaitPromise(index, on_error) => Op::AwaitPromise(index % promises, on_error),
            Op::AwaitTask(index, on_error) => Op::AwaitTask(known[index % known.len()], on_error),
            Op::SetSuccess(_) | Op::SetException(_) if own.is_empty() => Op::Return,
            Op::SetSuccess(index) => Op::SetSuccess(own[index % own.len()]),
            Op::SetException(index) => Op::SetException(own[index % own.len()]),
            op => op,
        };
        tasks.push(Task {
            from_the_start: parents[number].is_none(),
            ops: ops.into_iter().map(fit).collect(),
        });
        if let Some(parent) = parents[number] {
            let ops = &mut tasks[parent].ops;
            ops.insert(place % (ops.len() + 1), Op::Add(number));
        }
    }
    Program { tasks, promises }
}
