//! Time without waiting: the loop's clock is stopped, and moved on by hand.
//!
//! How to go about it: `pause`, add those who sleep, `advance`, let them run, and see who is done. What
//! is left to wait for is counted at the reactor.

mod by_hand;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::os::unix::net::UnixStream;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use by_hand::{by_hand, waits};
use stage5_select::{
    Deadlock, Either, Sleep, TimedOut, add_coro, race, readability, sleep, time, timeout,
};
use watchdog::run;

const SECOND: Duration = Duration::from_secs(1);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Lets all those run whose time has come: on a stopped clock a sleep of no length ends after them.
async fn others() {
    for _ in 0..3 {
        sleep(Duration::ZERO).await.unwrap();
    }
}

fn message(panics: impl Future<Output = Result<(), stage5_select::Exception>> + 'static) -> String {
    run(panics).unwrap_err().to_string()
}

/// 0 to 9,999, shuffled the same way each time.
fn shuffled() -> impl Iterator<Item = u32> {
    (0..10_000).map(|number| number * 7_919 % 10_000)
}

#[test]
fn ten_thousand_sleeps_end_in_the_order_of_their_deadlines() {
    by_hand(|_| async {
        time::pause();
        let ended = Rc::new(RefCell::new(Vec::new()));
        for number in shuffled() {
            let ended = Rc::clone(&ended);
            drop(add_coro(async move {
                // Ten of them at a time have the same deadline.
                sleep(SECOND * (number / 10)).await?;
                ended.borrow_mut().push(number);
                Ok(())
            }));
        }
        others().await;
        time::advance(SECOND * 1_000);
        others().await;

        let mut expected: Vec<u32> = shuffled().collect();
        expected.sort_by_key(|number| number / 10); // it keeps the order in which they came
        assert_eq!(*ended.borrow(), expected);
        Ok(())
    })
    .unwrap();
}

