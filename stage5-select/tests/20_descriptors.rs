//! What may happen to a descriptor while somebody awaits it: it is closed, its number goes to another
//! socket, somebody else awaits it too, or nobody does any more.
//!
//! How to go about it: the standard library's sockets know nothing of our loop, so dropping one closes
//! it behind the loop's back. And the kernel gives out the lowest number that is free: the next socket
//! has it, if no other test opens one meanwhile. So here one test runs at a time.

mod by_hand;
mod common;
mod watchdog;

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use by_hand::{by_hand, waits};
use common::give_way;
use stage5_select::{
    Closed, Conn, Exception, Interest, add_coro, forget, reactor, read, readability, sleep,
    writability, write,
};

/// Held by a test as long as descriptors matter to it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pair() -> (UnixStream, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    here.set_nonblocking(true).unwrap();
    there.set_nonblocking(true).unwrap();
    (here, there)
}

/// Two ends of a TCP connection.
fn conns() -> (Conn, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (here, _) = listener.accept().unwrap();
    (Conn::new(here).unwrap(), there)
}

/// Lets the tasks that are to run do so.
async fn others() {
    for _ in 0..3 {
        give_way().await;
    }
}

/// Whether it is done, which is not to wait for it.
async fn is_done(interest: &mut Interest) -> bool {
    poll_fn(|cx| Poll::Ready(Pin::new(&mut *interest).poll(cx).is_ready())).await
}

fn closed(result: &Result<(), Exception>) -> Option<RawFd> {
    let exception = result.as_ref().err()?;
    let closed: &Closed = exception.downcast_ref().expect("no other error");
    Some(closed.fd)
}

#[test]
fn a_descriptor_closed_while_it_is_awaited_fails_that_await_and_no_other() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let ((doomed, _there), (mut sound, mut writer)) = (pair(), pair());
        let fd = doomed.as_raw_fd();
        let (to_read, to_write) = (readability(&doomed), writability(&doomed));
        let (failed, told) = (add_coro(to_read), add_coro(readability(&sound)));
        drop(doomed); // closed, and the loop does not know
        assert_eq!(closed(&failed.await), Some(fd));
        assert_eq!(closed(&to_write.await), Some(fd));
        assert!(!told.is_settled());
        assert_eq!(waits(&reactor), (1, 0, 0));

        writer.write_all(b"!")?;
        told.await?;
        assert_eq!(sound.read(&mut [0])?, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn many_closed_at_once_are_all_found() {
    let _alone = alone();
    by_hand(|_| async {
        let pairs: Vec<_> = (0..100).map(|_| pair()).collect();
        let waiting = pairs.iter().map(|(here, _)| readability(here));
        let waiting: Vec<_> = waiting.map(add_coro).collect();
        let fds: Vec<_> = pairs.iter().map(|(here, _)| here.as_raw_fd()).collect();
        drop(pairs);
        for (result, fd) in waiting.into_iter().zip(fds) {
            assert_eq!(closed(&result.await), Some(fd));
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_connection_that_is_dropped_while_it_is_awaited_tells_at_once() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let (conn, _there) = conns();
        while (&conn).write(&[b'x'; 10_000]).is_ok() {} // until there is no room
        let selects = reactor::selects();
        let reader = add_coro(readability(&conn));
        let writer = add_coro(writability(&conn));
        others().await;
        drop(conn);
        assert_eq!(waits(&reactor), (0, 0, 0));
        let errors = [reader.await.unwrap_err(), writer.await.unwrap_err()];
        assert_eq!(reactor::selects(), selects, "the kernel need not be asked");
        let text = "was closed while it was awaited (close it when no task awaits it any more)";
        for error in errors {
            assert!(error.to_string().ends_with(text), "{error}");
        }
        Ok(())
    })
    .unwrap();
}

/// Nobody has told the loop. So the old wait is for the new socket, and ends when that is ready: once.
#[test]
fn a_number_that_was_used_again_behind_the_loops_back_wakes_both_and_nobody_for_good() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let (old, _there) = pair();
        let mut stale = readability(&old);
        let fd = old.as_raw_fd();
        drop(old);
        let (mut new, mut writer) = pair();
        assert_eq!(new.as_raw_fd(), fd, "the number was used again");

        let told = add_coro(readability(&new));
        others().await;
        assert!(!is_done(&mut stale).await && !told.is_settled());
        writer.write_all(b"!")?;
        told.await?;
        assert!(is_done(&mut stale).await);
        assert_eq!(new.read(&mut [0])?, 1);

        // From here on the number is the new socket's alone.
        assert_eq!(waits(&reactor), (0, 0, 0));
        let told = add_coro(readability(&new));
        writer.write_all(b"!")?;
        told.await
    })
    .unwrap();
}

