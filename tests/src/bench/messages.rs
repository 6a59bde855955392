//! One message there and back: a coroutine that asks, and somebody who answers.
//!
//! The coroutine is hidden from the compiler (`black_box`), which would otherwise see both sides as one loop.

use std::hint::black_box;
use std::pin::Pin;
use std::thread::LocalKey;

use genawaiter::GeneratorState;
use genawaiter::rc::{Co, Gen};
use stage1_addition::CoroutineState;
use stage1_addition::coroutine::{Coroutine, Message, Slot, Yield};

/// A number that asks for another one.
#[derive(Debug)]
struct Number(u64);

impl Message for Number {
    type Reply = u64;

    fn slot() -> &'static LocalKey<Slot<Self>> {
        thread_local!(static SLOT: Slot<Number> = const { Slot::new() });
        &SLOT
    }
}

/// What every side gives for that many messages. Each message is the sum so far; the reply is added to it.
pub(crate) fn expected(messages: u64) -> u64 {
    (0..messages).fold(0, |sum, _| answer(sum).wrapping_add(sum))
}

fn answer(number: u64) -> u64 {
    black_box(number + 1) >> 1
}

/// `Coroutine::send`.
pub(crate) fn ours(messages: u64) -> u64 {
    let coro: Coroutine<Number, u64> = Coroutine::new(async move {
        let mut sum = 0_u64;
        for _ in 0..messages {
            sum = Yield::new(Number(sum)).await?.wrapping_add(sum);
        }
        Ok(sum)
    });
    let mut coro = black_box(coro);
    let mut reply = None;
    loop {
        match coro.send(reply).expect("it has paused") {
            CoroutineState::Complete(sum) => return sum,
            CoroutineState::Yielded(Number(number)) => reply = Some(answer(number)),
        }
    }
}

/// `genawaiter`'s boxed generator: the same protocol, from a crate made for it.
pub(crate) fn genawaiter(messages: u64) -> u64 {
    let coro = Gen::new(move |co: Co<u64, u64>| {
        let producer = async move {
            let mut sum = 0_u64;
            for _ in 0..messages {
                sum = co.yield_(sum).await.wrapping_add(sum);
            }
            sum
        };
        Box::pin(producer) as Pin<Box<dyn Future<Output = u64>>>
    });
    let mut coro = black_box(coro);
    let mut reply = 0;
    loop {
        match coro.resume_with(reply) {
            GeneratorState::Complete(sum) => return sum,
            GeneratorState::Yielded(number) => reply = answer(number),
        }
    }
}
