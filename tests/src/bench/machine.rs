//! What is asked of the machine: a core to stay on, and descriptors.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Has this thread, and what it starts, run on the core of that number only, where the system can do
/// that.
pub fn pin_to_core(number: usize) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_setaffinity};

        let mut core = CpuSet::new();
        core.set(number);
        // A machine with fewer cores, or a container that forbids it: then it stays as it is.
        let _ = sched_setaffinity(None, &core);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = number;
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
