//! **Stage 1: addition.** A coroutine is a value you can pause. `.await` is where it pauses.
//!
//! Here you drive one by hand: [`Coroutine::send`] runs it to its next `.await`, hands you the message
//! that it left there, and takes your reply the next time. Then a loop does it for you: [`run_task`]
//! is a calculator with one key.
//!
//! ```
//! use stage1_addition::{Action, Coroutine, CoroutineState, add, run_task};
//!
//! // By hand: nothing runs until the first `send`.
//! let mut coro = Coroutine::new(add([1, 2]));
//! let CoroutineState::Yielded(Action { name, args }) = coro.send(None)? else { unreachable!() };
//! assert_eq!((name, args), ("add", vec![1, 2]));
//! let CoroutineState::Complete(sum) = coro.send(Some(3))? else { unreachable!() };
//! assert_eq!(sum, 3);
//!
//! // And by a loop that knows how to add.
//! assert_eq!(run_task(add([1, 2]))?, 3);
//! # Ok::<(), stage1_addition::Exception>(())
//! ```
//!
//! Read the files from the bottom up: [`slot`], [`pause`], [`coroutine`], [`addition`], [`run`]; then
//! [`machine`], which shows what the compiler makes of an `async fn`. [`exception`] and [`misuse`] are
//! what goes wrong.
//!
//! A number like T14 is a step of the talk that this workspace follows ("Awaits, how do they work?" by
//! Yann Kaiser). The book's page "From the talk to the code" lists all steps.

#![forbid(unsafe_code)]

pub mod addition;
pub mod coroutine;
pub mod exception;
pub mod machine;
pub mod misuse;
pub mod pause;
pub mod run;
pub mod slot;

#[doc(inline)]
pub use addition::{Action, AdditionAwaitable, Coroutine, add};
#[doc(inline)]
pub use coroutine::CoroutineState;
#[doc(inline)]
pub use exception::Exception;
#[doc(inline)]
pub use misuse::Misuse;
#[doc(inline)]
pub use run::run_task;
