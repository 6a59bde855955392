//! A connection of the plain loops: what has come, and the lines in it.

use std::io::{self, ErrorKind, Read, Write};

use memchr::memchr;

/// A stream that does not block, and a buffer for what has come but is no line yet.
pub(super) struct Conn<S> {
    pub(super) stream: S,
    buffer: Vec<u8>,
    end: usize,
    reply: Vec<u8>,
}

impl<S: Read + Write> Conn<S> {
    pub(super) fn new(stream: S) -> Self {
        Conn {
            stream,
            buffer: vec![0; 1024],
            end: 0,
            reply: Vec::new(),
        }
    }

    /// Reads once, and answers each line that is there. `false` at the end of input.
    pub(super) fn turn(&mut self) -> io::Result<bool> {
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        let count = match self.stream.read(&mut self.buffer[self.end..]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
            result => result?,
        };
        self.end += count;
        let mut start = 0;
        while let Some(length) = memchr(b'\n', &self.buffer[start..self.end]) {
            let line = &self.buffer[start..=start + length];
            self.reply.clear();
            self.reply.extend_from_slice(b"echo: ");
            self.reply.extend_from_slice(line);
            // A client that does not read is cut off: the loop is plain.
            self.stream.write_all(&self.reply)?;
            start += length + 1;
        }
        self.buffer.copy_within(start..self.end, 0);
        self.end -= start;
        Ok(count > 0)
    }
}
