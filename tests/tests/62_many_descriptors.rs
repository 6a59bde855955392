//! Thousands of descriptors in one `select`, far past the C library's `FD_SETSIZE`: each task is told of
//! its own, in whatever order they become ready, and a closed one among them fails alone.
//!
//! How to go about it: raise the process's limit as far as it goes, and use as many as there are.

#![cfg(not(loom))]

#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use stage5_select::{Closed, Exception, Promise, add_coro, gather, readability};
use watchdog::run;

/// One test at a time: the number that the one closes must not be the next one that the other opens.
static ALONE: Mutex<()> = Mutex::new(());

/// So many pairs of sockets at most.
const PAIRS: u64 = 6_000;

/// Raises the limit, and says for how many pairs there is room. (Other systems' `select` ends at 1,024.)
fn room() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised).expect("nobody may say no to that");
    let most = limit.maximum.unwrap_or(u64::MAX);
    let most = if cfg!(target_os = "linux") {
        most
    } else {
        most.min(1024)
    };
    let room = PAIRS.min((most - 100) / 2);
    usize::try_from(room).expect("a small number")
}

/// The end that is awaited has the high numbers.
fn pairs(count: usize) -> Vec<(UnixStream, UnixStream)> {
    let mut pairs: Vec<_> = (0..count).map(|_| UnixStream::pair().unwrap()).collect();
    for (here, there) in &mut pairs {
        if here.as_raw_fd() < there.as_raw_fd() {
            std::mem::swap(here, there);
        }
    }
    pairs
}

#[test]
fn thousands_of_descriptors_are_selected_at_once_and_each_task_is_told_of_its_own() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let count = room();
    let highest = run(async move {
        let (here, mut there): (Vec<_>, Vec<_>) = pairs(count).into_iter().unzip();
        let highest = here.iter().map(AsRawFd::as_raw_fd).max().unwrap();
        let readers: Vec<Promise<u16>> = (here.into_iter())
            .map(|mut here| {
                add_coro(async move {
                    readability(&here).await?;
                    let mut number = [0; 2];
                    here.read_exact(&mut number)?;
                    Ok(u16::from_be_bytes(number))
                })
            })
            .collect();
        // One at a time, then a hundred at a time.
        let shuffled: Vec<usize> = (0..count).map(|n| n * 7_919 % count).collect();
        let (single, rest) = shuffled.split_at(count / 20);
        for batch in single.chunks(1).chain(rest.chunks(100)) {
            for &number in batch {
                let bytes = u16::try_from(number)?.to_be_bytes();
                there[number].write_all(&bytes)?;
            }
            for &number in batch {
                assert_eq!(usize::from((&readers[number]).await?), number);
            }
        }
        assert!(readers.iter().all(Promise::is_settled));
        Ok(highest)
    });
    let highest = highest.unwrap();
    println!("{count} descriptors awaited at once, the highest is {highest}");
    assert!(highest > 1024 || count < 500, "{highest}");
}

#[test]
fn a_closed_one_among_thousands_fails_alone() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let count = room() / 3;
    run(async move {
        let (mut here, mut there): (Vec<_>, Vec<_>) = pairs(count).into_iter().unzip();
        let closed = here.swap_remove(count / 2);
        let sound = there.swap_remove(count / 2);
        let failed = add_coro(readability(&closed));
        let all: Vec<_> = here
            .iter()
            .map(|here| add_coro(readability(here)))
            .collect();
        drop(closed);
        assert!(failed.await.unwrap_err().is::<Closed>());
        assert!(!all.iter().any(Promise::is_settled));
        for there in &mut there {
            there.write_all(b"!")?;
        }
        let told = gather(all.into_iter().map(IntoFuture::into_future)).await;
        let told: Result<Vec<()>, Exception> = told.into_iter().collect();
        assert_eq!(told?.len(), count - 1);
        drop(sound);
        Ok(())
    })
    .unwrap();
}
