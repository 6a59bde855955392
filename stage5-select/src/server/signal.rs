//! Ctrl-C, as something to await.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use crate::exception::Exception;
use crate::kernel::errors::{no_descriptors, try_again};
use crate::kernel::sys;
use crate::readiness::readability;

/// Waits for Ctrl-C (`SIGINT`), or for `SIGTERM`. The second one ends the process. (A signal that the process was
/// started to ignore, as a script's background jobs are, stays ignored.)
///
/// A signal handler may do next to nothing, but it may write a byte. So the signal becomes input, and the loop
/// waits for it as for any other. Await it in one place: the signal is caught from the first poll to the end of
/// the program, each call keeps a descriptor open, and of two tasks that wait only the last is told.
///
/// # Errors
///
/// If the process has no descriptors left, or must not handle signals.
///
/// ```no_run
/// use stage5_select::{interrupted, run};
///
/// run(async {
///     interrupted().await?;
///     println!("good night");
///     Ok(())
/// })?;
/// # Ok::<(), stage5_select::Exception>(())
/// ```
pub async fn interrupted() -> Result<(), Exception> {
    let mut signals = signals().map_err(|error| {
        let what_to_do = no_descriptors(&error);
        io::Error::new(
            error.kind(),
            format!("can't wait for Ctrl-C: {error}{what_to_do}"),
        )
    })?;
    loop {
        readability(&signals).await?;
        match signals.read_exact(&mut [0]) {
            Err(error) if try_again(&error) => {}
            result => return result.map_err(Exception::from),
        }
    }
}

/// The end of a pair of sockets at which the signals come out. (A write to a broken pipe raises `SIGPIPE`.)
fn signals() -> io::Result<UnixStream> {
    let (here, there) = UnixStream::pair()?;
    here.set_nonblocking(true)?;
    there.set_nonblocking(true)?;
    sys::write_on_interrupt(OwnedFd::from(there))?;
    Ok(here)
}
