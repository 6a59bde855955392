//! Futures from elsewhere, on a loop from here.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::task::Poll;
use std::thread;

use futures_util::future::{Either, join_all, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt, join, select, try_join};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

use super::the_loop::{Deadlock, Exception, Promise, add_coro, run};

/// A task that settles a promise.
fn settles<T: 'static>(promise: &Promise<T>, value: T) {
    let promise = promise.clone();
    drop(add_coro(async move { Ok(promise.set_success(value)?) }));
}

// `futures-util`: several futures in one task.

#[test]
fn join_waits_for_both() {
    let both = run(async {
        let (left, right) = (Promise::new(), Promise::new());
        settles(&right, 2);
        settles(&left, 1);
        let (left, right) = join!(left.into_future(), right.into_future());
        Ok((left?, right?))
    });
    assert_eq!(both.unwrap(), (1, 2));
}

#[test]
fn try_join_gives_up_at_the_first_exception() {
    let exception = run(async {
        let (never, fails) = (Promise::<()>::new(), Promise::<()>::new());
        let settle = fails.clone();
        drop(add_coro(async move {
            Ok(settle.set_exception(Exception::msg("out of tea"))?)
        }));
        try_join!(never.into_future(), fails.into_future())
    });
    assert_eq!(exception.unwrap_err().to_string(), "out of tea");
}

#[test]
fn join_all_of_a_thousand() {
    let sum = run(async {
        let tasks = (0..1000_u32).map(|n| add_coro(async move { Ok(n) }).into_future());
        let results = join_all(tasks).await;
        results.into_iter().sum::<Result<u32, Exception>>()
    });
    assert_eq!(sum.unwrap(), 999 * 1000 / 2);
}

#[test]
fn select_takes_the_one_that_is_there_and_the_other_can_be_awaited_later() {
    let both = run(async {
        let (slow, fast) = (Promise::new(), Promise::new());
        settles(&fast, "fast");
        let Either::Right((first, rest)) =
            select(slow.clone().into_future(), fast.into_future()).await
        else {
            panic!("the slow one was first")
        };
        settles(&slow, "slow");
        Ok([first?, rest.await?])
    });
    assert_eq!(both.unwrap(), ["fast", "slow"]);
}

#[test]
fn the_macro_select_knows_a_wait_that_is_done() {
    let order = run(async {
        let (first, second) = (Promise::new(), Promise::new());
        let (mut one, mut two) = (first.clone().into_future(), second.clone().into_future());
        settles(&second, 2);
        let mut order = Vec::new();
        loop {
            // Why are they not fused first? They say themselves when they are done.
            select! {
                value = one => order.push(value?),
                value = two => { order.push(value?); settles(&first, 1) }
                complete => return Ok(order),
            }
        }
    });
    assert_eq!(order.unwrap(), [2, 1]);
}

#[test]
fn futures_unordered_gives_them_in_the_order_in_which_they_are_settled() {
    let order = run(async {
        let promises: Vec<Promise<usize>> = (0..100).map(|_| Promise::new()).collect();
        let mut waits: FuturesUnordered<_> = promises.iter().map(IntoFuture::into_future).collect();
        for index in (0..100).rev() {
            settles(&promises[index], index);
        }
        let mut order = Vec::new();
        while let Some(index) = waits.next().await {
            order.push(index?);
        }
        Ok(order)
    });
    assert_eq!(order.unwrap(), (0..100).rev().collect::<Vec<_>>());
}

#[test]
fn a_shared_future_wakes_every_task_that_waits_for_it() {
    let sum = run(async {
        let promise = Promise::<u32>::new();
        let shared = promise.clone().into_future().map(Result::unwrap).shared();
        let tasks: Vec<_> = (0..10)
            .map(|n| {
                let shared = shared.clone();
                add_coro(async move { Ok(shared.await + n) })
            })
            .collect();
        settles(&promise, 100);
        let mut sum = 0;
        for task in tasks {
            sum += task.await?;
        }
        Ok(sum)
    });
    assert_eq!(sum.unwrap(), 1045);
}

