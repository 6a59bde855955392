//! The mistake: a read brings one message.
//!
//! Its tests say:
//!
//! ```text
//! what_comes_after_a_message_belongs_to_the_next_one:
//!     `abcdef` came in one piece, then `gh`. The reader gave Err(the connection ended within a message).
//!     A read may bring more than one message: give out 4 bytes, and keep the rest.
//! ```

use std::mem;

use stage5_select::{Conn, Exception, read};

struct Reader<'a> {
    conn: &'a Conn,
    /// What was read, and not given out yet.
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(conn: &'a Conn) -> Self {
        let buffer = Vec::new();
        Reader { conn, buffer }
    }

    async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Exception> {
        let mut piece = [0; 64];
        while self.buffer.len() < count {
            let got = read(self.conn, &mut piece).await?;
            if got == 0 {
                return Err(Exception::msg("the connection ended within a message"));
            }
            self.buffer.extend_from_slice(&piece[..got]);
        }
        let mut message = mem::take(&mut self.buffer);
        message.truncate(count);
        Ok(message)
    }
}
