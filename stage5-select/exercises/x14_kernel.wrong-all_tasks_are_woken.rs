//! The mistake: something is ready, so all tasks that wait are woken, and each one looks.
//!
//! Its tests say:
//!
//! ```text
//! a_task_is_woken_for_its_own_socket:
//!     Tasks were woken 3 times, and nothing had come for them.
//!     `select` gives the sockets that are ready: settle their promises, and no others.
//! ```

use self::tests::Net;
use stage5_select::{Exception, Promise, Scheduler};

fn run<T>(scheduler: &Scheduler, result: &Promise<T>, net: &Net) -> Result<(), Exception> {
    while !result.is_settled() {
        if scheduler.step().is_some() {
            continue;
        }
        let socks: Vec<usize> = net.awaited.borrow().keys().copied().collect();
        if socks.is_empty() {
            return Err(Exception::msg("deadlock: no socket is awaited"));
        }
        net.select(&socks);
        for promise in net.awaited.take().into_values() {
            promise.set_success(())?;
        }
    }
    Ok(())
}
