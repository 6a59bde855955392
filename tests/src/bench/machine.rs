//! What is asked of the machine: a core to stay on, descriptors, memory, and whether somebody has pressed Ctrl-C.

use std::fs;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use core_affinity::CoreId;
use rustix::process::{Resource, getrlimit, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

static STOPPED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From here on, a signal that ends a process makes [`check_stopped`] fail. So every destructor runs, and takes
/// away servers and scratch files. A second signal ends the process at once.
pub(crate) fn stop_on_signals() -> io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, STOPPED.clone())?;
        flag::register(signal, STOPPED.clone())?;
    }
    Ok(())
}

pub(crate) fn check_stopped() -> io::Result<()> {
    if STOPPED.load(Ordering::Relaxed) {
        return Err(ErrorKind::Interrupted.into());
    }
    Ok(())
}

/// One of the cores that a process may use. The two are as far apart as possible: a core that runs two threads at
/// once counts as two, and their numbers are often neighbours.
#[derive(Clone, Copy)]
pub(crate) enum Core {
    First,
    Last,
}

/// Has this thread, and what it starts from here on, run on that core only, if the system can do that.
pub(crate) fn pin_to(core: Core) {
    /// As the process found them: a thread that is pinned sees no other core.
    static CORES: LazyLock<Vec<CoreId>> =
        LazyLock::new(|| core_affinity::get_core_ids().unwrap_or_default());
    let core = match core {
        Core::First => CORES.first(),
        Core::Last => CORES.last(),
    };
    core.copied().map(core_affinity::set_for_current);
}

/// Whether this process may have so many descriptors, and `select` takes them. Raises the limit as far as it goes.
pub(crate) fn may_open(count: usize) -> bool {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let is_reached = cfg!(target_os = "linux") || count <= libc::FD_SETSIZE;
    count as u64 <= limit && is_reached
}

/// Ends this process when the one that started it ends, in whatever way.
pub(crate) fn end_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?;
    Ok(())
}

/// How much memory this process has in use, in bytes. It panics if the system does not tell.
pub(crate) fn memory() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("only Linux tells");
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    resident.map_or(0, |pages: u64| pages * rustix::param::page_size() as u64)
}
