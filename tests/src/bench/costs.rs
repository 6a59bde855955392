//! What a wake from another thread, a look at many descriptors and one more deadline cost.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use futures_lite::future::poll_once;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::data::{Comparison, Side, in_turns};
use super::machine::{self, Core};
use super::programs::{idle, pause};
use super::runtimes::{AsyncExecutor, Ours, Runtime, Tokio};
use super::{count, is_quick};
use crate::kernel::fdset::FdSet;
use crate::kernel::sys;

/// A task hands its waker to a helper thread and pauses; the helper wakes it. Both sleep meanwhile, so this is
/// mostly the kernel's time: two threads put to sleep, and two woken.
pub(crate) fn wakes(_: &'static str) -> io::Result<Comparison> {
    machine::pin_to(Core::First);
    let title = "Woken by another thread, there and back";
    let mut comparison = Comparison::new(title, "ns", Some("idle tasks"));
    for others in [0, count(100_000)] {
        let sides = vec![
            woken::<Ours>("ours", others),
            woken::<Tokio>("tokio", others),
            woken::<AsyncExecutor>("async-executor", others),
        ];
        comparison = comparison.point(others, in_turns(15, sides)?);
    }
    Ok(comparison)
}

fn woken<R: Runtime>(side: &'static str, others: u64) -> Side<'static> {
    let times = count(5_000);
    Side::new(side, move || {
        let nanoseconds = R::run(|runtime| async move {
            idle(&runtime, others).await;
            // On two cores: two threads that sleep in turns would sometimes share one and sometimes not.
            let (helper, wakers) = channel::<Waker>();
            thread::spawn(move || {
                machine::pin_to(Core::Last);
                wakers.into_iter().for_each(Waker::wake);
            });
            let start = Instant::now();
            for _ in 0..times {
                pause(|waker| helper.send(waker.clone()).expect("it lives as long as we")).await;
            }
            R::ok(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX))
        });
        Ok(nanoseconds as f64 / times as f64)
    })
}

/// A sleep beside many others: made, polled once, and dropped. That is what a timeout costs if the answer comes in
/// time.
pub(crate) fn one_more(_: &'static str) -> io::Result<Comparison> {
    let title = "One more sleep, made and given up";
    let mut comparison = Comparison::new(title, "ns", Some("sleepers"));
    for others in [10, 1_000, 100_000, 1_000_000] {
        if !is_quick() || others < 100_000 {
            let ours = move || {
                let cost = async move { Ok(cost(others, stage5_select::sleep).await) };
                stage5_select::run(cost).map_err(|error| io::Error::other(error.to_string()))
            };
            let tokio = move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_time().build()?;
                Ok(runtime.block_on(cost(others, tokio::time::sleep)))
            };
            let sides = vec![Side::new("ours", ours), Side::new("tokio", tokio)];
            comparison = comparison.point(others, in_turns(7, sides)?);
        }
    }
    Ok(comparison)
}

/// Nanoseconds for one.
async fn cost<S: Future>(others: u64, sleep: impl Fn(Duration) -> S) -> f64 {
    let mut sleeping = Vec::new();
    for number in 0..others {
        let mut one = Box::pin(sleep(deadline(number)));
        assert!(poll_once(&mut one).await.is_none(), "too early");
        sleeping.push(one);
    }
    let times = count(20_000);
    let start = Instant::now();
    for number in 0..times {
        assert!(
            poll_once(sleep(deadline(number))).await.is_none(),
            "too early"
        );
    }
    start.elapsed().as_nanos() as f64 / times as f64
}

/// In an hour, and in no order: deadlines that come in order are the easiest case for a tree.
fn deadline(number: u64) -> Duration {
    Duration::from_secs(3600) + Duration::from_millis(number * 7_919 % 3_600_000)
}

/// None of the descriptors is ready, so this is the price of looking. `select` pays it, and epoll (kqueue on macOS and
/// the BSDs), which was told of the descriptors before, does not.
pub(crate) fn select_call(_: &'static str) -> io::Result<Comparison> {
    let title = "One look at all descriptors";
    let mut comparison = Comparison::new(title, "µs", Some("descriptors"));
    for number in [10, 100, 1_000, 5_000, 15_000] {
        if !machine::may_open(number + 100) {
            continue;
        }
        let (mut all, none) = (FdSet::default(), FdSet::default());
        let (mut ready, mut not_asked) = (FdSet::default(), FdSet::default());
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(64);
        // All of them are one socket, on which nobody writes.
        let (socket, _other_end) = UnixStream::pair()?;
        let open = (0..number).map(|_| socket.try_clone());
        let open = open.collect::<io::Result<Vec<_>>>()?;
        for (index, socket) in open.iter().enumerate() {
            all.insert(socket.as_raw_fd())?;
            let mut source = SourceFd(&socket.as_raw_fd());
            poll.registry()
                .register(&mut source, Token(index), Interest::READABLE)?;
        }
        let select = move || {
            let (end, now) = (all.end(), Some(Duration::ZERO));
            // Copies: `select` writes over its sets.
            sys::select(ready.copy(&all, end), not_asked.copy(&none, end), now)
        };
        let epoll = move || {
            poll.poll(&mut events, Some(Duration::ZERO))?;
            Ok(events.iter().count())
        };
        let times = count(500_000 / (number as u64 + 20) + 20);
        let sides = vec![
            looking("select", times, select),
            looking("epoll", times, epoll),
        ];
        comparison = comparison.point(number as u64, in_turns(31, sides)?);
    }
    Ok(comparison)
}

/// A side that looks so many times, and gives the microseconds of one look.
fn looking<'a>(
    name: &'static str,
    times: u64,
    mut look: impl FnMut() -> io::Result<usize> + 'a,
) -> Side<'a> {
    Side::new(name, move || {
        let start = Instant::now();
        for _ in 0..times {
            assert_eq!(look()?, 0);
        }
        Ok(start.elapsed().as_secs_f64() * 1e6 / times as f64)
    })
}
