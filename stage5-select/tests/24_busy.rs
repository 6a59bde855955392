//! A task that never stops yielding starves nobody: not a socket, not a deadline, not a wake from
//! another thread.
//!
//! How to go about it: let one task wake itself over and over, and count its turns until the other one
//! is heard. Turns, and not time: the bound holds on a slow machine, too.

mod common;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::give_way;
use futures_core::Stream;
use stage5_select::{
    Exception, Lines, Listener, accept, add_coro, connect, readability, sleep, time, timeout, write,
};
use watchdog::run;

/// So many steps may pass until the loop looks around; then those that it finds have their turns.
const SOON: u64 = 64 + 4;

/// So many lines may be given out without a wait, however short they are.
const LINES: u64 = 1024;

/// What is done over and over beside a busy task: how much of it between two of that task's turns.
struct Between {
    turns: Rc<Cell<u64>>,
    seen: u64,
    count: u64,
    most: u64,
}

impl Between {
    fn turns(turns: Rc<Cell<u64>>) -> Self {
        let seen = turns.get();
        Between {
            turns,
            seen,
            count: 0,
            most: 0,
        }
    }

    /// One more is done.
    fn one_more(&mut self) {
        if self.turns.get() != self.seen {
            (self.seen, self.count) = (self.turns.get(), 0);
        }
        self.count += 1;
        self.most = self.most.max(self.count);
    }
}

/// Yields for ever, and counts.
fn busy() -> Rc<Cell<u64>> {
    busy_at(|| ())
}

/// The same, and does that in each turn.
fn busy_at(work: fn()) -> Rc<Cell<u64>> {
    let turns = Rc::new(Cell::new(0));
    let count = Rc::clone(&turns);
    drop(add_coro::<()>(async move {
        loop {
            work();
            count.set(count.get() + 1);
            give_way().await;
        }
    }));
    turns
}

/// How many turns the busy task has from when `cause` is done until `waiting` is.
async fn turns_until(
    waiting: impl Future<Output = Result<(), Exception>> + 'static,
    cause: impl FnOnce(),
) -> Result<u64, Exception> {
    let turns = busy();
    let heard = add_coro(waiting);
    for _ in 0..1000 {
        give_way().await;
    }
    assert!(!heard.is_settled());
    cause();
    let before = turns.get();
    heard.await?;
    Ok(turns.get() - before)
}

#[test]
fn a_socket_is_heard_beside_a_busy_task() {
    let (here, mut there) = UnixStream::pair().unwrap();
    let waiting = async move { readability(&here).await };
    let turns = run(turns_until(waiting, move || there.write_all(b"!").unwrap()));
    let turns = turns.unwrap();
    assert!(turns <= SOON, "after {turns} turns");
}

/// With many of them a look costs more than a few steps do, so the loop looks by the clock. The steps here
/// are long, each of them more than its part of that time: so it has to look as often as ever.
#[test]
fn a_socket_is_heard_beside_a_busy_task_and_many_that_are_idle() {
    let most = run(async {
        let (mut here, mut there) = UnixStream::pair()?;
        let idle: Vec<_> = (0..40)
            .map(|_| UnixStream::pair())
            .collect::<Result<_, _>>()?;
        let ends = idle.iter().flat_map(|(one, other)| [one, other]);
        let _interests: Vec<_> = ends.map(readability).collect();
        let turns = busy_at(|| {
            let start = Instant::now();
            while start.elapsed() < Duration::from_micros(20) {}
        });
        let mut most = 0;
        for _ in 0..10 {
            // Each time it is somewhere else between two looks.
            for _ in 0..37 {
                give_way().await;
            }
            let heard = readability(&here);
            there.write_all(b"!")?;
            let before = turns.get();
            heard.await?;
            most = most.max(turns.get() - before);
            here.read_exact(&mut [0])?;
        }
        Ok(most)
    });
    let most = most.unwrap();
    assert!(most <= SOON, "after {most} turns");
}

