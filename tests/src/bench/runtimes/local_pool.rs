//! futures-executor: a `LocalPool`.

use futures_executor::{LocalPool as Pool, LocalSpawner};
use futures_util::future::RemoteHandle;
use futures_util::task::LocalSpawnExt;

use super::Runtime;

/// futures-executor's `LocalPool`.
#[derive(Clone, Debug)]
pub struct LocalPool(LocalSpawner);

impl Runtime for LocalPool {
    const NAME: &'static str = "futures-executor";

    type Out = u64;
    type Handle = RemoteHandle<u64>;

    fn ok(number: u64) -> u64 {
        number
    }

    fn number(joined: u64) -> u64 {
        joined
    }

    fn spawn(&self, task: impl Future<Output = u64> + 'static) -> Self::Handle {
        let spawned = self.0.spawn_local_with_handle(task);
        spawned.expect("the pool is there as long as its tasks run")
    }

    fn detach(handle: Self::Handle) {
        handle.forget();
    }

    fn run<F: Future<Output = u64> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        let mut pool = Pool::new();
        let spawner = pool.spawner();
        let main = Self::spawn(&LocalPool(spawner.clone()), main(LocalPool(spawner)));
        pool.run_until(main)
    }
}
