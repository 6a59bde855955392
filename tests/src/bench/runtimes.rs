//! What a program can run on: our two loops and their peers, behind one trait.
//!
//! The peers are what people use to run tasks that stay on one thread. A runtime that moves tasks between
//! threads pays for that, and the comparison would be about something else.

use std::rc::Rc;

use stage4_scheduler::{Exception, scan};
use tokio::task::{JoinError, JoinHandle, LocalSet, spawn_local};

/// A loop that runs tasks on one thread.
pub(crate) trait Runtime: Clone + 'static {
    /// What a task returns here: the number itself, or a result with it.
    type Out: 'static;
    /// What is awaited for it.
    type Handle: Future + 'static;

    fn ok(number: u64) -> Self::Out;
    fn number(joined: <Self::Handle as Future>::Output) -> u64;

    /// Adds a task.
    fn spawn(&self, task: impl Future<Output = Self::Out> + 'static) -> Self::Handle;

    /// Makes a loop and runs on it what `main` gives, to its end.
    fn run<F: Future<Output = Self::Out> + 'static>(main: impl FnOnce(Self) -> F) -> u64;
}

const RIGHT: &str = "no task fails here";

macro_rules! ours {
    ($(#[doc = $doc:literal] $name:ident = $run:path, $add:path, $promise:ty;)+) => {$(
        #[doc = $doc]
        #[derive(Clone)]
        pub(crate) struct $name;

        impl Runtime for $name {
            type Out = Result<u64, Exception>;
            type Handle = <$promise as IntoFuture>::IntoFuture;

            fn ok(number: u64) -> Self::Out {
                Ok(number)
            }

            fn number(joined: Result<u64, Exception>) -> u64 {
                joined.expect(RIGHT)
            }

            fn spawn(&self, task: impl Future<Output = Self::Out> + 'static) -> Self::Handle {
                $add(task).into_future()
            }

            fn run<F: Future<Output = Self::Out> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
                Self::number($run(main($name)))
            }
        }
    )+};
}

ours! {
    #[doc = "Stage 4's `run`."]
    Ours = stage4_scheduler::run, stage4_scheduler::add_coro, stage4_scheduler::Promise<u64>;
    #[doc = "The `run` of stage 4's `scan`. It knows no wakers, so its tasks may only await promises."]
    Scan = scan::run, scan::add_coro, stage3_promise::Promise<u64>;
}

/// tokio's `LocalSet`. Its runtime has no sockets and no timers, so it need not look at them.
#[derive(Clone)]
pub(crate) struct Tokio;

impl Runtime for Tokio {
    type Out = u64;
    type Handle = JoinHandle<u64>;

    fn ok(number: u64) -> u64 {
        number
    }

    fn number(joined: Result<u64, JoinError>) -> u64 {
        joined.expect(RIGHT)
    }

    fn spawn(&self, task: impl Future<Output = u64> + 'static) -> Self::Handle {
        spawn_local(task)
    }

    fn run<F: Future<Output = u64> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime of one thread can be made");
        LocalSet::new().block_on(&runtime, async {
            Self::number(spawn_local(main(Tokio)).await)
        })
    }
}

/// async-executor's `LocalExecutor`, which is smol's, without smol's reactor.
#[derive(Clone)]
pub(crate) struct AsyncExecutor(Rc<async_executor::LocalExecutor<'static>>);

impl Runtime for AsyncExecutor {
    type Out = u64;
    type Handle = async_executor::Task<u64>;

    fn ok(number: u64) -> u64 {
        number
    }

    fn number(joined: u64) -> u64 {
        joined
    }

    fn spawn(&self, task: impl Future<Output = u64> + 'static) -> Self::Handle {
        self.0.spawn(task)
    }

    fn run<F: Future<Output = u64> + 'static>(main: impl FnOnce(Self) -> F) -> u64 {
        let executor = AsyncExecutor(Rc::default());
        let main = executor.spawn(main(executor.clone()));
        futures_lite::future::block_on(executor.0.run(main))
    }
}
