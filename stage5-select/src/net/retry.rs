//! When to try an operation that the kernel has put off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::exception::Exception;
use crate::kernel::errors::is_out_of_memory;
use crate::kernel::sys::REST;
use crate::readiness::Interest;
use crate::time::{Sleep, sleep};

#[derive(Debug)]
pub(crate) enum Retry {
    Now,
    When(Interest),
    Later(Sleep),
    /// It has succeeded, or failed permanently.
    Never,
}

impl Retry {
    /// After this error, when the descriptor is ready again. If the kernel has no memory for the operation the
    /// descriptor is ready all the time, so that is no reason to try; a rest is.
    #[track_caller]
    pub(crate) fn after(error: &io::Error, interest: Interest) -> Self {
        if is_out_of_memory(error) {
            return Retry::Later(sleep(REST));
        }
        Retry::When(interest)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Exception>> {
        let result = match self {
            Retry::Now => return Poll::Ready(Ok(())),
            Retry::When(interest) => ready!(Pin::new(interest).poll(cx)),
            Retry::Later(sleep) => ready!(Pin::new(sleep).poll(cx)),
            Retry::Never => {
                panic!("a read or a write was polled after it was done (await it once)")
            }
        };
        *self = Retry::Now;
        Poll::Ready(result)
    }
}
