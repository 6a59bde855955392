//! x16: mend a reader of messages of a fixed length: it loses bytes when it is dropped half way.
//!
//! `cargo test -p stage5-select --test x16_exactly` checks it. Hints: `x16_exactly.hint.md`.

use stage5_select::{Conn, Exception, read};

/// Reads messages from a connection.
struct Reader<'a> {
    conn: &'a Conn,
}

impl<'a> Reader<'a> {
    fn new(conn: &'a Conn) -> Self {
        Reader { conn }
    }

    /// The next `count` bytes. May be dropped while it waits: the next call then gives the same bytes.
    async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Exception> {
        let mut message = Vec::new();
        let mut piece = [0; 64];
        while message.len() < count {
            let got = read(self.conn, &mut piece).await?;
            if got == 0 {
                return Err(Exception::msg("the connection ended within a message"));
            }
            message.extend_from_slice(&piece[..got]);
        }
        Ok(message)
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::time::Duration;

    use super::Reader;
    use stage5_select::{
        Conn, Either, Exception, Listener, accept, connect, race, readability, run, sleep, write,
    };

    async fn connection() -> Result<(Conn, Conn), Exception> {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        Ok((there, accept(&listener).await?))
    }

    /// Sends `first`. Drops a call of `exactly` that has read it and waits for more. Then sends the rest.
    fn interrupted(
        first: &'static [u8],
        rest: &'static [u8],
        messages: usize,
    ) -> Result<Vec<Vec<u8>>, Exception> {
        run(async move {
            let (there, here) = connection().await?;
            let mut reader = Reader::new(&here);
            write(&there, first).await?;
            readability(&here).await?;
            let is_read = async {
                while here.stream().peek(&mut [0]).is_ok() {
                    sleep(Duration::ZERO).await?;
                }
                Ok::<(), Exception>(())
            };
            let mut read = Vec::new();
            if let Either::Left(message) = race(reader.exactly(4), is_read).await {
                read.push(message?);
            }
            write(&there, rest).await?;
            drop(there);
            while read.len() < messages {
                read.push(reader.exactly(4).await?);
            }
            Ok(read)
        })
    }

    #[test]
    fn a_message_that_comes_in_two_pieces_is_whole() {
        let message = run(async {
            let (there, here) = connection().await?;
            write(&there, b"ab").await?;
            write(&there, b"cd").await?;
            Reader::new(&here).exactly(4).await
        });
        assert!(
            message.as_deref().is_ok_and(|message| message == b"abcd"),
            "`ab` came, and then `cd`. It read {message:?}."
        );
    }

    #[test]
    fn dropped_half_way_it_loses_nothing() {
        let messages = interrupted(b"ab", b"cd", 1);
        assert!(
            messages.as_ref().is_ok_and(|it| *it == [b"abcd"]),
            "A call had read `ab` when it was dropped. Then `cd` came, and the next call gave\n\
             {messages:?}.\n\
             The local variables of a future are dropped with it. What has been read must be kept in\n\
             the reader, at every `.await`."
        );
    }

    #[test]
    fn what_comes_after_a_message_belongs_to_the_next_one() {
        let messages = interrupted(b"abcdef", b"gh", 2);
        assert!(
            messages.as_ref().is_ok_and(|it| *it == [b"abcd", b"efgh"]),
            "`abcdef` came in one piece, then `gh`. The reader gave {messages:?}.\n\
             A read may bring more than one message: give out 4 bytes, and keep the rest."
        );
    }
}
