//! The mistake: the buffer of a read is a local variable, as in a program with threads.
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

use stage5_select::{Conn, Exception, read};

struct Reader<'a> {
    conn: &'a Conn,
}

impl<'a> Reader<'a> {
    fn new(conn: &'a Conn) -> Self {
        Reader { conn }
    }

    async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Exception> {
        let mut message = vec![0; count];
        let mut end = 0;
        while end < count {
            let got = read(self.conn, &mut message[end..]).await?;
            if got == 0 {
                return Err(Exception::msg("the connection ended within a message"));
            }
            end += got;
        }
        Ok(message)
    }
}
