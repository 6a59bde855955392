//! tokio: a `LocalSet` on a runtime of the current thread.

use tokio::runtime::Builder;
use tokio::task::{self, JoinError, JoinHandle};

use super::Runtime;

/// tokio's `LocalSet`. Its runtime is made without sockets and timers, which it then need not look at.
#[derive(Clone, Debug)]
pub struct LocalSet;

impl Runtime for LocalSet {
    const NAME: &'static str = "tokio";

    type Out = u64;
    type Handle = JoinHandle<u64>;

    fn ok(number: u64) -> u64 {
        number
    }

    fn number(joined: Result<u64, JoinError>) -> u64 {
        joined.expect("no task fails here")
    }

    fn spawn(&self, task: impl Future<Output = u64> + 'static) -> Self::Handle {
        task::spawn_local(task)
    }

    fn run<F: Future<Output = u64> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        let runtime = Builder::new_current_thread()
            .build()
            .expect("a runtime of one thread can be made");
        let tasks = task::LocalSet::new();
        tasks.block_on(&runtime, async {
            Self::number(task::spawn_local(main(LocalSet)).await)
        })
    }
}