#[test]
fn a_deadline_is_kept_beside_a_busy_task() {
    let turns = run(async {
        time::pause();
        let second = Duration::from_secs(1);
        turns_until(async move { sleep(second).await }, || time::advance(second)).await
    });
    let turns = turns.unwrap();
    assert!(turns <= SOON, "after {turns} turns");
}

#[test]
fn a_wake_from_another_thread_is_heard_beside_a_busy_task() {
    let waker = Rc::new(RefCell::new(None));
    let left = Rc::clone(&waker);
    // Its first turn leaves the waker; the second one comes when that is called.
    let waiting = poll_fn(move |cx| match left.replace(Some(cx.waker().clone())) {
        None => Poll::Pending,
        Some(_) => Poll::Ready(Ok(())),
    });
    let turns = run(turns_until(waiting, move || {
        let waker = waker.borrow().clone().unwrap();
        thread::spawn(move || Waker::wake(waker)).join().unwrap();
    }));
    let turns = turns.unwrap();
    assert!(turns <= 2 * SOON, "after {turns} turns");
}

/// There is room for each of these bytes, so no write has to wait.
#[test]
fn who_writes_without_end_gives_the_others_a_turn() {
    let turns = run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let _there = connect(listener.local_addr()?).await?;
        let here = accept(&listener).await?;
        let turns = busy();
        give_way().await;
        let before = turns.get();
        for _ in 0..500 {
            write(&here, b"!").await?;
        }
        Ok(turns.get() - before)
    });
    let turns = turns.unwrap();
    assert!(turns >= 500 / SOON, "{turns} turns");
}

/// Nobody has to wait for one of them: they have all come before.
#[test]
fn a_flood_of_connections_gives_the_others_a_turn() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let flood = || {
            // Some systems let no more than 128 wait, whatever they are asked for.
            (0..100)
                .map(|_| TcpStream::connect(addr))
                .collect::<io::Result<Vec<_>>>()
        };

        let there = flood()?;
        let mut between = Between::turns(busy());
        for _ in &there {
            accept(&listener).await?;
            between.one_more();
        }
        assert!(between.most <= SOON, "{} without a turn", between.most);

        drop(there);

        let there = flood()?;
        let mut between = Between::turns(between.turns);
        let mut incoming = pin!(listener.incoming());
        for _ in &there {
            let next = poll_fn(|cx| incoming.as_mut().poll_next(cx)).await;
            next.expect("it does not end")?;
            between.one_more();
        }
        assert!(between.most <= SOON, "{} without a turn", between.most);
        Ok(())
    })
    .unwrap();
}

/// The shortest lines there are, and all of them are here already.
#[test]
fn who_sends_nothing_but_ends_of_lines_gives_the_others_a_turn() {
    let most = run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        let here = accept(&listener).await?;
        write(&there, &b"\n".repeat(20_000)).await?;
        drop(there);
        let mut between = Between::turns(busy());
        let mut lines = Lines::new(&here);
        while lines.next().await?.is_some() {
            between.one_more();
        }
        Ok(between.most)
    });
    let most = most.unwrap();
    assert!(most <= LINES, "{most} lines without a turn");
}

/// A long line makes the buffer large. The short ones that follow come in pieces all the same.
#[test]
fn a_long_line_before_them_makes_no_difference() {
    let most = run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        let here = accept(&listener).await?;
        let mut lines = Lines::new(&here);
        let long = &vec![b'x'; 40_000];
        write(&there, long).await?;
        let not_yet = timeout(Duration::from_millis(1), async {
            lines.next().await.map(drop)
        });
        assert!(not_yet.await.is_err());
        drop(add_coro(async move {
            write(&there, &b"\n".repeat(20_000)).await
        }));
        let mut between = Between::turns(busy());
        while lines.next().await?.is_some() {
            between.one_more();
        }
        Ok(between.most)
    });
    let most = most.unwrap();
    assert!(most <= LINES, "{most} lines without a turn");
}

#[test]
fn a_loop_whose_last_task_is_busy_still_ends() {
    run(async {
        let _turns = busy();
        sleep(Duration::ZERO).await
    })
    .unwrap();
}
