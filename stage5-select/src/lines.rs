//! Lines: what comes over a connection is bytes, in pieces of any size; a message is a line.

use std::error::Error;
use std::fmt;
use std::io::BufRead;

use crate::conn::Conn;
use crate::exception::Exception;
use crate::net::read;

/// The longest line that [`Lines`] takes, in bytes, its end included. (Without a limit, one client that
/// never ends its line could have all the memory there is.)
///
/// ```
/// assert_eq!(stage5_select::MAX_LINE, 64 * 1024);
/// ```
pub const MAX_LINE: usize = 64 * 1024;

/// What is read at a time, at most. Why no more? All lines of one piece are answered in one turn, and
/// the other connections wait meanwhile.
pub(crate) const PIECE: usize = 1024;

/// Reads a connection line by line: several in one packet, or one in several, make no difference.
///
/// ```
/// use stage5_select::{Lines, Listener, accept, connect, run, write};
///
/// let lines = run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     write(&there, b"one\ntwo\nthr").await?;
///     drop(there);
///     let conn = accept(&listener).await?;
///     let (mut lines, mut all) = (Lines::new(&conn), Vec::new());
///     while let Some(line) = lines.next().await? {
///         all.push(line.to_vec());
///     }
///     Ok(all)
/// });
/// assert_eq!(lines.unwrap(), [&b"one\n"[..], b"two\n", b"thr"]);
/// ```
#[derive(Debug)]
pub struct Lines<'a> {
    conn: &'a Conn,
    /// What was read and not yet given out lies in `buffer[start..end]`, and no line ends before
    /// `scanned`.
    buffer: Vec<u8>,
    start: usize,
    scanned: usize,
    end: usize,
}

impl<'a> Lines<'a> {
    /// The lines of `conn` from here on. What is read ahead is lost with it, so keep it as long as the
    /// connection. See [`Lines`].
    #[must_use]
    pub fn new(conn: &'a Conn) -> Self {
        Lines {
            conn,
            buffer: vec![0; PIECE],
            start: 0,
            scanned: 0,
            end: 0,
        }
    }

    /// The next line, with its end, as it came; `None` at the end of input. What stands before that
    /// without an end of its own is a line too. See [`Lines`].
    ///
    /// Given up before it is done, it has lost nothing: the next call goes on where it was.
    ///
    /// # Errors
    ///
    /// The kernel's, and [`LineTooLong`].
    pub async fn next(&mut self) -> Result<Option<&[u8]>, Exception> {
        loop {
            // Why `skip_until`? It looks at a machine word at a time. (With the crate `memchr`, as others do
            // it, that would be a vector register.)
            let mut rest = &self.buffer[self.scanned..self.end];
            self.scanned += rest.skip_until(b'\n')?;
            let line = self.start..self.scanned;
            if line.len() > MAX_LINE {
                return Err(LineTooLong.into());
            }
            if self.buffer[line.clone()].ends_with(b"\n") {
                self.start = self.scanned;
                return Ok(Some(&self.buffer[line]));
            }
            self.make_room();
            let room = self.buffer.len().min(self.end + PIECE);
            let count = read(self.conn, &mut self.buffer[self.end..room]).await?;
            self.end += count;
            if count == 0 {
                let line = self.start..self.end;
                self.start = self.end;
                let line = Some(&self.buffer[line]);
                return Ok(line.filter(|line| !line.is_empty()));
            }
        }
    }

    /// Moves what is left to the front, and doubles the buffer if that does not make room. When nothing
    /// is left it starts anew, small: one long line is no reason to keep the memory for it for good.
    fn make_room(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.scanned -= self.start;
        self.start = 0;
        if self.end == 0 && self.buffer.len() > PIECE {
            self.buffer = vec![0; PIECE];
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

/// A line is longer than [`MAX_LINE`].
///
/// ```
/// # use stage5_select::LineTooLong;
/// assert!(LineTooLong.to_string().starts_with("a line is longer than 65536 bytes"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong;

impl fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a line is longer than {MAX_LINE} bytes (send shorter ones, each with its end)"
        )
    }
}

impl Error for LineTooLong {}
