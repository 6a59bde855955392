//! Many descriptors, and one look at all of them: ours, and the bare calls.
//!
//! None of them is ready, so this is the price of looking, which is what `select` and `poll` pay and
//! epoll does not.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use stage5_select::{Interest, Reactor, readability};

/// Stage 5's calls to the kernel: the very file, for it is the only one that may be `unsafe`.
#[allow(
    dead_code,
    unused_imports,
    reason = "select is wanted, the rest is not"
)]
#[path = "../../../stage5-select/src/kernel/sys.rs"]
pub(crate) mod sys;

/// A set of descriptors: bit n stands for descriptor n.
#[derive(Debug, Default)]
pub(crate) struct Bits(pub(crate) Vec<sys::Word>);

const WORD: usize = sys::Word::BITS as usize;

impl Bits {
    pub(crate) fn insert(&mut self, fd: usize) {
        let words = fd / WORD + 1;
        if words > self.0.len() {
            self.0.resize(words, 0);
        }
        self.0[fd / WORD] |= 1 << (fd % WORD);
    }

    pub(crate) fn remove(&mut self, fd: usize) {
        self.0[fd / WORD] &= !(1 << (fd % WORD));
    }

    pub(crate) fn copy_from(&mut self, other: &Bits) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    pub(crate) fn empty_like(&mut self, other: &Bits) {
        self.0.clear();
        self.0.resize(other.0.len(), 0);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(word, &bits)| {
            let next = |bits: &sys::Word| Some(bits & (bits - 1)).filter(|&bits| bits != 0);
            let rest = std::iter::successors(Some(bits).filter(|&bits| bits != 0), next);
            rest.map(move |bits| word * WORD + bits.trailing_zeros() as usize)
        })
    }
}

/// Open sockets that nobody writes to.
#[derive(Debug)]
pub struct Sockets {
    open: Vec<UnixStream>,
    _other_end: UnixStream,
}

impl Sockets {
    /// That many, all of them the same one.
    ///
    /// # Errors
    ///
    /// Where the process may not have as many.
    pub fn open(count: usize) -> io::Result<Sockets> {
        let (one, other) = UnixStream::pair()?;
        let open = (0..count).map(|_| one.try_clone());
        Ok(Sockets {
            open: open.collect::<Result<_, _>>()?,
            _other_end: other,
        })
    }

    /// Looks at them with `select`, called with a copy of their set.
    pub fn select(&self) -> impl FnMut() + use<> {
        let (mut all, mut ready, mut none) = (Bits::default(), Bits::default(), Bits::default());
        for socket in &self.open {
            all.insert(usize::try_from(socket.as_raw_fd()).unwrap());
        }
        move || {
            ready.copy_from(&all);
            none.empty_like(&all);
            let count = sys::select(&mut ready.0, &mut none.0, Some(Duration::ZERO));
            assert_eq!(count.unwrap(), 0);
        }
    }

    /// Looks at them with `poll`.
    pub fn poll(&self) -> impl FnMut() + use<'_> {
        let mut fds: Vec<_> = (self.open.iter())
            .map(|socket| PollFd::new(socket, PollFlags::IN))
            .collect();
        move || assert_eq!(poll(&mut fds, Some(&Timespec::default())).unwrap(), 0)
    }

    /// Looks at them with epoll, which was told of them before.
    ///
    /// # Errors
    ///
    /// The kernel's.
    #[cfg(target_os = "linux")]
    pub fn epoll(&self) -> io::Result<impl FnMut() + use<>> {
        use rustix::event::epoll::{CreateFlags, EventData, EventFlags, add, create, wait};

        let epoll = create(CreateFlags::CLOEXEC)?;
        for (index, socket) in self.open.iter().enumerate() {
            add(
                &epoll,
                socket,
                EventData::new_u64(index as u64),
                EventFlags::IN,
            )?;
        }
        let mut events = Vec::with_capacity(64);
        Ok(move || {
            events.clear();
            let ready = wait(
                &epoll,
                rustix::buffer::spare_capacity(&mut events),
                Some(&Timespec::default()),
            );
            assert_eq!(ready.unwrap(), 0);
        })
    }
}

/// A reactor that waits for all the sockets, for [`Reactor::check_socks`].
#[derive(Debug)]
pub struct Watched {
    reactor: Reactor,
    _interests: Vec<Interest>,
}

impl Watched {
    /// Waits for these.
    ///
    /// # Errors
    ///
    /// The kernel's.
    pub fn new(sockets: &Sockets) -> io::Result<Watched> {
        let reactor = Reactor::new()?;
        let interests = reactor.enter(|| sockets.open.iter().map(readability).collect());
        Ok(Watched {
            reactor,
            _interests: interests,
        })
    }

    /// One look. Nobody is ready: all wait on.
    pub fn check_socks(&self) {
        self.reactor.check_socks(Some(Duration::ZERO)).unwrap();
        assert!(!self.reactor.is_idle());
    }
}
