//! x16, solved. What was read is in the reader, so it outlives each future that only borrows the reader.

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
        Ok(self.buffer.drain(..count).collect())
    }
}