#[test]
fn not_a_moment_early_and_each_at_its_own_time() {
    by_hand(|reactor| async move {
        time::pause();
        let ended = Rc::new(Cell::new(0));
        for number in shuffled() {
            let ended = Rc::clone(&ended);
            drop(add_coro(async move {
                sleep(SECOND * (number + 1)).await?;
                ended.set(ended.get() + 1);
                Ok(())
            }));
        }
        others().await;
        for second in 1..=100 {
            time::advance(Duration::from_nanos(999_999_999));
            others().await;
            assert_eq!(ended.get(), second - 1);
            time::advance(Duration::from_nanos(1));
            others().await;
            assert_eq!(ended.get(), second);
        }
        assert_eq!(waits(&reactor), (0, 0, 9_900));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_sleep_of_no_length_ends_after_those_that_are_to_run() {
    by_hand(|_| async {
        time::pause(); // no time passes
        let other = add_coro(async { Ok(()) });
        sleep(Duration::ZERO).await?;
        assert!(other.is_settled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_longest_sleep_does_not_overflow_and_does_not_end() {
    by_hand(|reactor| async move {
        let forever = add_coro(sleep(Duration::MAX));
        assert!(timeout(Duration::MAX, async { Ok(3) }).await.is_ok());
        time::pause();
        let later = add_coro(sleep(Duration::MAX));
        time::advance(YEAR * 29);
        others().await;
        assert!(!forever.is_settled() && !later.is_settled());
        time::resume();
        let much_later = add_coro(sleep(Duration::MAX));
        others().await;
        assert!(!much_later.is_settled());
        assert_eq!(waits(&reactor), (0, 0, 3));
        Ok(())
    })
    .unwrap();
}

/// Says that it was dropped.
struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn a_timeout_cancels_what_it_wraps_and_what_that_registered() {
    by_hand(|reactor| async move {
        time::pause();
        let (here, _there) = UnixStream::pair()?;
        let dropped = Rc::new(Cell::new(false));
        let guard = Guard(Rc::clone(&dropped));
        let wrapped = add_coro(timeout(SECOND * 3, async move {
            let _guard = guard;
            let reading = race(readability(&here), sleep(YEAR));
            timeout(YEAR, async move { Ok(reading.await) }).await
        }));
        others().await;
        assert_eq!(waits(&reactor), (1, 0, 3));
        time::advance(SECOND * 3);
        let error = wrapped.await.unwrap_err();
        let limit = SECOND * 3;
        assert_eq!(error.downcast_ref(), Some(&TimedOut { limit }));
        assert_eq!(waits(&reactor), (0, 0, 0));
        assert!(dropped.get());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_timeout_that_was_not_needed_takes_its_deadline_with_it() {
    by_hand(|reactor| async move {
        time::pause();
        assert_eq!(timeout(YEAR, async { Ok(3) }).await?, 3);
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

#[test]
fn what_is_done_at_the_last_moment_is_done() {
    by_hand(|_| async {
        time::pause();
        // Both deadlines are reached at once, so a single poll finds both.
        let wrapped = add_coro(timeout(SECOND, async {
            sleep(SECOND).await?;
            Ok(3)
        }));
        others().await;
        time::advance(SECOND);
        assert_eq!(wrapped.await?, 3);
        Ok(())
    })
    .unwrap();
}

#[test]
fn ten_thousand_sleeps_given_up_leave_nothing() {
    by_hand(|reactor| async move {
        time::pause();
        let sleeps: Vec<Sleep> = shuffled().map(|number| sleep(SECOND * number)).collect();
        assert_eq!(waits(&reactor), (0, 0, 10_000));
        drop(sleeps);
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_loop_that_waits_for_a_stopped_clock_is_a_deadlock_and_names_the_line() {
    let line = Rc::new(Cell::new(0));
    let noted = Rc::clone(&line);
    let error = run(async move {
        time::pause();
        noted.set(line!() + 1);
        sleep(SECOND).await
    })
    .unwrap_err();
    let deadlock: &Deadlock = error.downcast_ref().unwrap();
    assert_eq!(deadlock.tasks[0].pauses[0].at.line(), line.get());
}

/// The deadline is an hour away, so only a wake can end the wait. Another thread wakes the loop when it has heard that it
/// goes to sleep, and a while after that, so that a loop that does not sleep is back before.
#[test]
fn a_loop_that_sleeps_does_not_look_at_the_clock_over_and_over() {
    by_hand(|reactor| async move {
        let _hour = sleep(SECOND * 3600);
        reactor.check_socks(Some(Duration::ZERO))?; // the wake of this task is past
        for round in 0..20 {
            let (waker, woken) = (reactor.waker(), Arc::new(AtomicBool::new(false)));
            let (goes_to_sleep, heard) = mpsc::channel();
            let set = Arc::clone(&woken);
            let other = thread::spawn(move || {
                heard.recv().expect("it says so");
                (0..round).for_each(|_| thread::yield_now());
                set.store(true, Ordering::Release);
                waker.wake();
            });
            goes_to_sleep.send(())?;
            reactor.check_socks(None)?;
            assert!(woken.load(Ordering::Acquire), "it did not sleep");
            other.join().expect("it only wakes");
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_clock_goes_forward_only_through_pause_and_resume() {
    run(async {
        let real = Instant::now();
        let mut last = time::now();
        assert!(last >= real);
        for round in 0..100 {
            time::pause();
            let paused = time::now();
            time::pause(); // the second one changes nothing
            assert_eq!(time::now(), paused);
            assert!(paused >= last);
            time::advance(SECOND * round);
            time::resume();
            time::resume();
            last = time::now();
            assert!(last >= paused + SECOND * round);
        }
        // And it goes: from where it was stopped, and not from where it would be.
        while time::now() == last {}
        assert!(time::now() - real > SECOND * 4_949);
        Ok(())
    })
    .unwrap();
}

#[test]
fn time_that_passes_in_a_pause_does_not_count() {
    run(async {
        time::pause();
        let paused = time::now();
        for _ in 0..10_000 {
            assert_eq!(time::now(), paused); // which takes its time
        }
        let pause_ends = Instant::now();
        time::resume();
        let gone = time::now() - paused;
        assert!(gone <= pause_ends.elapsed());
        Ok(())
    })
    .unwrap();
}

#[test]
fn after_a_pause_the_clock_is_as_fast_as_before() {
    run(async {
        time::pause();
        time::advance(SECOND);
        time::resume();
        let (before, real) = (time::now(), Instant::now());
        while real.elapsed() < Duration::from_millis(2) {}
        let passed = real.elapsed();
        assert!(time::now() - before >= passed);
        Ok(())
    })
    .unwrap();
}

/// One look at the kernel finds both.
#[test]
fn what_is_ready_goes_on_before_what_is_due() {
    let order = by_hand(|reactor| async move {
        time::pause();
        let (here, there) = UnixStream::pair()?;
        let order = Rc::new(RefCell::new(Vec::new()));
        let note = |name: &'static str, order: &Rc<RefCell<Vec<_>>>| {
            let order = Rc::clone(order);
            move |()| order.borrow_mut().push(name)
        };
        let (due, ready) = (note("due", &order), note("ready", &order));
        let due = add_coro(async move { sleep(SECOND).await.map(due) });
        let ready = add_coro(async move { readability(&here).await.map(ready) });
        others().await;
        time::advance(SECOND);
        drop(there);
        reactor.check_socks(None)?;
        due.await?;
        ready.await?;
        Ok(order.take())
    });
    assert_eq!(order.unwrap(), ["ready", "due"]);
}

#[test]
fn those_who_slept_through_a_pause_go_on_by_the_clock() {
    run(async {
        time::pause();
        let short = add_coro(sleep(SECOND * 3600));
        others().await;
        time::advance(Duration::new(3_599, 999_999_999));
        time::resume();
        short.await // a nanosecond
    })
    .unwrap();
}

#[test]
fn who_moves_a_clock_that_runs_or_too_far_is_told() {
    let text = message(async {
        time::advance(SECOND);
        Ok(())
    });
    assert!(
        text.ends_with("advance on a clock that runs (stop it with `pause` first)"),
        "{text}"
    );

    let text = message(async {
        time::pause();
        time::advance(Duration::MAX);
        Ok(())
    });
    assert!(
        text.contains("(the clock does not go that far: stay within centuries)"),
        "{text}"
    );
}

/// A clock that was moved on as far as it goes still goes, and there is room for who sleeps then.
#[test]
fn at_the_end_of_its_reach_a_clock_may_go_again() {
    run(async {
        time::pause();
        let start = time::now();
        // Steps of half the length of the one before, each of them if it is not refused.
        let mut step = Duration::from_secs(1 << 62);
        while !step.is_zero() {
            let _refused = catch_unwind(|| time::advance(step));
            step /= 2;
        }
        let end = time::now();
        assert!(end - start > YEAR * 100);
        time::resume();
        while time::now() == end {}
        drop(sleep(Duration::MAX));
        Ok(())
    })
    .unwrap();
}

#[test]
fn each_loop_has_its_own_clock() {
    run(async {
        time::pause();
        time::advance(YEAR);
        Ok(())
    })
    .unwrap();
    let now = run(async { Ok(time::now()) }).unwrap();
    assert!(now < Instant::now() + YEAR);
}

#[test]
fn outside_of_a_loop_there_is_no_time() {
    fn text<T>(call: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
        let panic = std::panic::catch_unwind(|| drop(call())).unwrap_err();
        (*panic.downcast_ref::<&str>().unwrap()).to_owned()
    }
    let expected = "a time awaited outside of a loop (await it in a coroutine that `run` runs)";
    assert_eq!(text(|| sleep(SECOND)), expected);
    assert_eq!(text(time::now), expected);
    assert_eq!(text(time::pause), expected);
    assert_eq!(text(time::resume), expected);
    assert_eq!(text(|| time::advance(SECOND)), expected);
}

#[test]
fn the_first_of_two_sleeps_is_the_shorter_one() {
    by_hand(|reactor| async move {
        time::pause();
        let first = add_coro(async {
            Ok(matches!(
                race(sleep(SECOND * 2), sleep(SECOND)).await,
                Either::Right(_)
            ))
        });
        others().await;
        time::advance(SECOND * 2);
        // Both are due; the first one given wins.
        assert!(!first.await?);
        assert_eq!(waits(&reactor), (0, 0, 0));
        Ok(())
    })
    .unwrap();
}
