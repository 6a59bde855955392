//! How many descriptors a test may open. The usual limits are 1,024 on Linux and 256 on macOS, and a process
//! may raise its own up to a second one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit, as far as that is allowed and of use, and says what it is then.
pub(crate) fn descriptors() -> usize {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // macOS says that there is no second limit, and refuses more than its `OPEN_MAX`.
    let wanted = [20_000, 10_240].map(|most| maximum.map_or(most, |maximum| maximum.min(most)));
    let _raised = wanted.into_iter().find(|&wanted| {
        let current = getrlimit(Resource::Nofile).current;
        let current = Some(current.map_or(wanted, |current| current.max(wanted)));
        setrlimit(Resource::Nofile, Rlimit { current, maximum }).is_ok()
    });
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX)
}
