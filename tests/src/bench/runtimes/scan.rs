//! Ours, too: the loop that looks.

use stage3_promise::wait::Wait;
use stage4_scheduler::Exception;
use stage4_scheduler::scan::{add_coro, run};

use super::Runtime;

/// The `run` of stage 4's `scan`. It knows no wakers, so what it runs may await promises alone.
#[derive(Clone, Debug)]
pub struct Scan;

impl Runtime for Scan {
    const NAME: &'static str = "ours, looking";

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
        Self::number(run(main(Scan)))
    }
}