#[test]
fn a_task_that_waits_for_two_things_at_once_is_stuck_at_both() {
    let first = line!() + 3;
    let exception = run(async {
        let both = join!(
            Promise::<()>::new().into_future(),
            Promise::<()>::new().into_future(),
        );
        both.0.and(both.1)
    });
    let exception = exception.unwrap_err();
    let deadlock: &Deadlock = exception.downcast_ref().expect("a deadlock");
    let lines: Vec<u32> = (deadlock.tasks[0].pauses.iter())
        .map(|pause| pause.at.line())
        .collect();
    assert_eq!(lines, [first, first + 1]);
}

// Channels and locks, within one thread.

#[test]
fn async_channel_between_two_tasks() {
    let heard = run(async {
        let (sender, receiver) = async_channel::bounded(1); // so that either has to wait for the other
        drop(add_coro(async move {
            for n in 0..1000 {
                sender.send(n).await?;
            }
            Ok(())
        }));
        let mut heard = Vec::new();
        while let Ok(n) = receiver.recv().await {
            heard.push(n);
        }
        Ok(heard)
    });
    assert_eq!(heard.unwrap(), (0..1000).collect::<Vec<_>>());
}

#[test]
fn tokio_mpsc_between_two_tasks() {
    let heard = run(async {
        let (sender, mut receiver) = mpsc::channel(1);
        drop(add_coro(async move {
            for n in 0..1000 {
                sender.send(n).await?;
            }
            Ok(())
        }));
        let mut heard = Vec::new();
        while let Some(n) = receiver.recv().await {
            heard.push(n);
        }
        Ok(heard)
    });
    assert_eq!(heard.unwrap(), (0..1000).collect::<Vec<_>>());
}

