//! **Stage 2: ops.** The same loop with more answers: it turns into an interpreter.
//!
//! The calculator of stage 1 has one key. Here it gets seven more: `sub`, `mul`, `div`, `mod`,
//! `divmod`, `getattr` and `setattr`. The coroutine stays as it is, and so does the exception. What
//! changes is the type of the values that are exchanged, and the loop:
//!
//! ```text
//! diff -u stage1-addition/src/run.rs stage2-ops/src/run.rs
//! ```
//!
//! What does a new ability cost? Besides the code that does the work, which is needed anyway:
//!
//! | | lines |
//! | --- | --- |
//! | a coroutine that asks for it, in [`functions`] | 3 or a few more |
//! | an arm of the `match` in [`run`] | 1 |
//!
//! The one line is the expensive one. It is in the loop, so nobody can add an ability without changing
//! the loop, and the loop knows about attributes and remainders although its job is to resume a
//! coroutine. Eight actions are eight arms, and a language has hundreds. What could a coroutine ask for,
//! so that the loop need not know what it is?
//!
//! ```
//! use stage2_ops::{add, div, run_task};
//!
//! let mean = run_task(async { div(add([3, 4]).await?, 2).await });
//! assert_eq!(mean.unwrap(), 3.5);
//! ```
//!
//! Read the files from the bottom up: [`value`], [`ops`], [`run`]; then [`functions`], and for the
//! meaning of each action [`error`], [`arithmetic`] and `src/attributes.rs`. In `src/nested.rs` is what
//! keeps deeply nested values from overflowing the stack.
//!
//! A number like T17 is a step of the talk that this workspace follows ("Awaits, how do they work?" by
//! Yann Kaiser). The book's page "From the talk to the code" lists all steps.

#![forbid(unsafe_code)]

pub mod arithmetic;
mod attributes;
pub mod error;
pub mod functions;
mod nested;
pub mod ops;
pub mod run;
pub mod value;

#[doc(inline)]
pub use stage1_addition::{coroutine, exception};

#[doc(inline)]
pub use coroutine::{CoroutineState, Misuse};
#[doc(inline)]
pub use exception::Exception;
#[doc(inline)]
pub use functions::{div, divmod, getattr, modulo, mul, setattr, sub};
#[doc(inline)]
pub use ops::{Action, Coroutine, OpAwaitable, add};
#[doc(inline)]
pub use run::run_task;
#[doc(inline)]
pub use value::{Object, Tuple, Value};
