//! A set of descriptors as `select` wants it: bit *n* says whether descriptor *n* is in it.
//!
//! The C library's `fd_set` has room for 1,024 bits, and its macros write past the end, or abort, for
//! a higher descriptor. Linux itself takes as many bits as you say. So the bits are set here, in
//! words that are as many as it takes. Other systems do stop at 1,024, and there a higher descriptor is
//! an error.

use std::io;
use std::os::fd::RawFd;

const BITS: usize = usize::BITS as usize;

/// Where the system's `select` ends, if it does.
const LIMIT: Option<usize> = if cfg!(target_os = "linux") {
    None
} else {
    Some(libc::FD_SETSIZE)
};

#[derive(Debug, Default)]
pub(crate) struct FdSet {
    words: Vec<usize>,
    /// All words from here on are zero.
    end: usize,
}

impl FdSet {
    pub(crate) fn insert(&mut self, fd: RawFd) -> io::Result<()> {
        let bit = match usize::try_from(fd) {
            Ok(bit) if LIMIT.is_none_or(|limit| bit < limit) => bit,
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!(
                        "descriptor {fd} is out of the reach of select (it takes 0 to {} here: close some; a loop on kqueue or poll has no such limit)",
                        LIMIT.unwrap_or(usize::MAX) - 1
                    ),
                ));
            }
        };
        let (word, mask) = (bit / BITS, 1 << (bit % BITS));
        if word >= self.words.len() {
            self.words.resize((word + 1).next_power_of_two(), 0);
        }
        self.words[word] |= mask;
        self.end = self.end.max(word + 1);
        Ok(())
    }

    pub(crate) fn remove(&mut self, fd: RawFd) {
        let Ok(bit) = usize::try_from(fd) else { return };
        let (word, mask) = (bit / BITS, 1 << (bit % BITS));
        if self.words.get(word).is_some_and(|bits| bits & mask != 0) {
            self.words[word] &= !mask;
            while self.end > 0 && self.words[self.end - 1] == 0 {
                self.end -= 1;
            }
        }
    }

    pub(crate) fn contains(&self, fd: RawFd) -> bool {
        let Ok(bit) = usize::try_from(fd) else {
            return false;
        };
        let word = self.words.get(bit / BITS).copied().unwrap_or(0);
        word & (1 << (bit % BITS)) != 0
    }

    /// How many words `select` has to look at.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Makes this a copy of the first `end` words of `other`.
    pub(crate) fn copy(&mut self, other: &FdSet, end: usize) {
        self.words.clear();
        let words = other.words.get(..end).unwrap_or(&other.words);
        self.words.extend_from_slice(words);
        self.words.resize(end, 0);
    }

    /// The bits, for `select` to write over.
    pub(crate) fn words(&mut self) -> &mut [usize] {
        &mut self.words
    }

    /// The descriptors in it, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = RawFd> {
        let set = |(word, &bits): (usize, &usize)| Bits {
            base: word * BITS,
            bits,
        };
        self.words.iter().enumerate().flat_map(set)
    }
}

/// The bits of one word that are set.
struct Bits {
    base: usize,
    bits: usize,
}

impl Iterator for Bits {
    type Item = RawFd;

    fn next(&mut self) -> Option<RawFd> {
        if self.bits == 0 {
            return None;
        }
        let bit = self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1; // clears the lowest one
        RawFd::try_from(self.base + bit).ok()
    }
}
