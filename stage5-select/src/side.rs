//! `reads`, or `writes`: the descriptors that somebody awaits, and a promise for each (T31).
//!
//! All who await one descriptor share its promise. So nothing here asks who they are, and two tasks that
//! read from one socket are both told: one finds nothing to read, perhaps, and waits again.

use std::cell::{Cell, RefCell, RefMut};
use std::io;
use std::os::fd::RawFd;
use std::panic::Location;

use crate::fdset::FdSet;
use crate::interest::Closed;
use crate::promise::Promise;

#[derive(Default)]
pub(crate) struct Side {
    set: RefCell<FdSet>,
    /// What `select` writes over.
    ready: RefCell<FdSet>,
    /// By descriptor. Why not a hash map? The kernel gives out the lowest number that is free.
    awaited: RefCell<Vec<Option<Awaited>>>,
    /// How many there are.
    len: Cell<usize>,
}

struct Awaited {
    promise: Promise<()>,
    /// How many share it. When the last one gives up, the descriptor is not selected any more.
    waiters: usize,
}

impl Side {
    /// One in whose set `fd` stays for good, without a promise.
    pub(crate) fn with(fd: RawFd) -> io::Result<Self> {
        let side = Side::default();
        side.set.borrow_mut().insert(fd)?;
        Ok(side)
    }

    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The promise that all who wait for `fd` share.
    pub(crate) fn join(
        &self,
        fd: RawFd,
        made_at: &'static Location<'static>,
    ) -> io::Result<Promise<()>> {
        self.set.borrow_mut().insert(fd)?;
        let index = usize::try_from(fd).expect("it is in the set");
        let mut all = self.awaited.borrow_mut();
        if index >= all.len() {
            all.resize_with(index + 1, || None);
        }
        let awaited = all[index].get_or_insert_with(|| {
            self.len.set(self.len.get() + 1);
            Awaited {
                promise: Promise::at(made_at),
                waiters: 0,
            }
        });
        awaited.waiters += 1;
        Ok(awaited.promise.clone())
    }

    /// One of those who wait for `fd` has given up. (Its promise is pending, so it is the one here: who
    /// takes a promise out settles it.)
    pub(crate) fn leave(&self, fd: RawFd) {
        let index = usize::try_from(fd).unwrap_or(usize::MAX);
        let left = self.awaited.borrow_mut().get_mut(index).and_then(|place| {
            let awaited = place.as_mut()?;
            awaited.waiters -= 1;
            Some(awaited.waiters)
        });
        if left == Some(0) {
            self.take(fd);
        }
    }

    /// Takes `fd` out, and gives the promise of those who wait for it.
    fn take(&self, fd: RawFd) -> Option<Promise<()>> {
        let index = usize::try_from(fd).ok()?;
        let awaited = self.awaited.borrow_mut().get_mut(index)?.take()?;
        self.set.borrow_mut().remove(fd);
        self.len.set(self.len.get() - 1);
        Some(awaited.promise)
    }

    /// How many words `select` has to look at.
    pub(crate) fn end(&self) -> usize {
        self.set.borrow().end()
    }

    /// A copy of the set, for `select` to leave in it what is ready.
    pub(crate) fn copy(&self, end: usize) -> RefMut<'_, FdSet> {
        let mut ready = self.ready.borrow_mut();
        ready.copy(&self.set.borrow(), end);
        ready
    }

    /// Whether `select` has left `fd` in the copy.
    pub(crate) fn is_ready(&self, fd: RawFd) -> bool {
        self.ready.borrow().contains(fd)
    }

    /// Tells all who wait for what `select` has left in the copy. That is taken out meanwhile: to settle
    /// is to call wakers, and they may be anyone's.
    pub(crate) fn settle_ready(&self) {
        let ready = self.ready.take();
        for fd in ready.iter() {
            if let Some(promise) = self.take(fd) {
                let _ = promise.set_success(());
            }
        }
        self.ready.replace(ready);
    }

    /// Fails those who wait for `fd`.
    pub(crate) fn fail(&self, fd: RawFd) {
        if let Some(promise) = self.take(fd) {
            let _ = promise.set_exception(Closed { fd });
        }
    }

    /// Fails those who wait for a descriptor of that sort.
    pub(crate) fn fail_if(&self, unfit: impl Fn(RawFd) -> bool) {
        let fds: Vec<RawFd> = self.set.borrow().iter().collect();
        for fd in fds.into_iter().filter(|&fd| unfit(fd)) {
            self.fail(fd);
        }
    }
}
