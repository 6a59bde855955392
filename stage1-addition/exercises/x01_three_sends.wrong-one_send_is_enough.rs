//! The mistake: a coroutine that was started runs to its end by itself, and wants the last answer only.
//!
//! Its tests say:
//!
//! ```text
//! the_sends_run_it_to_its_end:
//!     After your last send the coroutine is paused, with Yielded(Action { name: "add", args: [7, 4] }).
//!     Each `.await` pauses once: it needs a send of its own, with its answer.
//! ```

use stage1_addition::{Action, Coroutine, CoroutineState, Exception};

fn three_sends(coro: &mut Coroutine<i128>) -> Result<Vec<CoroutineState<Action, i128>>, Exception> {
    Ok(vec![coro.send(None)?, coro.send(Some(7))?])
}
