//! Ctrl-C, as something to await.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use crate::exception::Exception;
use crate::reactor::readability;
use crate::refusal::is_temporary;
use crate::sys;

/// Waits for Ctrl-C (`SIGINT`), or for `SIGTERM`. The second one ends the process, as always. (One that
/// the process was started to ignore, as a script's background jobs are, stays ignored.)
///
/// A signal handler may do next to nothing, but it may write a byte: so the signal becomes input, and
/// the loop waits for it as for any other. It is caught from the first poll on, even if this is dropped
/// before it comes; and where two wait, the one that began last is told. So await it in one place, to the
/// end of the program. (Each call keeps a descriptor open: a handler may run at any time.)
///
/// # Errors
///
/// If the process has no descriptors left.
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
    let pair = UnixStream::pair();
    let (mut here, there) = pair
        .map_err(|error| io::Error::new(error.kind(), format!("can't wait for Ctrl-C: {error}")))?;
    here.set_nonblocking(true)?;
    sys::write_on_interrupt(OwnedFd::from(there))?;
    loop {
        readability(&here).await?;
        match here.read_exact(&mut [0]) {
            Err(error) if is_temporary(&error) => {}
            result => return result.map_err(Exception::from),
        }
    }
}
