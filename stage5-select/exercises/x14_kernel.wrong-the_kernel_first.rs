//! The mistake: the kernel is asked after each step, so that no socket is missed.
//!
//! Its tests say:
//!
//! ```text
//! the_kernel_is_asked_when_no_task_can_run:
//!     You asked the kernel while a task could run. `select` sleeps, and so does that task:
//!     first run all tasks that can run, one `step()` after the other.
//! ```

use self::tests::Net;
use stage5_select::{Exception, Promise, Scheduler};

fn run<T>(scheduler: &Scheduler, result: &Promise<T>, net: &Net) -> Result<(), Exception> {
    while !result.is_settled() {
        let ran = scheduler.step().is_some();
        let socks: Vec<usize> = net.awaited.borrow().keys().copied().collect();
        if socks.is_empty() {
            if ran {
                continue;
            }
            return Err(Exception::msg("deadlock: no socket is awaited"));
        }
        for sock in net.select(&socks) {
            let promise = net.awaited.borrow_mut().remove(&sock);
            if let Some(promise) = promise {
                promise.set_success(())?;
            }
        }
    }
    Ok(())
}
