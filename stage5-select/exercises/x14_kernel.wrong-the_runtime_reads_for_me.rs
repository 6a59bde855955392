//! The mistake: the runtime reads for the task, and hands it what has come.
//!
//! Its tests say:
//!
//! ```text
//! a_task_is_woken_for_its_own_socket:
//!     The loop has read a byte itself, and the task that wants it waits for ever.
//!     The kernel says which socket is ready, and the loop passes that on: it
//!     settles the promise. The task reads.
//! each_task_reads_what_came_for_it:
//!     The loop has read a byte itself, and the task that wants it waits for ever.
//!     The kernel says which socket is ready, and the loop passes that on: it
//!     settles the promise. The task reads.
//! the_kernel_is_asked_when_no_task_can_run:
//!     The loop has read a byte itself, and the task that wants it waits for ever.
//!     The kernel says which socket is ready, and the loop passes that on: it
//!     settles the promise. The task reads.
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
        for sock in net.select(&socks) {
            let _byte = net.try_read(sock);
            let promise = net.awaited.borrow_mut().remove(&sock);
            if let Some(promise) = promise {
                promise.set_success(())?;
            }
        }
    }
    Ok(())
}
