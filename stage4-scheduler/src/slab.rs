//! A slab: a vector whose entries keep their place, and whose freed places are used again.
//!
//! Why not a hash map? Tasks come and go by the million, and a place in a vector costs a few
//! nanoseconds where a hash costs tens. (The crate `slab` is this, with a larger surface.)

use std::num::NonZeroU32;

/// Where an entry is. It is a number from 1, so that an `Option` of it takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(NonZeroU32);

#[derive(Debug)]
pub(crate) struct Slab<T> {
    entries: Vec<Entry<T>>,
    /// How many of them are full.
    len: usize,
    /// The first free place; each free place knows the next.
    free: Option<Key>,
}

#[derive(Debug)]
enum Entry<T> {
    Full(T),
    Free(Option<Key>),
}

impl Key {
    /// The place `index` of the vector.
    fn of(index: usize) -> Key {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Key(number.expect("more than four billion entries"))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Slab {
            entries: Vec::new(),
            len: 0,
            free: None,
        }
    }

    pub(crate) fn insert(&mut self, value: T) -> Key {
        let key = self.vacant();
        self.len += 1;
        match self.entries.get_mut(key.index()) {
            Some(entry) => {
                if let Entry::Free(next) = *entry {
                    self.free = next;
                }
                *entry = Entry::Full(value);
            }
            None => self.entries.push(Entry::Full(value)),
        }
        key
    }

    /// Where the next entry will be.
    pub(crate) fn vacant(&self) -> Key {
        self.free.unwrap_or_else(|| Key::of(self.entries.len()))
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let entry = self.entries.get_mut(key.index())?;
        if let Entry::Free(_) = entry {
            return None;
        }
        let removed = std::mem::replace(entry, Entry::Free(self.free.replace(key)));
        self.len -= 1;
        if self.len == 0 {
            // Why begin anew? Whoever looks at all entries would go past every place that was ever full.
            self.entries.clear();
            self.free = None;
        }
        match removed {
            Entry::Full(value) => Some(value),
            Entry::Free(_) => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        match self.entries.get_mut(key.index())? {
            Entry::Full(value) => Some(value),
            Entry::Free(_) => None,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Full(value) => Some(value),
            Entry::Free(_) => None,
        })
    }

    /// Takes out the last entry, and lets its place go.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.free = None; // from here on it only shrinks
        loop {
            if let Entry::Full(value) = self.entries.pop()? {
                self.len -= 1;
                return Some(value);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// A loop that goes to sleep looks at all entries: it is not to pay for a million that were there once.
    #[test]
    fn one_that_is_empty_again_has_no_places_to_go_past() {
        let mut slab = Slab::new();
        for round in 0..3 {
            let keys: Vec<Key> = (0..1000).map(|number| slab.insert(number)).collect();
            assert_eq!((slab.len(), slab.iter().count()), (1000, 1000));
            for (number, key) in keys.into_iter().enumerate().rev() {
                assert_eq!(slab.remove(key), Some(number), "round {round}");
                assert_eq!(slab.remove(key), None);
            }
            assert_eq!((slab.len(), slab.entries.len()), (0, 0));
        }
    }

    #[test]
    fn a_place_that_is_free_is_used_again() {
        let mut slab = Slab::new();
        let (first, second) = (slab.insert('a'), slab.insert('b'));
        assert_eq!(slab.remove(first), Some('a'));
        assert_eq!(slab.vacant(), first);
        assert_eq!(slab.insert('c'), first);
        assert_eq!(slab.get_mut(second), Some(&mut 'b'));
        assert_eq!(slab.entries.len(), 2);
    }
}
