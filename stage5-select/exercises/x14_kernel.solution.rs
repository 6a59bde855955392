//! x14, solved. The kernel says that a socket is ready, and nothing more. The task reads.

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
        for sock in net.select(&socks) {
            // Taken out: the next task that waits for this socket makes a new promise.
            let promise = net.awaited.borrow_mut().remove(&sock);
            if let Some(promise) = promise {
                promise.set_success(())?;
            }
        }
    }
    Ok(())
}
