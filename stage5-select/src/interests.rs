//! `reads`, or `writes`: the descriptors that somebody awaits, and a promise for each (T31).
//!
//! All tasks that await one descriptor share its promise. So two tasks that read from one socket are both told,
//! and the one that finds nothing to read waits again.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::RawFd;
use std::panic::Location;
use std::time::Duration;

use crate::exception::Exception;
use crate::kernel::fdset::FdSet;
use crate::kernel::sys;
use crate::promise::Promise;

#[derive(Debug, Default)]
pub(crate) struct Interests {
    set: RefCell<FdSet>,
    /// The copy of `set` that `select` writes over.
    ready: RefCell<FdSet>,
    /// By descriptor. A vector is dense enough, because the kernel gives out the lowest free number.
    awaited: RefCell<Vec<Option<Awaited>>>,
    len: Cell<usize>,
}

#[derive(Debug)]
struct Awaited {
    promise: Promise<()>,
    /// How many waits share it. When the last one is dropped, the descriptor is not selected any more.
    waits: usize,
}

/// Waits until a descriptor of these is ready, or `timeout` is over. Gives the number of those that are.
pub(crate) fn select(
    reads: &Interests,
    writes: &Interests,
    timeout: Option<Duration>,
) -> io::Result<usize> {
    let sets = (reads.set.borrow(), writes.set.borrow());
    let end = sets.0.end().max(sets.1.end());
    let (mut reads, mut writes) = (reads.ready.borrow_mut(), writes.ready.borrow_mut());
    sys::select(reads.copy(&sets.0, end), writes.copy(&sets.1, end), timeout)
}

impl Interests {
    /// Selects `fd` as long as there is a loop, without a promise.
    pub(crate) fn always(&self, fd: RawFd) -> io::Result<()> {
        self.set.borrow_mut().insert(fd)
    }

    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    /// The descriptors that somebody awaits, in order.
    pub(crate) fn fds(&self) -> Vec<RawFd> {
        let awaited = self.awaited.borrow();
        let fds = (0..)
            .zip(awaited.iter())
            .filter(|(_, place)| place.is_some());
        fds.map(|(fd, _)| fd).collect()
    }

    /// The promise that all who wait for `fd` share.
    #[track_caller]
    pub(crate) fn register(&self, fd: RawFd) -> io::Result<Promise<()>> {
        let made_at = Location::caller(); // a closure does not know it
        self.set.borrow_mut().insert(fd)?;
        let index = usize::try_from(fd).expect("it is in the set");
        let mut all = self.awaited.borrow_mut();
        if index >= all.len() {
            all.resize_with(index + 1, || None);
        }
        let awaited = all[index].get_or_insert_with(|| {
            self.len.set(self.len.get() + 1);
            let promise = Promise::at(made_at);
            Awaited { promise, waits: 0 }
        });
        awaited.waits += 1;
        Ok(awaited.promise.clone())
    }

    /// Removes a wait for `fd` that was dropped while its promise was pending. The promise is still in `awaited`,
    /// because every promise that is taken out there is settled at once.
    pub(crate) fn deregister(&self, fd: RawFd) {
        let index = usize::try_from(fd).unwrap_or(usize::MAX);
        if let Some(Some(awaited)) = self.awaited.borrow_mut().get_mut(index) {
            awaited.waits -= 1;
            if awaited.waits > 0 {
                return;
            }
        }
        self.take(fd);
    }

    fn take(&self, fd: RawFd) -> Option<Promise<()>> {
        let index = usize::try_from(fd).ok()?;
        let awaited = self.awaited.borrow_mut().get_mut(index)?.take()?;
        self.set.borrow_mut().remove(fd);
        self.len.set(self.len.get() - 1);
        Some(awaited.promise)
    }

    /// Settles the promises of all descriptors that `select` has left in the copy, and calls `other` for those
    /// without a promise. The copy is taken out meanwhile, because a waker may run any code.
    pub(crate) fn settle_ready(&self, other: impl Fn(RawFd)) {
        let ready = self.ready.take();
        ready.for_each(|fd| match self.take(fd) {
            Some(promise) => drop(promise.set_success(())),
            None => other(fd),
        });
        self.ready.replace(ready);
    }

    /// Fails those who wait for `fd`; whether there was somebody.
    pub(crate) fn fail(&self, fd: RawFd, exception: impl Into<Exception>) -> bool {
        let promise = self.take(fd);
        promise.is_some_and(|promise| promise.set_exception(exception).is_ok())
    }
}
