//! To read and to write is to wait until the kernel says it is time, and then to try (T32).
//!
//! How to go about it: a loop around the try. The kernel may take less than all, another task may have
//! been faster, and a signal may come in between: none of them is an error.

mod common;
mod watchdog;

use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use common::{let_others_run, pair, read_all};
use stage5_select::{
    Deadlock, Either, Exception, Promise, Reactor, Scheduler, TimedOut, add_coro, gather, race,
    read, timeout, writability, write,
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

/// The kernel has no room, so all of them have to wait. The second one gives up before it had its turn.
#[test]
fn one_task_writes_at_a_time_and_one_that_gives_up_in_line_loses_nothing_for_the_others() {
    run(async {
        const COUNT: usize = 100_000;
        let (here, there) = pair().await?;
        let mut filled = 0;
        while let Ok(count) = (&there).write(&[b'.'; 4096]) {
            filled += count;
        }
        let writer = |byte: u8| {
            let there = there.clone();
            async move { write(&there, &vec![byte; COUNT]).await }
        };
        let first = add_coro(writer(b'a'));
        let stop = Promise::<()>::new();
        let second = add_coro({
            let (sent, stopped) = (writer(b'b'), stop.clone());
            async move { Ok(race(sent, stopped).await) }
        });
        let third = add_coro(writer(b'c'));
        let fourth = add_coro(writer(b'd'));
        let_others_run().await;
        stop.set_success(())?;
        assert!(matches!(second.await?, Either::Right(Ok(()))));
        assert!(!first.is_settled() && !third.is_settled() && !fourth.is_settled());

        drop(there);
        let all = read_all(&here).await?;
        assert!(all[..filled].iter().all(|&byte| byte == b'.'));
        let runs: Vec<_> = all[filled..].chunk_by(|a, b| a == b).collect();
        let runs: Vec<_> = runs.iter().map(|run| (run[0], run.len())).collect();
        assert_eq!(runs, [(b'a', COUNT), (b'c', COUNT), (b'd', COUNT)]);
        Ok(())
    })
    .unwrap();
}

/// The one whose turn it is gives up, and its bytes end there.
#[test]
fn one_that_gives_up_while_it_writes_passes_its_turn_on() {
    run(async {
        let (here, there) = pair().await?;
        while (&there).write(&[b'.'; 4096]).is_ok() {}
        let also_there = there.clone();
        let given_up = async move { write(&also_there, b"aaa").await };
        let first = add_coro(timeout(Duration::from_millis(1), given_up));
        let second = add_coro(async move { write(&there, b"b").await });
        assert!(first.await.unwrap_err().is::<TimedOut>());
        let all = read_all(&here).await?;
        second.await?;
        assert!(all.ends_with(b".b"));
        Ok(())
    })
    .unwrap();
}

/// The first one has sent a part when the second one comes, and the kernel has room again.
#[test]
fn one_that_comes_later_waits_for_its_turn_even_if_there_is_room() {
    run(async {
        let (here, there) = pair().await?;
        let (more, mut sent) = (vec![b'a'; 100_000], 0);
        while let Ok(count) = (&there).write(&more) {
            sent += count;
        }
        let mut first = pin!(write(&there, &more));
        let mut second = pin!(write(&there, b"b"));
        let begun = poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await;
        assert!(begun);
        while (&here).read(&mut [0; 4096]).is_ok() {}
        writability(&there).await?; // there is room
        let waits = poll_fn(|cx| Poll::Ready(second.as_mut().poll(cx).is_pending())).await;
        assert!(waits, "it is not its turn, after {sent} bytes");
        let reading = add_coro(async move { read_all(&here).await });
        first.await?;
        second.await?;
        there.stream().shutdown(Shutdown::Write)?;
        assert!(reading.await?.ends_with(b"ab"));
        Ok(())
    })
    .unwrap();
}

/// As in a `race`, or when a future is kept to be asked again.
#[test]
fn one_that_is_done_passes_its_turn_on_even_if_it_is_kept() {
    run(async {
        let (here, there) = pair().await?;
        while (&there).write(&[b'.'; 4096]).is_ok() {}
        let mut first = pin!(write(&there, b"a"));
        let pending = poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await;
        assert!(pending);
        let reading = add_coro(async move { read_all(&here).await });
        first.as_mut().await?;
        write(&there, b"b").await?;
        there.stream().shutdown(Shutdown::Write)?;
        assert!(reading.await?.ends_with(b".ab"));
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
