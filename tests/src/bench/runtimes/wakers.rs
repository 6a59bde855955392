//! Ours: the loop that is told.

use stage4_scheduler::Wait;
use stage4_scheduler::{Exception, add_coro, run};

use super::Runtime;

/// Stage 4's `run`.
#[derive(Clone, Debug)]
pub struct Wakers;

impl Runtime for Wakers {
    const NAME: &'static str = "ours";

    type Out = Result<u64, Exception>;
    type Handle = Wait<u64>;

    fn ok(number: u64) -> Self::Out {
        Ok(number)
    }

    fn number(joined: Result<u64, Exception>) -> u64 {
        joined.expect("no task fails here")
    }

    fn spawn(&self, task: impl Future<Output = Self::Out> + 'static) -> Self::Handle {
        add_coro(task).into_future()
    }

    fn run<F: Future<Output = Self::Out> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        Self::number(run(main(Wakers)))
    }
}
