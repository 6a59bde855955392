//! Nobody starves: beside a task that never stops, and a connection that always has something to say,
//! each of 500 others has its answer in about the time that all of them have.
//!
//! How to go about it: time is counted in steps of the loop, so that a slow computer makes no
//! difference. What is compared is the slowest echo of all, and the median.
#![cfg(all(unix, not(loom)))]

#[path = "../../stage5-select/tests/limit/mod.rs"]
mod limit;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::cell::Cell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Mutex;
use std::task::Poll;
use std::time::{Duration, Instant};

use stage5_select::{
    Conn, Exception, Listener, Outcome, Reactor, Scheduler, Server, add_coro, connect, echo,
    gather, read, write,
};
use watchdog::Watchdog;

const CLIENTS: usize = 500;
const ROUNDS: usize = 20;
const SILENT: usize = 400;

/// The slowest may take so many times as long as the median,
const MULTIPLE: u64 = 10;
/// and so many steps. (Each of the others has a few between two looks, and an echo takes some looks.)
const STEPS: u64 = 20 * CLIENTS as u64;
/// Where the others are silent, it is this many. The loop looks at the sockets every 64 steps, or, if some
/// of those were short, every 128. An echo takes two looks, as the server hears the client, and the client
/// the server; three where one of them comes a little too late; and one more is on the safe side.
const STEPS_BESIDE_SILENT: u64 = 4 * 128;

async fn read_exact(conn: &Conn, count: usize) -> Result<(), Exception> {
    let (mut missing, mut buffer) = (count, vec![0; 64 * 1024]);
    while missing > 0 {
        let room = missing.min(buffer.len());
        missing -= match read(conn, &mut buffer[..room]).await? {
            0 => return Err(Exception::msg("the end, too early")),
            count => count,
        };
    }
    Ok(())
}

/// Computes for a while, pauses, and is woken at once. (For as long as a 64th of the time that the loop lets
/// pass between two looks at many sockets. So 64 of these are time for a look, on any computer.)
async fn never_stops() -> Result<(), Exception> {
    poll_fn(|cx| {
        let start = Instant::now();
        while start.elapsed() < Duration::from_micros(20) {}
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Sends as fast as the server takes it, and reads what comes back.
async fn hot(addr: SocketAddr, answers: Rc<Cell<usize>>) -> Result<(), Exception> {
    let conn = connect(addr).await?;
    let sending = conn.clone();
    drop(add_coro(async move {
        loop {
            write(&sending, &b"!\n".repeat(1000)).await?;
        }
        #[expect(unreachable_code, reason = "it says what this returns")]
        Ok(())
    }));
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = read(&conn, &mut buffer).await?;
        answers.set(answers.get() + count / "echo: !\n".len());
    }
}

/// How many steps each of the echoes took.
async fn client(addr: SocketAddr, steps: Rc<Cell<u64>>) -> Result<Vec<u64>, Exception> {
    let conn = connect(addr).await?;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let start = steps.get();
        write(&conn, b"hello\n").await?;
        read_exact(&conn, "echo: hello\n".len()).await?;
        took.push(steps.get() - start);
    }
    Ok(took)
}

/// Runs `coro` on a loop that counts its steps.
fn run_counted<T: Clone + 'static>(
    steps: &Cell<u64>,
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let _watchdog = Watchdog::new();
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let scheduler = Scheduler::with_unpark(reactor.waker());
        let result = scheduler.add_coro(coro);
        loop {
            if let Some(result) = result.result() {
                return result;
            }
            match scheduler.step() {
                Some(step) => {
                    let raised = step.outcome == Outcome::Raised;
                    assert!(!raised || result.is_settled(), "{step}");
                    steps.set(steps.get() + 1);
                    reactor.tick()?;
                }
                None => reactor.check_socks(None)?,
            }
        }
    })
}

/// How many steps each echo took, the quickest first, for so many who talk beside so many who do not.
fn echoes(silent: usize, talking: usize) -> Vec<u64> {
    // One at a time: both ends of all connections are in this process, and 1,024 descriptors are usual.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock();
    // Both ends of a connection are here; and there is the hot one, and what else the process has open.
    let room = limit::descriptors() / 2 - 20;
    let silent = silent.min(room - talking.min(room / 2));
    let talking = talking.min(room - silent);
    let steps = Rc::new(Cell::new(0));
    let answers = Rc::new(Cell::new(0));
    let (count, hot_answers) = (Rc::clone(&steps), Rc::clone(&answers));
    let took = run_counted(&steps, async move {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let server = Server::new(listener).on_report(|_| ());
        drop(add_coro(server.serve(|conn| echo(conn, |_| ()))));
        // They are all in, and have been heard once.
        let silent = gather((0..silent).map(|_| async move {
            let conn = connect(addr).await?;
            write(&conn, b"hello\n").await?;
            read_exact(&conn, "echo: hello\n".len()).await?;
            Ok(conn)
        }))
        .await;
        drop(add_coro(never_stops()));
        drop(add_coro(hot(addr, hot_answers)));
        let clients = (0..talking).map(|_| client(addr, Rc::clone(&count)));
        let took = gather(clients).await;
        drop(silent);
        Ok(took)
    });
    let took = took.unwrap().into_iter().map(Result::unwrap);
    let mut took: Vec<u64> = took.flatten().collect();
    took.sort_unstable();
    println!(
        "{} echoes beside {} who say nothing: median {} steps, slowest {}; the hot connection had {}; {} steps in all",
        took.len(),
        silent,
        took[took.len() / 2],
        took[took.len() - 1],
        answers.get(),
        steps.get()
    );
    assert!(answers.get() > 0, "the hot connection was starved");
    took
}

#[test]
fn the_slowest_echo_is_not_much_slower_than_the_others() {
    let took = echoes(0, CLIENTS);
    let (median, slowest) = (took[took.len() / 2], took[took.len() - 1]);
    assert!(
        slowest <= MULTIPLE * median && slowest <= STEPS,
        "slowest {slowest}, median {median}"
    );
}

#[test]
fn who_says_nothing_makes_nobody_slower() {
    let took = echoes(SILENT, 5);
    let slowest = took[took.len() - 1];
    assert!(slowest <= STEPS_BESIDE_SILENT, "slowest {slowest}");
}
