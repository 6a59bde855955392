//! Lines: what comes over a connection is bytes, in pieces of any size; a message is a line.

use std::error::Error;
use std::fmt;

use crate::exception::Exception;
use crate::kernel::sys::position;
use crate::net::connection::Conn;
use crate::net::read;

/// The longest line that [`Lines`] takes, with its end. (Without a limit, one client could use up all memory.)
pub const MAX_LINE: usize = 64 * 1024;

/// What is read at a time, at most. The other connections wait until all its lines are answered.
pub(crate) const PIECE: usize = 1024;

/// Reads a connection line by line: several in one packet, or one in several, make no difference.
///
/// ```
/// # use stage5_select::{Conn, Exception, Lines};
/// async fn print(conn: Conn) -> Result<(), Exception> {
///     let mut lines = Lines::new(&conn);
///     while let Some(line) = lines.next().await? {
///         println!("{}", line.escape_ascii());
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Lines<'a> {
    conn: &'a Conn,
    /// What was read and not yet given out is in `buffer[start..end]`, and no line ends before `scanned`.
    buffer: Vec<u8>,
    start: usize,
    scanned: usize,
    end: usize,
}

impl<'a> Lines<'a> {
    /// The lines of `conn` from here on. What it has read ahead is lost with it.
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

    /// The next line, with its end, as it came; `None` at the end of input. Bytes before the end of input
    /// are a line too, if they have no end of line.
    ///
    /// If this future is dropped early, nothing is lost: the next call goes on there.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`], and those of [`read`].
    pub async fn next(&mut self) -> Result<Option<&[u8]>, Exception> {
        loop {
            let end = position(&self.buffer[self.scanned..self.end], b'\n');
            self.scanned = end.map_or(self.end, |end| self.scanned + end + 1);
            let line = self.start..self.scanned;
            if line.len() > MAX_LINE {
                return Err(LineTooLong.into());
            }
            if end.is_some() {
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

    /// Moves what is left to the front, and doubles the buffer if that does not make room. A long line's memory
    /// is not kept.
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
