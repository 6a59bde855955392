//! One look at many descriptors, and many deadlines.

use std::io;
use std::time::Instant;

use tests::bench::descriptors::{Sockets, Watched};
use tests::bench::machine;
use tests::bench::ratio::{Side, in_turns};
use tests::bench::timers;

use crate::data::Comparison;
use crate::work::Size;

pub(crate) fn select_call(size: Size) -> io::Result<Comparison> {
    let title = "One look at all descriptors";
    let mut comparison = Comparison::new("select-call", title, "µs").along("descriptors");
    let limit = machine::raise_descriptor_limit();
    for count in [10, 100, 1_000, 5_000, 15_000] {
        if count as u64 + 100 > limit || count + 100 > machine::select_limit() {
            continue;
        }
        let sockets = Sockets::open(count)?;
        let watched = Watched::new(&sockets)?;
        let times = size.count(500_000 / (count as u64 + 20) + 20);
        #[allow(unused_mut, reason = "not everybody has epoll")]
        let mut sides = vec![
            looking("ours (check_socks)", times, || watched.check_socks()),
            looking("select", times, sockets.select()),
            looking("poll", times, sockets.poll()),
        ];
        #[cfg(target_os = "linux")]
        sides.push(looking("epoll", times, sockets.epoll()?));
        comparison = comparison.point(count as u64, in_turns(size.rounds(31), sides)?);
    }
    Ok(comparison)
}

/// A side that looks so many times, and gives the microseconds of one.
fn looking<'a>(name: &str, times: u64, mut look: impl FnMut() + 'a) -> Side<'a> {
    Side::new(name, move || {
        let start = Instant::now();
        (0..times).for_each(|_| look());
        start.elapsed().as_secs_f64() * 1e6 / times as f64
    })
}

pub(crate) fn timers(size: Size) -> io::Result<Comparison> {
    let title = "A deadline that is reached, beside others that are not";
    let mut comparison = Comparison::new("timers", title, "ns on a core").along("sleepers");
    for others in [10, 100, 1_000, 10_000, 100_000] {
        if size.quick && others > 100 {
            break;
        }
        let sides = vec![
            Side::new("ours", || timers::ours(others)),
            Side::new("tokio", || timers::tokio(others)),
            Side::new("smol", || timers::smol(others)),
        ];
        comparison = comparison.point(u64::from(others), in_turns(size.rounds(7), sides)?);
    }
    Ok(comparison)
}
