//! A wake from another thread, there and back.
//!
//! A task asks a helper thread for something and pauses; the helper wakes it. Both sleep meanwhile, so
//! this is mostly the kernel's time: two threads put to sleep, and two woken.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, JoinHandle, Thread};

use crate::bench::machine::{self, Core};

/// The thread that wakes whoever asks it. It is on the last core: to be measured on the first.
///
/// Why not anywhere? Two threads that sleep in turns are sometimes put on one core and sometimes on two, and
/// the times are not the same.
#[derive(Debug)]
pub struct Helper {
    shared: Arc<Mutex<Shared>>,
    thread: Thread,
    joined: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    asked: Option<Waker>,
    answers: u64,
    stop: bool,
}

impl Helper {
    /// Starts it.
    pub fn start() -> Helper {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let theirs = Arc::clone(&shared);
        let joined = thread::spawn(move || {
            machine::pin_to(Core::Last);
            loop {
                let mut shared = theirs.lock().unwrap_or_else(PoisonError::into_inner);
                if shared.stop {
                    return;
                }
                let asked = shared.asked.take();
                shared.answers += u64::from(asked.is_some());
                drop(shared);
                match asked {
                    Some(waker) => waker.wake(),
                    None => thread::park(),
                }
            }
        });
        Helper {
            shared,
            thread: joined.thread().clone(),
            joined: Some(joined),
        }
    }

    /// Asks it `count` times, one after the other; gives how often it has answered meanwhile.
    pub fn ask(&self, count: u64) -> impl Future<Output = u64> + 'static {
        let (shared, thread) = (Arc::clone(&self.shared), self.thread.clone());
        async move {
            let mut answers = 0;
            let mut at_first = None;
            for _ in 0..count {
                let mut before = None;
                answers = poll_fn(|cx| {
                    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    let at_first = *at_first.get_or_insert(shared.answers);
                    if *before.get_or_insert(shared.answers) < shared.answers {
                        return Poll::Ready(shared.answers - at_first);
                    }
                    shared.asked = Some(cx.waker().clone());
                    drop(shared);
                    thread.unpark();
                    Poll::Pending
                })
                .await;
            }
            answers
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stop = true;
        self.thread.unpark();
        if let Some(joined) = self.joined.take() {
            let _ = joined.join();
        }
    }
}
