//! A waker may run any code at all, and that code may come back to the reactor that calls it.
//!
//! How to go about it: poll what the reactor gives with a waker of your own, which awaits, gives up and
//! forgets while it is called. Nothing of ours may be borrowed then: a mistake is a panic, "already
//! borrowed", or somebody who is never told.

mod by_hand;
mod watchdog;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use by_hand::{by_hand, waits};
use stage5_select::{Interest, Sleep, add_coro, forget, readability, sleep, time, writability};

/// A waker that calls a function; how often it was called, whether or not that panics.
struct Calls {
    call: fn(),
    count: AtomicU32,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        (self.call)();
    }
}

fn calls(call: fn()) -> (Arc<Calls>, Waker) {
    let count = AtomicU32::new(0);
    let calls = Arc::new(Calls { call, count });
    (Arc::clone(&calls), Waker::from(calls))
}

/// What the wakers play with. (They are `Send`, and nothing of ours is; so it lies here.)
#[derive(Default)]
struct Toys {
    socks: Vec<UnixStream>,
    interests: Vec<Interest>,
    sleeps: Vec<Sleep>,
}

thread_local!(static TOYS: RefCell<Toys> = RefCell::default());

fn play() {
    let (socks, interests, sleeps) = TOYS.with_borrow_mut(|toys| {
        let socks = std::mem::take(&mut toys.socks);
        (
            socks,
            std::mem::take(&mut toys.interests),
            std::mem::take(&mut toys.sleeps),
        )
    });
    drop(interests); // some of them are just being settled
    drop(sleeps);
    for sock in &socks {
        drop((readability(sock), writability(sock)));
        let interests = [readability(sock), writability(sock)];
        forget(sock);
        drop(interests);
    }
    time::pause();
    drop((sleep(Duration::ZERO), sleep(Duration::MAX)));
    time::resume();
    drop(add_coro(async { sleep(Duration::ZERO).await }));
}

fn panics() {
    panic!("a waker that panics");
}

/// Polls once, with that waker.
fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> bool {
    let mut cx = Context::from_waker(waker);
    Pin::new(future).poll(&mut cx).is_ready()
}

fn ready_pair() -> (UnixStream, UnixStream) {
    let (here, mut there) = UnixStream::pair().unwrap();
    there.write_all(b"!").unwrap();
    (here, there)
}

#[test]
fn a_waker_may_come_back_to_the_reactor_that_settles() {
    by_hand(|reactor| async move {
        let (pairs, more): (Vec<_>, Vec<_>) = (0..20).map(|_| ready_pair()).unzip();
        let (told, waker) = calls(play);
        // Two of each: one is kept, and the other is dropped by the first waker that is called.
        for sock in &pairs {
            let mut given_up = [readability(sock), writability(sock)];
            assert!(given_up.iter_mut().all(|interest| !poll(interest, &waker)));
            let mut short = sleep(Duration::ZERO);
            assert!(!poll(&mut short, &waker));
            TOYS.with_borrow_mut(|toys| {
                toys.socks.push(sock.try_clone().unwrap());
                toys.interests.extend(given_up);
                toys.sleeps.push(short);
            });
        }
        let mut kept: Vec<_> = pairs.iter().map(readability).collect();
        assert!(kept.iter_mut().all(|interest| !poll(interest, &waker)));
        for interest in kept {
            add_coro(interest).await?; // asks the kernel
        }
        sleep(Duration::ZERO).await?;
        assert!(told.count.load(Ordering::Relaxed) > 0);
        assert_eq!(waits(&reactor), (0, 0, 0));
        drop(more);
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_waker_that_panics_does_not_keep_the_others_from_being_told() {
    by_hand(|reactor| async move {
        let (told, waker) = calls(panics);
        let (one, _one) = ready_pair();
        let (two, _two) = ready_pair();
        let mut bad = (readability(&one), writability(&one), sleep(Duration::ZERO));
        assert!(!poll(&mut bad.0, &waker));
        assert!(!poll(&mut bad.1, &waker));
        assert!(!poll(&mut bad.2, &waker));
        let good = [
            add_coro(readability(&one)),
            add_coro(readability(&two)),
            add_coro(writability(&two)),
            add_coro(sleep(Duration::ZERO)),
        ];
        for promise in good {
            promise.await?;
        }
        assert_eq!(told.count.load(Ordering::Relaxed), 3);
        assert!(poll(&mut bad.0, &waker) && poll(&mut bad.1, &waker) && poll(&mut bad.2, &waker));
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

/// As when a future is moved from one task to another.
#[test]
fn the_waker_of_the_last_poll_is_called() {
    by_hand(|_| async {
        let (here, _there) = ready_pair();
        let mut waiting = readability(&here);
        let ((first, old), (second, new)) = (calls(|| ()), calls(|| ()));
        assert!(!poll(&mut waiting, &old));
        assert!(!poll(&mut waiting, &new));
        sleep(Duration::ZERO).await?;
        assert_eq!(first.count.load(Ordering::Relaxed), 0);
        assert_eq!(second.count.load(Ordering::Relaxed), 1);
        let done = poll_fn(|cx| Pin::new(&mut waiting).poll(cx)).await;
        assert!(done.is_ok());
        Ok(())
    })
    .unwrap();
}

/// A mistake of the caller, who is told where it is.
#[test]
fn a_wait_that_is_polled_after_it_was_done_says_so() {
    let (here, _there) = ready_pair();
    by_hand(|_| async move {
        let mut waiting = readability(&here);
        poll_fn(|cx| Pin::new(&mut waiting).poll(cx)).await?;
        let mut slept = sleep(Duration::ZERO);
        poll_fn(|cx| Pin::new(&mut slept).poll(cx)).await?;
        let again = [
            add_coro::<()>(async move { poll_fn(|cx| Pin::new(&mut waiting).poll(cx)).await }),
            add_coro::<()>(async move { poll_fn(|cx| Pin::new(&mut slept).poll(cx)).await }),
        ];
        for again in again {
            let text = again.await.unwrap_err().to_string();
            assert!(text.contains("polled after it was done"), "{text}");
            assert!(text.contains("25_re_entry.rs"), "{text}");
        }
        Ok(())
    })
    .unwrap();
}
