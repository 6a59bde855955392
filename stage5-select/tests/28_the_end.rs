//! A loop that ends fails everything that only it could have settled: nobody waits for a loop that is gone.
//!
//! How to go about it: keep a wait of each kind beyond the end of its loop, which may return, fail, panic, or
//! be dropped. Then await it on another loop. A wait that stays pending would be that loop's deadlock.

mod common;
mod watchdog;

use std::cell::RefCell;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use common::pair;
use stage5_select::{
    Conn, Exception, Listener, LoopEnded, Promise, Reactor, Scheduler, accept, add_coro, read,
    readability, sleep, timeout, write,
};
use watchdog::run;

type Waits = Vec<(
    &'static str,
    Pin<Box<dyn Future<Output = Result<(), Exception>>>>,
)>;

/// A wait of each kind, polled once, so that it has begun.
async fn begin_all(left: Rc<RefCell<Waits>>) -> Result<(), Exception> {
    let (here, there) = pair().await?;
    let (quiet, full) = (there.clone(), there.clone()); // nobody writes to it
    let listener = Rc::new(Listener::bind("127.0.0.1:0")?);
    let bytes = vec![b'x'; 64 << 20]; // more than any kernel holds
    let mut waits: Waits = vec![
        ("sleep", Box::pin(sleep(Duration::from_secs(3600)))),
        ("readability", Box::pin(readability(&there))),
        (
            "read",
            Box::pin(async move { read(&quiet, &mut [0]).await.map(drop) }),
        ),
        ("write", Box::pin(async move { write(&full, &bytes).await })),
        (
            "accept",
            Box::pin(async move { accept(&listener).await.map(drop) }),
        ),
        ("task", Box::pin(add_coro(pending()).into_future())),
        (
            "timeout",
            Box::pin(timeout(Duration::from_secs(3600), Promise::new())),
        ),
    ];
    for (name, wait) in &mut waits {
        let once = std::future::poll_fn(|cx| std::task::Poll::Ready(wait.as_mut().poll(cx)));
        assert!(once.await.is_pending(), "{name}");
    }
    *left.borrow_mut() = waits;
    // Both ends stay open as long as there are waits for them.
    left.borrow_mut()
        .push(("task", Box::pin(keep(here, there).into_future())));
    Ok(())
}

fn keep(here: Conn, there: Conn) -> Promise<()> {
    add_coro(async move {
        let _ends = (here, there);
        pending().await
    })
}

#[track_caller]
fn all_fail(left: &Rc<RefCell<Waits>>, how: &str) {
    let waits = left.take();
    assert_eq!(waits.len(), 8, "{how}");
    for (name, wait) in waits {
        let exception = run(wait).expect_err(name);
        assert!(exception.is::<LoopEnded>(), "{how}: {name}: {exception}");
    }
}

#[test]
fn what_waits_for_a_loop_that_has_returned_failed_or_panicked_fails_and_says_so() {
    for how in ["returned", "failed", "panicked"] {
        let left = Rc::default();
        let begin = begin_all(Rc::clone(&left));
        let _ = run(async move {
            begin.await?;
            match how {
                "returned" => Ok(()),
                "failed" => Err(Exception::msg("out of tea")),
                _ => panic!("out of order"),
            }
        });
        all_fail(&left, how);
    }
}

#[test]
fn what_waits_for_a_reactor_that_was_dropped_fails_and_says_so() -> Result<(), Exception> {
    let reactor = Reactor::new()?;
    let left = Rc::default();
    reactor.enter(|| -> Result<(), Exception> {
        let scheduler = Scheduler::with_unpark(reactor.waker());
        let begun = scheduler.add_coro(begin_all(Rc::clone(&left)));
        while !begun.is_settled() {
            if scheduler.step().is_none() {
                reactor.check_socks(None)?;
            }
        }
        Ok(())
    })?;
    drop(reactor);
    all_fail(&left, "dropped");
    Ok(())
}

#[test]
fn a_connection_outlives_its_loop_and_serves_in_the_next_one() {
    let (here, there) = run(async {
        let (here, there) = pair().await?;
        Ok(Rc::new((here, there)))
    })
    .map(|both| (both.0.clone(), both.1.clone()))
    .unwrap();
    run(async move {
        write(&there, b"!").await?;
        assert_eq!(read(&here, &mut [0]).await?, 1);
        Ok(())
    })
    .unwrap();
}

/// Runs a loop when its thread ends.
struct LastRun;

impl Drop for LastRun {
    fn drop(&mut self) {
        let slept = stage5_select::run(async {
            sleep(Duration::ZERO).await?;
            Ok(3)
        });
        println!("{slept:?}"); // a panic here would abort the process
    }
}

#[test]
fn a_loop_may_run_in_a_destructor_of_a_thread_that_ends() {
    thread_local!(static LAST: RefCell<Option<LastRun>> = const { RefCell::new(None) });
    let ended = std::thread::spawn(|| {
        LAST.set(Some(LastRun)); // before the first loop, so that it is dropped after the loop's own
        run(async { Ok(1) }).map_err(|error| error.to_string())
    });
    assert_eq!(ended.join().unwrap(), Ok(1));
}
