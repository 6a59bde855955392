//! **Stage 5: select.** The kernel tells.
//!
//! In stage 4 a task waits for a promise, and another task settles it. Here some promises are settled by nobody
//! in the program: the line that a person types, the answer of another computer, the end of three seconds. So
//! when no task is ready the loop asks the kernel, by one call, *which of these descriptors is ready?*, and sleeps
//! in that call until one is. That call is `select`.
//!
//! ```
//! use stage5_select::{Listener, accept, add_coro, connect, echo, read, run, write};
//!
//! let answer = run(async {
//!     let listener = Listener::bind("127.0.0.1:0")?;
//!     let there = connect(listener.local_addr()?).await?;
//!     let served = add_coro(echo(accept(&listener).await?, |_| ()));
//!
//!     write(&there, b"hello\n").await?;
//!     let mut answer = [0; 12];
//!     read(&there, &mut answer).await?;
//!     drop(there);
//!     served.await?;
//!     Ok(answer)
//! });
//! assert_eq!(&answer?, b"echo: hello\n");
//! # Ok::<(), stage5_select::Exception>(())
//! ```
//!
//! # What changed
//!
//! - When no task is ready, [`run`](mod@run) calls `select`. Stage 4's loop parked its thread instead. A
//!   deadlock is reported only if no task waits for a socket or a deadline, and nobody else holds a waker.
//! - It also looks at the sockets every so many steps, so that a task that never stops starves nobody.
//! - All else is taken over as it was: the scheduler does not know that there is a kernel.
//!
//! # What to read
//!
//! The files beside this one are the lesson. First the loop and what it waits for: [`run`](mod@run), [`reactor`],
//! `interests`. Then what is made of that: [`readiness`], [`time`], [`net`], [`combine`], [`mod@echo`].
//!
//! The folders hold the hardening. Two things there are on the way of every read: `kernel/sources.rs`, and `select`
//! in `kernel/sys.rs`. "T31" and the like are the steps of the talk, which the book lists.

#[cfg(not(unix))]
compile_error!(
    "stage5-select needs Unix: it waits with select() on descriptors. Stages 1 to 4 run here: cargo test -p stage4-scheduler"
);

pub use stage4_scheduler::{
    Deadlock, Exception, LoopEnded, Outcome, Panicked, Promise, Scheduler, Step, Wait, add_coro,
};
pub use stage4_scheduler::{deadlock, ended, exception, panicked, promise, scheduler, wait};

#[cfg(unix)]
pub mod combine;
#[cfg(unix)]
pub mod echo;
#[cfg(unix)]
mod interests;
#[cfg(unix)]
mod kernel;
#[cfg(unix)]
pub mod net;
#[cfg(unix)]
pub mod reactor;
#[cfg(unix)]
pub mod readiness;
#[cfg(unix)]
pub mod run;
#[cfg(unix)]
pub mod server;
#[cfg(unix)]
pub mod time;

#[cfg(unix)]
pub use {
    combine::{Either, gather, race, timeout},
    echo::{drain, echo, echo_server, launch_server},
    kernel::errors::{Closed, TimedOut},
    net::connection::{Conn, connect},
    net::incoming::Incoming,
    net::lines::{LineTooLong, Lines, MAX_LINE},
    net::listener::{Listener, accept},
    net::{Read, Write, read, write},
    reactor::Reactor,
    readiness::{Interest, forget, readability, writability},
    run::run,
    server::Server,
    server::report::Report,
    server::signal::interrupted,
    time::{Sleep, sleep},
};
