//! A set of descriptors as `select` wants it: bit *n* says whether descriptor *n* is in the set.
//!
//! The C library's `fd_set` ends at a fixed number, and its macros write past the end, or abort, for a higher
//! descriptor. Linux and the BSDs take as many bits as the caller names, so the bits are set here. On macOS and
//! Solaris a higher descriptor is an error.

use std::io;
use std::os::fd::RawFd;

use crate::kernel::sys::Word;

const BITS: usize = Word::BITS as usize;

const LIMIT: usize = if cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)) {
    usize::MAX
} else {
    libc::FD_SETSIZE
};

#[derive(Debug, Default)]
pub(crate) struct FdSet(Vec<Word>);

impl FdSet {
    pub(crate) fn insert(&mut self, fd: RawFd) -> io::Result<()> {
        let bit = match usize::try_from(fd) {
            Ok(bit) if bit < LIMIT => bit,
            _ => return Err(out_of_reach(fd)),
        };
        if bit / BITS >= self.0.len() {
            self.0.resize(bit / BITS + 1, 0);
        }
        self.0[bit / BITS] |= 1 << (bit % BITS);
        Ok(())
    }

    pub(crate) fn remove(&mut self, fd: RawFd) {
        let bit = usize::try_from(fd).unwrap_or(usize::MAX);
        if let Some(word) = self.0.get_mut(bit / BITS) {
            *word &= !(1 << (bit % BITS));
        }
    }

    /// The number of words up to the last one that is not zero.
    pub(crate) fn end(&self) -> usize {
        let mut end = self.0.len();
        while end > 0 && self.0[end - 1] == 0 {
            end -= 1;
        }
        end
    }

    /// Makes this a copy of the first `end` words of `other`, and gives them to `select`.
    pub(crate) fn copy(&mut self, other: &FdSet, end: usize) -> &mut [Word] {
        self.0.clear();
        let words = other.0.get(..end).unwrap_or(&other.0);
        self.0.extend_from_slice(words);
        self.0.resize(end, 0);
        &mut self.0
    }

    pub(crate) fn for_each(&self, mut each: impl FnMut(RawFd)) {
        for (index, &word) in self.0.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                let bit = index * BITS + left.trailing_zeros() as usize;
                left &= left - 1; // clears the lowest one
                each(RawFd::try_from(bit).expect("it was inserted as one"));
            }
        }
    }
}

#[cold]
fn out_of_reach(fd: RawFd) -> io::Error {
    let last = LIMIT - 1;
    let text = format!(
        "descriptor {fd} is out of the reach of select (it takes 0 to {last} here: close some; a loop on kqueue or poll has no such limit)"
    );
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
