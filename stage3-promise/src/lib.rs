//! **Stage 3: promise.** A coroutine waits for something, and the loop need not know what.
//!
//! The interpreter of stage 2 had an arm for everything a coroutine may want. Here there is one message
//! left: a [`Promise`], a box that is empty now and will hold a result once. The loop asks it one
//! question, *are you settled?*, and everything else moves out of the loop.
//!
//! ```
//! use stage3_promise::{Promise, run};
//!
//! let promise = Promise::new();
//! let waiting = promise.clone(); // a clone is the same promise
//! promise.set_success(12345)?;
//! assert_eq!(run(async move { waiting.await })?, 12345);
//! # Ok::<(), stage3_promise::Exception>(())
//! ```
//!
//! # What changed
//!
//! - `value.rs` and `ops.rs` are gone, and so are all arms of the loop.
//! - [`promise`] is what is awaited now. [`wait`] is what `.await` makes of it, and [`awaited`] is what the
//!   loop sees.
//! - [`run`](mod@run) looks at a promise where it looked at the name of an action. What the talk leaves
//!   open at this point, "wait ??", is an error that names the promise, [`NotSettled`]: with one
//!   coroutine, there is nobody left to settle it.
//!
//! Read the files in this order: [`promise`], [`awaited`], [`wait`], [`run`](mod@run), then the two errors,
//! [`settled`] and [`not_settled`]. "T19" and the like are the steps of the talk, which the book lists.

#![forbid(unsafe_code)]

pub use stage2_ops::{coroutine, exception};

pub mod awaited;
pub mod not_settled;
pub mod promise;
pub mod run;
pub mod settled;
pub mod wait;

pub use awaited::{Awaited, Coroutine};
pub use coroutine::{CoroutineState, Misuse};
pub use exception::Exception;
pub use not_settled::NotSettled;
pub use promise::Promise;
pub use run::run;
pub use wait::Wait;