#[test]
fn a_number_that_was_used_again_starts_anew_if_the_loop_was_told() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let (old, _there) = pair();
        let (stale, unpolled) = (readability(&old), readability(&old));
        let fd = old.as_raw_fd();
        forget(&old);
        drop(old);
        let (new, mut writer) = pair();
        assert_eq!(new.as_raw_fd(), fd, "the number was used again");

        let told = add_coro(readability(&new));
        assert_eq!(closed(&stale.await), Some(fd));
        // An old interest does not take the new one with it.
        drop(unpolled);
        assert_eq!(waits(&reactor), (1, 0, 0));
        writer.write_all(b"!")?;
        told.await
    })
    .unwrap();
}

#[test]
fn two_tasks_may_read_from_one_socket() {
    let _alone = alone();
    let bytes = by_hand(|reactor| async move {
        let (conn, mut there) = conns();
        let reader = |conn: Conn| async move {
            let mut byte = [0];
            read(&conn, &mut byte).await?;
            Ok(byte[0])
        };
        let (one, two) = (
            add_coro(reader(conn.clone())),
            add_coro(reader(conn.clone())),
        );
        others().await;
        assert_eq!(waits(&reactor), (1, 0, 0), "they share a place");
        there.write_all(b"1")?;
        while !one.is_settled() && !two.is_settled() {
            sleep(Duration::ZERO).await?;
        }
        // Both were told, one has found nothing, and waits again.
        others().await;
        assert!(one.is_settled() != two.is_settled());
        assert_eq!(waits(&reactor), (1, 0, 0));
        there.write_all(b"2")?;
        Ok([one.await?, two.await?])
    });
    let mut bytes = bytes.unwrap();
    bytes.sort_unstable();
    assert_eq!(&bytes, b"12");
}

#[test]
fn one_task_may_read_while_another_writes() {
    const MORE: usize = 100_000;
    let _alone = alone();
    by_hand(|reactor| async move {
        let (conn, there) = conns();
        let there = Conn::new(there)?;
        let mut total = MORE;
        while let Ok(count) = (&conn).write(&[7; 4096]) {
            total += count; // until there is no room
        }
        let (reading, writing) = (conn.clone(), conn);
        let writer = add_coro(async move { write(&writing, &vec![7; MORE]).await });
        let reader = add_coro(async move { read(&reading, &mut [0; 9]).await });
        others().await;
        assert_eq!(waits(&reactor), (1, 1, 0), "each waits on its own side");

        let (mut buffer, mut count) = (vec![0; 1 << 16], 0);
        while count < total {
            count += read(&there, &mut buffer).await?;
        }
        writer.await?;
        assert!(
            !reader.is_settled(),
            "it was to be written, and not to be read"
        );
        write(&there, b"!").await?;
        assert_eq!(reader.await?, 1);
        Ok(())
    })
    .unwrap();
}

/// How does one see what is selected? One that is closed has the whole call fail, and then nobody is told in
/// that turn, however ready.
#[test]
fn an_interest_whose_waiter_is_gone_is_not_selected() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let ((ready, mut writer), (gone, _there)) = (pair(), pair());
        writer.write_all(b"!")?;
        let mut told = readability(&ready);
        let (one, two) = (readability(&gone), readability(&gone));
        drop(one);
        assert_eq!(waits(&reactor), (2, 0, 0), "the other one waits still");
        drop(two);
        assert_eq!(waits(&reactor), (1, 0, 0));

        drop(gone); // closed, and the loop does not know
        reactor.check_socks(None)?;
        assert!(is_done(&mut told).await, "select has failed");
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_hundred_thousand_waits_given_up_leave_nothing() {
    let _alone = alone();
    by_hand(|reactor| async move {
        let (here, there) = pair();
        for _ in 0..50_000 {
            drop(readability(&here));
            let mut waiting = (readability(&there), readability(&there));
            assert!(!is_done(&mut waiting.1).await);
        }
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

#[test]
fn closing_one_of_two_numbers_of_a_socket_leaves_the_other_alone() {
    let _alone = alone();
    by_hand(|_| async {
        let (here, mut there) = pair();
        let also = here.try_clone()?;
        let (one, two) = (add_coro(readability(&here)), add_coro(readability(&also)));
        forget(&also);
        drop(also);
        assert!(two.await.unwrap_err().is::<Closed>());
        there.write_all(b"!")?;
        one.await
    })
    .unwrap();
}
