//! The connections that come in at a listener, as a stream. A coroutine gives one value, at its end. A stream
//! gives many, and may pause before each: it has `poll_next` instead of `poll`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::exception::Exception;
use crate::net::connection::Conn;
use crate::net::listener::Listener;
use crate::readiness::{Interest, readability};

impl Listener {
    /// The connections, one after the other, as a stream that does not end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            listener: self,
            interest: None,
        }
    }
}

/// What [`Listener::incoming`] gives: [`accept`](crate::accept) as a stream.
///
/// An error does not end it. One that lasts (no descriptors left) comes again at once: rest for a moment before
/// you ask for more.
#[derive(Debug)]
#[must_use = "it accepts nothing until it is polled"]
pub struct Incoming<'a> {
    listener: &'a Listener,
    interest: Option<Interest>,
}

impl Stream for Incoming<'_> {
    type Item = Result<Conn, Exception>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let listener = self.listener;
        loop {
            let asked = self.interest.is_some() || listener.budget.must_wait();
            if asked && self.interest.is_none() {
                self.interest = Some(readability(listener));
            }
            if let Some(interest) = &mut self.interest {
                let ready = ready!(Pin::new(interest).poll(cx));
                self.interest = None;
                if let Err(exception) = ready {
                    return Poll::Ready(Some(Err(exception)));
                }
            }
            if let Some(result) = listener.try_next(asked) {
                return Poll::Ready(Some(result));
            }
        }
    }
}
