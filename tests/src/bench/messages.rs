//! One message there and back: a coroutine that asks, and somebody who answers.
//!
//! Ours, `genawaiter`'s, and two floors to stand on: a closure called through a pointer, which is what a
//! resumed coroutine is at least, and `Lean`, our coroutine without what makes it pleasant. What is in a
//! box is hidden from the compiler (`black_box`), or it would call no pointer where it can see to what.

use std::cell::Cell;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
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

/// What every side gives for that many messages: each asks with what has been added up so far, is
/// answered with its successor, and adds that.
pub fn expected(messages: u64) -> u64 {
    (0..messages).fold(0, |sum, _| answer(sum).wrapping_add(sum))
}

fn answer(number: u64) -> u64 {
    black_box(number + 1) >> 1
}

/// `Coroutine::send`.
pub fn ours(messages: u64) -> u64 {
    converse(messages, |_| ())
}

/// The same, and asks each time at which line it has paused.
pub fn ours_asked_for_its_line(messages: u64) -> u64 {
    converse(messages, |coro| _ = black_box(coro.paused_at()))
}

/// `look` sees the coroutine each time that it has paused.
fn converse(messages: u64, look: impl Fn(&Coroutine<Number, u64>)) -> u64 {
    let coro: Coroutine<Number, u64> = Coroutine::new(async move {
        let mut sum = 0_u64;
        for _ in 0..messages {
            sum = Yield::new(Number(sum)).await?.wrapping_add(sum);
        }
        Ok(sum)
    });
    let mut coro = black_box(coro);
    let mut state = coro.send(None).expect("it is fresh");
    loop {
        match state {
            CoroutineState::Complete(sum) => return sum,
            CoroutineState::Yielded(Number(number)) => {
                look(&coro);
                state = coro.send(Some(answer(number))).expect("it has paused");
            }
        }
    }
}

/// `genawaiter`'s boxed generator: the same protocol, from a crate made for it.
pub fn genawaiter(messages: u64) -> u64 {
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
    let mut state = coro.resume_with(0);
    loop {
        match state {
            GeneratorState::Complete(sum) => return sum,
            GeneratorState::Yielded(number) => state = coro.resume_with(answer(number)),
        }
    }
}

/// A closure in a box: as little as it can cost to call code that is known at run time only.
pub fn dyn_call(messages: u64) -> u64 {
    let mut sum = 0_u64;
    let mut call: Box<dyn FnMut(u64) -> u64> = Box::new(move |answer| {
        sum = sum.wrapping_add(answer);
        sum
    });
    call = black_box(call);
    (0..messages).fold(0, |sum, _| call(answer(sum)))
}

thread_local!(static LEAN: Cell<Option<u64>> = const { Cell::new(None) });

/// Our coroutine without the line it is paused at, without exceptions, and with no word for whoever
/// holds it wrong: a box and a slot.
struct Lean<T>(Pin<Box<dyn Future<Output = T>>>);

struct Ask(Option<u64>);

impl Future for Ask {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if let Some(number) = self.0.take() {
            LEAN.set(Some(number));
            return Poll::Pending;
        }
        Poll::Ready(LEAN.take().expect("whoever resumes it has an answer"))
    }
}

impl<T> Lean<T> {
    fn send(&mut self, reply: Option<u64>) -> CoroutineState<u64, T> {
        LEAN.set(reply);
        match self
            .0
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(value) => CoroutineState::Complete(value),
            Poll::Pending => CoroutineState::Yielded(LEAN.take().expect("it has asked")),
        }
    }
}

/// The same without the line that it is paused at and without the error paths.
pub fn lean(messages: u64) -> u64 {
    let coro = Lean(Box::pin(async move {
        let mut sum = 0_u64;
        for _ in 0..messages {
            sum = Ask(Some(sum)).await.wrapping_add(sum);
        }
        sum
    }));
    let mut coro = black_box(coro);
    let mut state = coro.send(None);
    loop {
        match state {
            CoroutineState::Complete(sum) => return sum,
            CoroutineState::Yielded(number) => state = coro.send(Some(answer(number))),
        }
    }
}
