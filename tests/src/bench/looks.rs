//! One look at many descriptors, none of which is ready: the price of looking. `select` pays it, and epoll (kqueue
//! on macOS and the BSDs), which was told of the descriptors before, does not.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::data::{Comparison, Side, in_turns};
use super::{count, machine};
use crate::kernel::fdset::FdSet;
use crate::kernel::sys;

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
            let (ready, end) = (&mut ready, all.end()); // a copy: `select` writes over it
            let not_asked = not_asked.copy(&none, end);
            sys::select(ready.copy(&all, end), not_asked, Some(Duration::ZERO))
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
