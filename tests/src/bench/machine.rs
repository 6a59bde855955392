//! What is asked of the machine: a core to stay on, and descriptors.

use std::io;
use std::thread;

use rustix::process::{Resource, getrlimit, setrlimit};

/// One of the cores that a process may use.
///
/// Why the two that are furthest apart? Where a core can run two threads at once, the system counts it as
/// two, and their numbers are neighbours, or half of all apart. (With two in all, there is no choice.)
#[derive(Clone, Copy, Debug)]
pub enum Core {
    /// The one with the lowest number.
    First,
    /// The one with the highest.
    Last,
}

/// Has this thread, and what it starts from here on, run on that core only, where the system can do that.
pub fn pin_to(core: Core) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        let Ok(all) = sched_getaffinity(None) else {
            return;
        };
        let mut usable = (0..CpuSet::MAX_CPU).filter(|&number| all.is_set(number));
        let number = match core {
            Core::First => usable.next(),
            Core::Last => usable.next_back(),
        };
        let mut one = CpuSet::new();
        one.set(number.unwrap_or(0));
        // Where that is forbidden, it stays as it is.
        let _ = sched_setaffinity(None, &one);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = core;
}

/// Calls `work` on a core, and on a thread of its own: what comes afterwards may be anywhere.
///
/// # Errors
///
/// Those of `work`, or that it panicked.
pub fn on<T: Send>(core: Core, work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let working = scope.spawn(|| {
            pin_to(core);
            work()
        });
        let panicked = |_| Err(io::Error::other("a wrong answer (see above)"));
        working.join().unwrap_or_else(panicked)
    })
}

/// Takes as many descriptors as the system allows; gives how many.
pub fn raise_descriptor_limit() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Where the system's `select` ends.
pub fn select_limit() -> usize {
    if cfg!(target_os = "linux") {
        usize::MAX
    } else {
        libc::FD_SETSIZE
    }
}

/// How long this process has run on a core so far, in nanoseconds.
pub fn process_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// How much memory this process has in use, in bytes; `None` where the system does not tell.
pub fn memory() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let resident: u64 = pages.split_whitespace().nth(1)?.parse().ok()?;
    Some(resident * rustix::param::page_size() as u64)
}
