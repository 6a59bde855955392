//! The mistake: it is safe in the reader if it is put back there at the end.
//!
//! Its tests say:
//!
//! ```text
//! dropped_half_way_it_loses_nothing:
//!     A call had read `ab` when it was dropped. Then `cd` came, and the next call gave
//!     Err(the connection ended within a message).
//!     The local variables of a future are dropped with it. What has been read must be kept in
//!     the reader, at every `.await`.
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
        let mut buffer = mem::take(&mut self.buffer);
        while buffer.len() < count {
            let got = read(self.conn, &mut piece).await?;
            if got == 0 {
                return Err(Exception::msg("the connection ended within a message"));
            }
            buffer.extend_from_slice(&piece[..got]);
        }
        self.buffer = buffer.split_off(count);
        Ok(buffer)
    }
}
