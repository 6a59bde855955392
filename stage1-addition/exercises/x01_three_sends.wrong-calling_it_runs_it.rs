//! The mistake: calling an `async fn` runs it, so the first question is there before the first send.
//!
//! Its tests say:
//!
//! ```text
//! the_sends_run_it_to_its_end:
//!     Your first send carries a value, and no `.await` waits for one.
//!     Making a coroutine runs nothing: the first send starts it, with `None`.
//! ```

use stage1_addition::{Action, Coroutine, CoroutineState, Exception};

fn three_sends(coro: &mut Coroutine<i128>) -> Result<Vec<CoroutineState<Action, i128>>, Exception> {
    Ok(vec![coro.send(Some(3))?, coro.send(Some(7))?])
}
