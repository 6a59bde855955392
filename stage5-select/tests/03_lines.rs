//! A message is a line, in however many pieces it comes (T28).
//!
//! How to go about it: TCP carries bytes, and does not keep together what was written together. So keep
//! what has come, and give out what stands before each end of line. And a limit: a client that never
//! ends its line must not have all the memory there is.

mod common;
mod watchdog;

use common::{let_others_run, pair};
use stage5_select::{
    Conn, Either, Exception, LineTooLong, Lines, MAX_LINE, Promise, add_coro, race, write,
};
use watchdog::run;

async fn all_lines(conn: &Conn) -> Result<Vec<Vec<u8>>, Exception> {
    let (mut lines, mut all) = (Lines::new(conn), Vec::new());
    while let Some(line) = lines.next().await? {
        all.push(line.to_vec());
    }
    Ok(all)
}

/// The lines that come out where `pieces` go in, each one on its own.
fn lines_of(pieces: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Exception> {
    run(async {
        let (here, there) = pair().await?;
        let reading = add_coro(async move { all_lines(&here).await });
        for piece in pieces {
            write(&there, &piece).await?;
            let_others_run().await; // so that it is read before the next one comes
        }
        drop(there);
        reading.await
    })
}

fn pieces_of(text: &[u8], size: usize) -> Vec<Vec<u8>> {
    text.chunks(size).map(<[u8]>::to_vec).collect()
}

#[test]
fn how_the_bytes_are_packed_makes_no_difference() {
    let text = b"one\ntwo\r\n\n\nfive\nsi\0x\nno end";
    let lines = [
        &b"one\n"[..],
        b"two\r\n",
        b"\n",
        b"\n",
        b"five\n",
        b"si\0x\n",
        b"no end",
    ];
    for size in 1..=text.len() {
        assert_eq!(lines_of(pieces_of(text, size)).unwrap(), lines, "{size}");
    }
}

#[test]
fn no_input_is_no_line() {
    assert!(lines_of(vec![]).unwrap().is_empty());
}

#[test]
fn a_line_may_be_as_long_as_the_limit_with_its_end() {
    let mut longest = vec![b'x'; MAX_LINE - 1];
    longest.push(b'\n');
    let twice = [&longest[..], &longest, b"short\n"].concat();
    for size in [1000, MAX_LINE, 3 * MAX_LINE] {
        let lines = lines_of(pieces_of(&twice, size)).unwrap();
        assert!(lines == [&longest[..], &longest, b"short\n"], "{size}");
    }
}

#[test]
fn one_that_is_longer_is_an_error_with_or_without_an_end() {
    for end in [&b"\n"[..], b"", b"xxxx"] {
        let too_long = [&vec![b'x'; MAX_LINE], end].concat();
        let result = lines_of(pieces_of(&too_long, 10_000));
        if end.is_empty() {
            assert_eq!(result.unwrap(), [too_long]);
        } else {
            assert!(result.unwrap_err().is::<LineTooLong>());
        }
    }
}

#[test]
fn the_error_says_what_the_limit_is() {
    assert_eq!(
        LineTooLong.to_string(),
        "a line is longer than 65536 bytes (send shorter ones, each with its end)"
    );
}

#[test]
fn a_wait_for_a_line_that_is_given_up_loses_nothing() {
    run(async {
        let (here, there) = pair().await?;
        let mut lines = Lines::new(&here);
        write(&there, b"the first ha").await?;
        for _ in 0..10 {
            let enough = Promise::new();
            let given_up = enough.clone();
            drop(add_coro(async move {
                let_others_run().await;
                Ok(enough.set_success(())?)
            }));
            let line = race(lines.next(), given_up).await;
            assert!(matches!(line, Either::Right(Ok(()))));
        }
        write(&there, b"lf\n").await?;
        assert_eq!(lines.next().await?, Some(&b"the first half\n"[..]));
        Ok(())
    })
    .unwrap();
}