#[test]
fn tokio_oneshot_and_its_end_without_a_value() {
    run(async {
        let (sender, receiver) = oneshot::channel();
        drop(add_coro(async move {
            assert!(sender.send(3).is_ok());
            Ok(())
        }));
        assert_eq!(receiver.await?, 3);

        let (sender, receiver) = oneshot::channel::<()>();
        drop(add_coro(async move {
            drop(sender);
            Ok(())
        }));
        let exception = Exception::from(receiver.await.unwrap_err());
        assert!(exception.is::<oneshot::error::RecvError>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn tokio_notify_wakes_one_or_all() {
    let order = run(async {
        let (notify, order) = (Rc::new(Notify::new()), Rc::new(RefCell::new(Vec::new())));
        let tasks: Vec<_> = (0..3)
            .map(|n| {
                let (notify, order) = (Rc::clone(&notify), Rc::clone(&order));
                add_coro(async move {
                    notify.notified().await;
                    order.borrow_mut().push(n);
                    Ok(())
                })
            })
            .collect();
        add_coro(async { Ok(()) }).await?; // by now all three wait
        notify.notify_one();
        (&tasks[0]).await?;
        assert_eq!(*order.borrow(), [0]);
        notify.notify_waiters();
        for task in &tasks {
            task.await?;
        }
        Ok(order.take())
    });
    assert_eq!(order.unwrap(), [0, 1, 2]);
}

#[test]
fn tokio_mutex_held_across_an_await() {
    let log = run(async {
        let log = Rc::new(Mutex::new(Vec::new()));
        let tasks = ["a", "b", "c"].map(|name| {
            let log = Rc::clone(&log);
            add_coro(async move {
                let mut log = log.lock().await;
                log.push(name);
                add_coro(async { Ok(()) }).await?; // the others have a turn, and find it locked
                log.push(name);
                Ok(())
            })
        });
        for task in tasks {
            task.await?;
        }
        Ok(log.lock().await.clone())
    });
    assert_eq!(log.unwrap(), ["a", "a", "b", "b", "c", "c"]);
}

// The same across threads. While another thread holds a waker, the loop has nothing to do and sleeps.

#[test]
fn a_oneshot_from_another_thread_ends_the_sleep_of_the_loop() {
    let value = run(async {
        let (sender, receiver) = oneshot::channel();
        let other = thread::spawn(move || sender.send(3));
        let value = receiver.await?;
        assert!(other.join().expect("it does not panic").is_ok());
        Ok(value)
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn async_channel_from_many_threads() {
    let (threads, each) = (4, 2_000);
    let sum = run(async move {
        let (sender, receiver) = async_channel::bounded(3);
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                let sender = sender.clone();
                thread::spawn(move || (0..each).try_for_each(|n| sender.send_blocking(n)))
            })
            .collect();
        drop(sender);
        let mut sum = 0_u64;
        while let Ok(n) = receiver.recv().await {
            sum += n;
        }
        for thread in threads {
            thread.join().expect("it does not panic")?;
        }
        Ok(sum)
    });
    assert_eq!(sum.unwrap(), threads * (each * (each - 1) / 2));
}

#[test]
fn tokio_mpsc_to_another_loop_on_another_thread_and_back() {
    let rounds = 2_000;
    let echoed = run(async move {
        let (to_other, mut from_here) = mpsc::channel::<u32>(1);
        let (to_here, mut from_other) = mpsc::channel::<u32>(1);
        let other = thread::spawn(move || {
            let result = run(async move {
                while let Some(n) = from_here.recv().await {
                    to_here.send(n).await?;
                }
                Ok(())
            });
            assert!(result.is_ok());
        });
        for n in 0..rounds {
            to_other.send(n).await?;
            assert_eq!(from_other.recv().await, Some(n));
        }
        drop(to_other);
        assert_eq!(from_other.recv().await, None);
        other.join().expect("it does not panic");
        Ok(rounds)
    });
    assert_eq!(echoed.unwrap(), rounds);
}

#[test]
fn no_wake_from_another_thread_is_lost() {
    let rounds = 20_000;
    run(async move {
        let (ask, asked) = std_mpsc::channel::<oneshot::Sender<u32>>();
        let other = thread::spawn(move || {
            for (round, answer) in (0..).zip(asked) {
                // The wake comes as the loop is about to sleep, sleeps, or has not thought of it yet.
                answer.send(round).expect("it is waited for");
            }
        });
        for round in 0..rounds {
            let (answer, answered) = oneshot::channel();
            ask.send(answer)?;
            assert_eq!(answered.await?, round);
        }
        drop(ask);
        other.join().expect("it does not panic");
        Ok(())
    })
    .unwrap();
}

#[test]
fn no_wake_is_lost_where_several_threads_wake_several_tasks() {
    let (threads, rounds) = (3, 3_000);
    run(async move {
        let tasks: Vec<_> = (0..threads)
            .map(|_| {
                let (question, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
                let (asked, answers) = (Arc::clone(&question), Arc::clone(&answer));
                let other = thread::spawn(move || {
                    let result = run(async move {
                        for _ in 0..rounds {
                            asked.notified().await;
                            answers.notify_one();
                        }
                        Ok(())
                    });
                    assert!(result.is_ok());
                });
                add_coro(async move {
                    for _ in 0..rounds {
                        question.notify_one();
                        answer.notified().await;
                    }
                    other.join().expect("it does not panic");
                    Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_busy_loop_hears_from_another_thread_all_the_same() {
    run(async {
        let (sender, receiver) = oneshot::channel();
        let done = add_coro(async move { Ok(receiver.await?) });
        // These two give each other no rest until the message is there, and so the loop never sleeps.
        let mut other = None;
        let mut sender = Some(sender);
        while !done.is_settled() {
            add_coro(async { Ok(()) }).await?;
            if let Some(sender) = sender.take() {
                other = Some(thread::spawn(move || sender.send(3)));
            }
        }
        assert_eq!(done.await?, 3);
        assert!(
            other
                .expect("it was started")
                .join()
                .expect("it does not panic")
                .is_ok()
        );
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_waker_may_outlive_its_task_and_its_loop() {
    let waker = run(async {
        let own = poll_fn(|cx| Poll::Ready(cx.waker().clone()));
        Ok(own.await)
    })
    .unwrap();
    waker.wake_by_ref();
    thread::spawn(move || waker.wake())
        .join()
        .expect("it does not panic");
}
