//! **Stage 5: select.** The kernel tells.
//!
//! In stage 4 a task waits for a promise, and another task settles it. Here some promises are settled
//! by nobody in the program: the line that somebody types, the answer of another computer, the end of
//! three seconds. Only the kernel knows of them. So when no task can run the loop asks it, by one call,
//! *which of these descriptors is ready?*, and sleeps in that call until one is. That is `select`.
//!
//! ```
//! use stage5_select::{Listener, Server, add_coro, connect, echo, read, run, write};
//!
//! let answer = run(async {
//!     let listener = Listener::bind("127.0.0.1:0")?;
//!     let addr = listener.local_addr()?;
//!     drop(add_coro(Server::new(listener).serve(|conn| echo(conn, |_| ()))));
//!
//!     let conn = connect(addr).await?;
//!     write(&conn, b"hello\n").await?;
//!     let mut answer = [0; 64];
//!     let count = read(&conn, &mut answer).await?;
//!     Ok(String::from_utf8_lossy(&answer[..count]).into_owned())
//! });
//! assert_eq!(answer?, "echo: hello\n");
//! # Ok::<(), stage5_select::Exception>(())
//! ```
//!
//! # What to read
//!
//! The lesson, in this order:
//!
//! 1. [`run`](mod@run): the loop. It differs from stage 4's in one place.
//! 2. [`reactor`]: `reads` and `writes`, and `check_socks`, which hands them to `select`. `side.rs` is one
//!    of the two lists, `interest.rs` is what a coroutine awaits of it.
//! 3. [`net`]: `read`, `write` and `connect`, each of them a wait and a try.
//! 4. [`lines`] and [`mod@echo`]: a conversation, read from top to bottom.
//! 5. [`listener`], [`server`] and `open.rs`: accept, a task for each, and again. (`incoming.rs` is the
//!    same as a stream.)
//! 6. [`time`] (`timers.rs`, `timeout.rs`) and [`combine`]: a deadline is one more thing to wait for, and
//!    several coroutines may be awaited at once.
//!
//! The armour, which the lesson would do without until the first bad day:
//!
//! - `sys.rs` and `fdset.rs`: the calls to the kernel, and sets of descriptors of any length;
//! - `bell.rs`: how another thread ends a `select`;
//! - `clock.rs`: a clock that a test may stop;
//! - [`conn`]: a socket that tells the reactor when it is closed;
//! - `refusal.rs`: which errors of the kernel are none;
//! - `door.rs`: what a server does where it has no room for one more;
//! - `share.rs`: who is always ready does not keep the others waiting;
//! - [`report`] and [`signal`]: what a server tells, and Ctrl-C.
//!
//! # What changed
//!
//! - [`run`](mod@run) asks the kernel where stage 4's parked its thread. Only when nobody awaits a socket
//!   or a deadline, and nobody else holds a waker, is it a deadlock.
//! - It also looks at the sockets every so many steps, so that a task that never stops starves nobody.
//! - All else is taken over as it was: the scheduler does not know that there is a kernel.

#[cfg(not(unix))]
compile_error!(
    "stage5-select needs Unix: it waits with select() on descriptors. Stages 1 to 4 run here: cargo test -p stage4-scheduler"
);

pub use stage4_scheduler::{coroutine, deadlock, exception, panicked, promise, scheduler, settled};

mod bell;
mod clock;
pub mod combine;
pub mod conn;
mod door;
pub mod echo;
mod fdset;
mod incoming;
mod interest;
pub mod lines;
pub mod listener;
pub mod net;
mod open;
pub mod reactor;
mod refusal;
pub mod report;
pub mod run;
pub mod server;
mod share;
mod side;
pub mod signal;
mod sys;
pub mod time;
mod timeout;
mod timers;

pub use combine::{Either, gather, race};
pub use conn::Conn;
pub use deadlock::Deadlock;
pub use echo::{echo, echo_server};
pub use exception::Exception;
pub use incoming::Incoming;
pub use lines::{LineTooLong, Lines, MAX_LINE};
pub use listener::{Listener, accept};
pub use net::{connect, drain, read, write};
pub use panicked::Panicked;
pub use promise::Promise;
pub use reactor::{Closed, Interest, Reactor, forget, readability, writability};
pub use report::Report;
pub use run::run;
pub use scheduler::{Did, Scheduler, Step, add_coro};
pub use server::{Server, launch_server};
pub use signal::interrupted;
pub use time::{Sleep, TimedOut, sleep, timeout};
