//! A promise of stage 4 is awaited on a loop that nobody here wrote; a promise of stage 3 cannot be, and
//! says so.
//!
//! How to go about it: the promise of stage 4 leaves a waker with whoever will settle it, which is all
//! that a loop asks of a future. The promise of stage 3 hands itself up to the loop, and only a loop of
//! stage 3 takes it.

#![cfg(not(loom))]

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;
use futures_util::{StreamExt, future, join, stream::FuturesUnordered};
use stage4_scheduler::{Exception, Promise};
use tokio::task::LocalSet;

/// Awaits a promise, then settles the next: tasks of such a kind take turns on any loop.
async fn relay(from: Promise<u32>, to: Promise<u32>) -> Result<(), Exception> {
    Ok(to.set_success(from.await? + 1)?)
}

/// A chain of promises; each end of it is there to be held.
fn chain(length: usize) -> Vec<Promise<u32>> {
    (0..=length).map(|_| Promise::new()).collect()
}

#[test]
fn under_block_on() {
    let (promise, settle) = (Promise::new(), Promise::new());
    let settled = promise.clone();
    settle.set_success(()).unwrap();
    let (value, ()) = futures_executor::block_on(async {
        join!(promise.into_future(), async {
            settle.await.unwrap();
            settled.set_success(3).unwrap();
        })
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn under_pollster() {
    let promise = Promise::new();
    let settle = promise.clone();
    let value = pollster::block_on(async {
        let waits = promise.into_future();
        let settles = future::lazy(|_| settle.set_success(3).unwrap());
        join!(waits, settles).0
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn under_a_local_pool_with_a_task_for_each_link() {
    let promises = chain(100);
    let mut pool = LocalPool::new();
    // Why from the last to the first? So that each of them has to wait.
    for link in promises.windows(2).rev() {
        let relay = relay(link[0].clone(), link[1].clone());
        let task = async { relay.await.unwrap() };
        pool.spawner().spawn_local(task).unwrap();
    }
    pool.run_until_stalled();
    assert!(!promises[1].is_settled());
    promises[0].set_success(0).unwrap();
    pool.run();
    assert_eq!(promises[100].result().unwrap().unwrap(), 100);
}

#[test]
fn under_tokio_with_a_task_for_each_link() {
    let promises = chain(100);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let value = LocalSet::new().block_on(&runtime, async {
        for link in promises.windows(2).rev() {
            tokio::task::spawn_local(relay(link[0].clone(), link[1].clone()));
        }
        tokio::task::yield_now().await;
        promises[0].set_success(0).unwrap();
        (&promises[100]).await
    });
    assert_eq!(value.unwrap(), 100);
}

#[test]
fn under_a_loop_inside_of_a_loop_of_ours() {
    let value = stage4_scheduler::run(async {
        let promise = Promise::new();
        promise.set_success(3)?;
        futures_executor::block_on(promise.into_future())
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn in_a_combinator_that_brings_a_waker_for_each_of_its_futures() {
    let promises = chain(99);
    let order = Rc::new(RefCell::new(Vec::new()));
    let settles = future::lazy(|_| {
        for (value, promise) in (0..).zip(promises.iter().rev()) {
            promise.set_success(value).unwrap();
        }
    });
    let waits = async {
        let mut waits: FuturesUnordered<_> = promises.iter().map(IntoFuture::into_future).collect();
        while let Some(value) = waits.next().await {
            order.borrow_mut().push(value.unwrap());
        }
    };
    futures_executor::block_on(async { join!(waits, settles) });
    assert_eq!(order.take(), (0..100).collect::<Vec<_>>());
}

/// A waker that counts.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Count {
    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn the_waker_of_the_last_poll_is_woken_and_no_other() {
    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let promise = Promise::new();
    let mut wait = pin!((&promise).into_future());
    for count in [&first, &first, &second] {
        let waker = Waker::from(Arc::clone(count));
        let poll = wait.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(poll.is_pending());
    }
    assert_eq!(Arc::strong_count(&first), 1, "the first waker was let go");
    promise.set_success(3).unwrap();
    assert_eq!((first.get(), second.get()), (0, 1));
    let poll = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(poll, Poll::Ready(Ok(3))));
}

#[test]
fn each_of_two_waits_is_woken_and_one_that_was_given_up_is_not() {
    let counts: [Arc<Count>; 3] = Default::default();
    let promise = Promise::<()>::new();
    let mut waits = counts.each_ref().map(|count| {
        let mut wait = (&promise).into_future();
        let waker = Waker::from(Arc::clone(count));
        assert!(
            std::pin::Pin::new(&mut wait)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        Some(wait)
    });
    waits[1] = None;
    assert_eq!(
        Arc::strong_count(&counts[1]),
        1,
        "it took its waker with it"
    );
    promise.set_success(()).unwrap();
    assert_eq!(counts.each_ref().map(|count| count.get()), [1, 0, 1]);
}

#[test]
fn a_promise_of_stage_3_says_that_it_is_awaited_on_a_strange_loop() {
    let promise = stage3_promise::Promise::<()>::new();
    let exception = futures_executor::block_on(promise.into_future()).unwrap_err();
    assert_eq!(
        exception.downcast_ref(),
        Some(&stage3_promise::Misuse::Outside)
    );
}
