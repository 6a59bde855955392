//! **Stage 5: select.** The kernel tells.

#[cfg(not(unix))]
compile_error!(
    "stage5-select needs Unix: it waits with select() on descriptors. Stages 1 to 4 run here: cargo test -p stage4-scheduler"
);

pub use stage4_scheduler::{coroutine, deadlock, exception, panicked, promise, scheduler, settled};

mod bell;
mod clock;
pub mod combine;
pub mod conn;
pub mod echo;
mod fdset;
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
pub use lines::{LineTooLong, Lines, MAX_LINE};
pub use listener::{Incoming, Listener, accept};
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
