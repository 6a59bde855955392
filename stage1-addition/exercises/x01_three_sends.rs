//! x01: write the three sends that run a coroutine which adds twice.
//!
//! `cargo test -p stage1-addition --test x01_three_sends` checks it. Hints: `x01_three_sends.hint.md`.

#![allow(unused, reason = "until it is written")]

use stage1_addition::{Action, Coroutine, CoroutineState, Exception};

/// Runs the coroutine `adds_twice` (below) from its beginning to its end, and gives what each `send` gave.
/// Here you are the calculator: work out each answer yourself.
fn three_sends(coro: &mut Coroutine<i128>) -> Result<Vec<CoroutineState<Action, i128>>, Exception> {
    todo!("a Vec of what `coro.send(…)?` gives, three times")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use super::three_sends;
    use stage1_addition::{Action, Coroutine, CoroutineState, Exception, Misuse, add};

    async fn adds_twice() -> Result<i128, Exception> {
        let three = add([1, 2]).await?;
        add([three, 4]).await
    }

    #[test]
    fn the_sends_run_it_to_its_end() {
        let mut coro = Coroutine::new(adds_twice());
        let states = three_sends(&mut coro).unwrap_or_else(|error| {
            assert!(
                error.downcast_ref() != Some(&Misuse::JustStarted),
                "Your first send carries a value, and no `.await` waits for one.\n\
                 Making a coroutine runs nothing: the first send starts it, with `None`."
            );
            panic!("A send failed: {error}")
        });
        let last = states.last().expect("no send was made");
        assert!(
            matches!(last, CoroutineState::Complete(_)),
            "After your last send the coroutine is paused, with {last:?}.\n\
             Each `.await` pauses once: it needs a send of its own, with its answer."
        );
        let add = |args| CoroutineState::Yielded(Action { name: "add", args });
        let expected = [
            add(vec![1, 2]),
            add(vec![3, 4]),
            CoroutineState::Complete(7),
        ];
        assert!(
            states == expected,
            "The sends gave {states:?}.\n\
             What you send is the value of the `.await`: send the sum that was asked for."
        );
    }
}
