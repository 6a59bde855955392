//! Two sockets, and the kernel is asked by hand which of them can be read.
//!
//! ```console
//! $ cargo run -q -p stage5-select --example two_sockets
//! read the first: it would block
//! read the second: it would block
//! the first is ready: false
//! the second is ready: false
//! the first is ready: false
//! the second is ready: true
//! read the second: 5 bytes
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use stage5_select::{Exception, Interest, Reactor, readability};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `two_sockets | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Reads what has come, and does not wait if nothing has.
fn try_to_read(name: &str, mut socket: &UnixStream) -> io::Result<()> {
    match socket.read(&mut [0; 64]) {
        Ok(count) => say!("read the {name}: {count} bytes"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            say!("read the {name}: it would block");
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn is_ready(interest: &mut Interest) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(interest).poll(&mut context).is_ready()
}

fn main() -> Result<(), Exception> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let (first, _silent) = UnixStream::pair()?;
        let (second, mut talker) = UnixStream::pair()?;
        first.set_nonblocking(true)?;
        second.set_nonblocking(true)?;
        try_to_read("first", &first)?;
        try_to_read("second", &second)?;

        let (mut on_first, mut on_second) = (readability(&first), readability(&second));
        reactor.check_socks(Some(Duration::ZERO))?; // one `select`, which does not sleep
        say!("the first is ready: {}", is_ready(&mut on_first));
        say!("the second is ready: {}", is_ready(&mut on_second));

        talker.write_all(b"hello")?;
        reactor.check_socks(None)?; // one `select`, which sleeps until something is ready
        say!("the first is ready: {}", is_ready(&mut on_first));
        say!("the second is ready: {}", is_ready(&mut on_second));
        try_to_read("second", &second)?;
        Ok(())
    })
}
