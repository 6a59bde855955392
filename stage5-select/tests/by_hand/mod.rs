//! The loop of `run`, turned here, so that a test can look at the reactor while it runs and afterwards.

use std::rc::Rc;

use stage5_select::{Exception, Reactor, Scheduler};

use crate::watchdog::Watchdog;

/// Runs what `make` makes of the reactor. Whatever happens, nobody may wait for anything at the end.
#[track_caller]
pub(crate) fn by_hand<T: Clone + 'static, F>(
    make: impl FnOnce(Rc<Reactor>) -> F,
) -> Result<T, Exception>
where
    F: Future<Output = Result<T, Exception>> + 'static,
{
    let _watchdog = Watchdog::new();
    let reactor = Rc::new(Reactor::new()?);
    let result = reactor.enter(|| turn(&reactor, make(Rc::clone(&reactor))))?;
    assert_eq!(waits(&reactor), (0, 0, 0), "something is left behind");
    result
}

fn turn<T: Clone + 'static>(
    reactor: &Reactor,
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<Result<T, Exception>, Exception> {
    let scheduler = Scheduler::with_unpark(reactor.waker());
    let result = scheduler.add_coro(coro);
    while !result.is_settled() {
        if scheduler.step().is_some() {
            reactor.tick()?;
            continue;
        }
        if reactor.is_idle()
            && let Some(deadlock) = scheduler.deadlock()
        {
            return Err(deadlock.into());
        }
        reactor.check_socks(None)?;
    }
    Ok(result.result().expect("it is settled"))
}

/// How many descriptors are awaited for reading and for writing, and how many deadlines.
pub(crate) fn waits(reactor: &Reactor) -> (usize, usize, usize) {
    let text = format!("{reactor:?}");
    let count = |name: &str| {
        let (_, rest) = text.split_once(name).expect("it says so");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    };
    (count("reads: "), count("writes: "), count("timers: "))
}
