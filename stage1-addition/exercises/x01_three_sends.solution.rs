//! x01, solved. The first send only starts it. Each later one is the value of the `.await` before.

use stage1_addition::{Action, Coroutine, CoroutineState, Exception};

fn three_sends(coro: &mut Coroutine<i128>) -> Result<Vec<CoroutineState<Action, i128>>, Exception> {
    Ok(vec![
        coro.send(None)?,    // asks for 1 + 2
        coro.send(Some(3))?, // asks for 3 + 4
        coro.send(Some(7))?, // returns
    ])
}
