//! **Stage 2: ops.** The same loop with more answers: it turns into an interpreter.
//!
//! The calculator of stage 1 has one key. Here it gets seven more: `sub`, `mul`, `div`, `mod`,
//! `divmod`, `getattr` and `setattr`. The coroutine stays as it is, and so does the exception. What
//! changes is the type of the values that go to and fro, and the loop:
//!
//! ```text
//! diff -u stage1-addition/src/run.rs stage2-ops/src/run.rs
//! ```
//!
//! What does a new ability cost? Beside the code that does the work, which is needed anyway:
//!
//! | | lines |
//! | --- | --- |
//! | a coroutine that asks for it, in [`functions`] | 3 or a few more |
//! | an arm of the loop's `match`, in [`run`] | 1 |
//!
//! The one line is the dear one. It stands in the loop, so nobody can add an ability without changing
//! the loop, and the loop knows about attributes and remainders though its business is to resume a
//! coroutine. Eight actions, eight arms; a language has hundreds. Every new ability is a new arm,
//! forever. What could a coroutine ask for, so that the loop need not know what it was?
//!
//! ```
//! use stage2_ops::{add, div, run_task};
//!
//! let mean = run_task(async { div(add([3, 4]).await?, 2).await });
//! assert_eq!(mean.unwrap(), 3.5);
//! ```
//!
//! Read the files in this order: [`value`], [`ops`], [`run`]; then [`functions`], [`arithmetic`],
//! [`object`] and [`error`] for what each action means, and how it fails.

#![forbid(unsafe_code)]

pub mod arithmetic;
pub mod error;
pub mod functions;
pub mod object;
pub mod ops;
pub mod run;
pub mod value;

pub use stage1_addition::{coroutine, exception};

pub use coroutine::{CoroutineState, Misuse};
pub use exception::Exception;
pub use functions::{div, divmod, getattr, modulo, mul, setattr, sub};
pub use object::Object;
pub use ops::{Action, Coroutine, OpAwaitable, add};
pub use run::run_task;
pub use value::Value;
