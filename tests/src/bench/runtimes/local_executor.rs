//! async-executor, which is smol's: a `LocalExecutor`.

use std::rc::Rc;

use async_executor::Task;
use smol::future::block_on;

use super::Runtime;

/// async-executor's `LocalExecutor`, driven by smol's `block_on`, without its reactor.
#[derive(Clone, Debug)]
pub struct LocalExecutor(Rc<async_executor::LocalExecutor<'static>>);

impl Runtime for LocalExecutor {
    const NAME: &'static str = "async-executor";

    type Out = u64;
    type Handle = Task<u64>;

    fn ok(number: u64) -> u64 {
        number
    }

    fn number(joined: u64) -> u64 {
        joined
    }

    fn spawn(&self, task: impl Future<Output = u64> + 'static) -> Self::Handle {
        self.0.spawn(task)
    }

    fn detach(handle: Self::Handle) {
        handle.detach();
    }

    fn run<F: Future<Output = u64> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        let executor = Rc::new(async_executor::LocalExecutor::new());
        let main = executor.spawn(main(LocalExecutor(Rc::clone(&executor))));
        block_on(executor.run(main))
    }
}
