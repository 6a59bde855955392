//! What a random program may do, as a value: it can be printed, shrunk, and run twice.

use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const SOCKS: usize = 3;
pub(crate) const PROMISES: usize = 4;

/// What a task awaits. Durations are in seconds of a clock that is moved by hand.
#[derive(Clone, Debug)]
pub(crate) enum Wait {
    Readable(usize),
    Writable(usize),
    Sleep(u64),
    Promise(usize),
    Timeout(u64, Box<Wait>),
    Race(Box<Wait>, Box<Wait>),
}

/// What a task does, one after the other.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Await(Wait),
    /// Awaits the result of another task, or its own, which never comes.
    Result(usize),
    Settle(usize),
}

/// What happens from outside.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Start(Vec<Step>),
    /// Drops what the task is doing.
    Cancel(usize),
    Settle(usize),
    Advance(u64),
    /// The other side sends a byte.
    Send(usize),
    /// We take in all that there is.
    Drain(usize),
    /// We send until there is no room.
    Fill(usize),
    /// The other side takes in all that there is.
    Unfill(usize),
    /// The other side is closed.
    HangUp(usize),
    /// Ours is closed, behind the loop's back.
    Close(usize),
    /// Ours is closed, the loop is told, and the next one is opened at once.
    Replace(usize),
}

/// What came of an await. Of two things at once it says no more than that one of them was there: which
/// one depends on the order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Closed,
    NotOpen,
    OneOfTwo,
}

fn wait() -> impl Strategy<Value = Wait> {
    let leaf = prop_oneof![
        (0..SOCKS).prop_map(Wait::Readable),
        (0..SOCKS).prop_map(Wait::Writable),
        (0..9_u64).prop_map(Wait::Sleep),
        (0..PROMISES).prop_map(Wait::Promise),
    ];
    leaf.prop_recursive(3, 6, 2, |wait| {
        let boxed = wait.prop_map(Box::new);
        prop_oneof![
            (0..9_u64, boxed.clone()).prop_map(|(limit, wait)| Wait::Timeout(limit, wait)),
            (boxed.clone(), boxed).prop_map(|(a, b)| Wait::Race(a, b)),
        ]
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => wait().prop_map(Step::Await),
        1 => (0..20_usize).prop_map(Step::Result),
        1 => (0..PROMISES).prop_map(Step::Settle),
    ]
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => vec(step(), 1..4).prop_map(Op::Start),
        1 => (0..20_usize).prop_map(Op::Cancel),
        1 => (0..PROMISES).prop_map(Op::Settle),
        4 => (0..5_u64).prop_map(Op::Advance),
        3 => (0..SOCKS).prop_map(Op::Send),
        2 => (0..SOCKS).prop_map(Op::Drain),
        4 => (0..SOCKS).prop_map(Op::Fill),
        2 => (0..SOCKS).prop_map(Op::Unfill),
        1 => (0..SOCKS).prop_map(Op::HangUp),
        2 => (0..SOCKS).prop_map(Op::Close),
        5 => (0..SOCKS).prop_map(Op::Replace),
    ]
}
