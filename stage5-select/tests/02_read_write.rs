//! To read and to write is to wait until the kernel says it is time, and then to try (T32).
//!
//! How to go about it: a loop around the try. The kernel may take less than all, another task may have
//! been faster, and a signal may come in between: none of them is an error.

mod common;
mod watchdog;

use std::io::{self, ErrorKind};
use std::time::Duration;

use common::{pair, read_all};
use stage5_select::{
    Deadlock, Exception, Promise, Reactor, Scheduler, add_coro, gather, race, read, timeout, write,
};
use watchdog::run;

#[test]
fn read_gives_what_has_come_as_far_as_there_is_room() {
    run(async {
        let (here, there) = pair().await?;
        write(&there, b"hello").await?;
        let mut buffer = [0; 3];
        assert_eq!(read(&here, &mut buffer).await?, 3);
        assert_eq!(&buffer, b"hel");
        assert_eq!(read(&here, &mut buffer).await?, 2);
        Ok(())
    })
    .unwrap();
}

#[test]
fn read_gives_nothing_at_the_end_of_input_and_again_and_again() {
    run(async {
        let (here, there) = pair().await?;
        drop(there);
        assert_eq!(read(&here, &mut [0; 3]).await?, 0);
        assert_eq!(read(&here, &mut [0; 3]).await?, 0);
        Ok(())
    })
    .unwrap();
}

/// The talk's `send` takes what fits into the kernel's buffer, and the rest is lost.
#[test]
fn write_writes_all_of_it_however_much_that_is() {
    let bytes: Vec<u8> = (0..10_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = bytes.clone();
    let received = run(async move {
        let (here, there) = pair().await?;
        let reading = add_coro(async move { read_all(&here).await });
        write(&there, &sent).await?;
        drop(there);
        reading.await
    });
    assert!(received.unwrap() == bytes);
}

/// Both are told that there is something to read; the second one finds nothing, and waits on.
#[test]
fn two_tasks_may_wait_for_one_socket_and_would_block_is_no_error() {
    let all = run(async {
        let (here, there) = pair().await?;
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let here = here.clone();
                add_coro(async move {
                    let mut byte = [0];
                    read(&here, &mut byte).await?;
                    Ok(byte[0])
                })
            })
            .collect();
        write(&there, b"a").await?;
        add_coro(async move { write(&there, b"b").await }).await?;
        let mut all = Vec::new();
        for reader in readers {
            all.push(reader.await?);
        }
        Ok(all)
    });
    let mut all = all.unwrap();
    all.sort_unstable();
    assert_eq!(all, b"ab");
}

#[test]
fn who_waits_for_one_socket_does_not_hold_up_the_others() {
    run(async {
        let (silent, _there) = pair().await?;
        let waiting = add_coro(async move { read(&silent, &mut [0]).await });
        let pings = (0..10).map(|_| async {
            let (here, there) = pair().await?;
            write(&there, b"!").await?;
            read(&here, &mut [0]).await
        });
        for ping in gather(pings).await {
            assert_eq!(ping?, 1);
        }
        assert!(!waiting.is_settled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn to_write_where_nobody_reads_any_more_is_an_error() {
    let exception = run(async {
        let (here, there) = pair().await?;
        drop(there);
        loop {
            write(&here, &[0; 4096]).await?; // the first one may still find a buffer
        }
        #[expect(unreachable_code, reason = "it says what this returns")]
        Ok(())
    })
    .unwrap_err();
    let error: &io::Error = exception.downcast_ref().unwrap();
    let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
    assert!(kinds.contains(&error.kind()), "{error}");
}

/// Whoever is stuck finds their own line in the report, also where several things are awaited at once.
#[test]
fn what_is_awaited_together_is_stuck_at_the_line_where_that_is_said() -> Result<(), Exception> {
    let reactor = Reactor::new()?;
    reactor.enter(|| {
        let never = || Promise::<()>::new();
        let scheduler = Scheduler::new();

        let first = line!() + 1;
        let _ = scheduler.add_coro(async move { Ok(gather([never().into_future()]).await) });
        let _ = scheduler.add_coro(async move { Ok(race(never(), never()).await) });
        let _ = scheduler.add_coro(async move { timeout(Duration::MAX, never()).await });
        while scheduler.step().is_some() {}

        let tasks = scheduler.tasks();
        let lines = |index: usize| -> Vec<u32> {
            let pauses = tasks[index].pauses.iter();
            pauses.map(|pause| pause.at.line()).collect()
        };
        assert_eq!(lines(0), [first]);
        assert_eq!(lines(1), [first + 1; 2]);
        assert_eq!(lines(2), [first + 2; 2]); // the limit is one of the two
        let gathered = &tasks[3];
        assert_eq!(gathered.added_at.line(), first);
        assert_eq!(gathered.added_at.file(), file!());
        Ok(())
    })
}

/// A socket that is awaited is a reason to wait: the kernel may always tell.
#[test]
fn who_waits_for_a_socket_is_not_stuck() {
    let result = run(async {
        let (here, there) = pair().await?;
        add_coro(async move {
            let (mut here, mut there) = (here, there);
            for _ in 0..10 {
                write(&there, b"!").await?;
                read(&here, &mut [0]).await?;
                std::mem::swap(&mut here, &mut there);
            }
            Ok(())
        })
        .await
    });
    assert!(!result.is_err_and(|exception| exception.is::<Deadlock>()));
}
