//! Shows that the wakers are real: anybody may hold one, and call it from anywhere, at any time.
//!
//! To follow: await a future that is not from here, which gives its waker away. Wake from another
//! thread, after the end, many times, or never. Nothing here sleeps: each thread waits for a message,
//! or is joined.

mod watchdog;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use stage4_scheduler::{Deadlock, Exception, Outcome, Promise, Scheduler, add_coro};
use watchdog::run;

/// A value from another thread: std's channel, with a place beside it for the waker of who waits.
struct Mail<T> {
    letters: Receiver<T>,
    reader: Arc<Mutex<Option<Waker>>>,
}

struct Post<T> {
    letters: Sender<T>,
    reader: Arc<Mutex<Option<Waker>>>,
}

fn mail<T>() -> (Post<T>, Mail<T>) {
    let (sender, letters) = mpsc::channel();
    let reader = Arc::default();
    let post = Post {
        letters: sender,
        reader: Arc::clone(&reader),
    };
    (post, Mail { letters, reader })
}

impl<T> Post<T> {
    fn send(&self, letter: T) {
        self.letters.send(letter).unwrap();
        let reader = self.reader.lock().unwrap().take();
        if let Some(waker) = reader {
            waker.wake();
        }
    }
}

impl<T> Mail<T> {
    async fn next(&self) -> T {
        poll_fn(|cx| {
            // The waker first: a letter that comes between the two lines wakes us again.
            *self.reader.lock().unwrap() = Some(cx.waker().clone());
            self.letters.try_recv().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Gives its waker away, and never wakes anybody itself. Counts how often it is polled.
fn gives_away(
    to: &Rc<RefCell<Vec<Waker>>>,
    polls: &Rc<Cell<u32>>,
) -> impl Future<Output = Result<(), Exception>> + 'static {
    let (to, polls) = (Rc::clone(to), Rc::clone(polls));
    poll_fn(move |cx| {
        polls.set(polls.get() + 1);
        to.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    })
}

#[test]
fn a_wake_from_another_thread_is_heard_however_late_it_comes() {
    let (post, mail) = mail();
    let (tell, told) = mpsc::channel();
    let sender = thread::spawn(move || {
        // Not before the task is on its way to sleep.
        told.recv().unwrap();
        post.send("hello");
    });
    let letter = run(async move {
        tell.send(()).unwrap();
        Ok(mail.next().await)
    });
    assert_eq!(letter.unwrap(), "hello");
    sender.join().unwrap();
}

#[test]
fn a_thousand_letters_from_four_threads_all_arrive() {
    let (post, mail) = mail();
    let post = Arc::new(Mutex::new(post));
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let post = Arc::clone(&post);
            thread::spawn(move || (0..250).for_each(|_| post.lock().unwrap().send(1)))
        })
        .collect();
    let total = run(async move {
        let mut total = 0;
        while total < 1000 {
            total += mail.next().await;
        }
        Ok(total)
    });
    assert_eq!(total.unwrap(), 1000);
    for sender in senders {
        sender.join().unwrap();
    }
}

#[test]
fn two_loops_on_two_threads_play_ping_pong() {
    let ((questions, there), (answers, here)) = (mail(), mail());
    let other = thread::spawn(move || {
        let played = run(async move {
            for round in 0..1000 {
                assert_eq!(there.next().await, round);
                answers.send(round);
            }
            Ok(())
        });
        played.unwrap();
    });
    run(async move {
        for round in 0..1000 {
            questions.send(round);
            assert_eq!(here.next().await, round);
        }
        Ok(())
    })
    .unwrap();
    other.join().unwrap();
}

#[test]
fn a_task_that_waits_for_a_thread_may_be_awaited_by_others() {
    let (post, mail) = mail();
    let (tell, told) = mpsc::channel();
    let sender = thread::spawn(move || {
        told.recv().unwrap();
        post.send(3);
    });
    let sum = run(async move {
        let reads = add_coro(async move { Ok(mail.next().await) });
        let adds = add_coro(async move { Ok(reads.await? + 1) });
        tell.send(()).unwrap();
        adds.await
    });
    assert_eq!(sum.unwrap(), 4);
    sender.join().unwrap();
}

#[test]
fn a_task_whose_waker_another_thread_holds_is_in_no_deadlock() {
    let scheduler = Scheduler::new();
    let (wakers, polls) = (Rc::default(), Rc::default());
    drop(scheduler.add_coro(gives_away(&wakers, &polls)));
    scheduler.step();

    // A thread takes it, holds it while we look, and goes away without having called it.
    let waker = wakers.take().pop().unwrap();
    let (tell, told) = mpsc::channel();
    let holder = thread::spawn(move || {
        told.recv().unwrap();
        drop(waker);
    });
    assert!(scheduler.deadlock().is_none());
    tell.send(()).unwrap();
    holder.join().unwrap();
    assert!(scheduler.deadlock().is_some());
}

#[test]
fn a_wake_that_comes_as_the_last_waker_goes_is_not_taken_for_a_deadlock() {
    let scheduler = Scheduler::new();
    let (wakers, polls) = (Rc::default(), Rc::default());
    drop(scheduler.add_coro(gives_away(&wakers, &polls)));
    scheduler.step();
    let waker = wakers.take().pop().unwrap();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert!(scheduler.deadlock().is_none());
    assert!(scheduler.step().is_some());
}

#[test]
fn a_waker_that_nobody_ever_calls_ends_the_loop_once_it_is_gone() {
    let (tell, told) = mpsc::channel::<Waker>();
    // It takes the waker, and forgets about it before the task has paused.
    let holder = thread::spawn(move || drop(told.recv().unwrap()));
    let mut holder = Some((tell, holder));
    let error = run::<()>(poll_fn(move |cx| {
        let (tell, holder) = holder.take().expect("polled once");
        tell.send(cx.waker().clone()).unwrap();
        holder.join().unwrap();
        Poll::Pending
    }));
    assert!(error.unwrap_err().is::<Deadlock>());
}

#[test]
fn many_wakes_between_two_turns_are_one_turn() {
    let scheduler = Scheduler::new();
    let (wakers, polls) = (
        Rc::<RefCell<Vec<Waker>>>::default(),
        Rc::<Cell<u32>>::default(),
    );
    drop(scheduler.add_coro(gives_away(&wakers, &polls)));
    scheduler.step();
    let waker = wakers.borrow()[0].clone();
    let from_there = waker.clone();
    let there = thread::spawn(move || (0..1000).for_each(|_| from_there.wake_by_ref()));
    (0..1000).for_each(|_| waker.wake_by_ref());
    there.join().unwrap();
    assert!(scheduler.step().is_some());
    assert!(scheduler.step().is_none());
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_task_that_wakes_itself_while_it_runs_gets_another_turn() {
    let scheduler = Scheduler::new();
    let mut polls = 0;
    let promise = scheduler.add_coro(poll_fn(move |cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls == 3 {
            Poll::Ready(Ok(polls))
        } else {
            Poll::Pending
        }
    }));
    for outcome in [Outcome::Paused, Outcome::Paused, Outcome::Returned] {
        assert_eq!(scheduler.step().unwrap().outcome, outcome);
    }
    assert!(scheduler.step().is_none(), "the last wake came to nothing");
    assert_eq!(promise.result().unwrap().unwrap(), 3);
}

#[test]
fn a_wake_after_the_end_wakes_nobody_not_even_who_has_the_place_now() {
    let scheduler = Scheduler::new();
    let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
    let keep = Rc::clone(&kept);
    drop(scheduler.add_coro(poll_fn(move |cx| {
        *keep.borrow_mut() = Some(cx.waker().clone());
        Poll::Ready(Ok(()))
    })));
    scheduler.step();

    // Its place is free, and this task gets it.
    let (wakers, polls) = (Rc::default(), Rc::default());
    drop(scheduler.add_coro(gives_away(&wakers, &polls)));
    scheduler.step();
    let stale = kept.take().unwrap();
    stale.wake_by_ref();
    thread::spawn(move || stale.wake()).join().unwrap();
    assert!(scheduler.step().is_none());
    assert_eq!(polls.get(), 1);
}

#[test]
fn a_wake_after_the_end_keeps_no_other_task_from_its_turn() {
    for is_taken in [false, true] {
        let scheduler = Scheduler::new();
        let (wakers, polls) = (Rc::<RefCell<Vec<Waker>>>::default(), Rc::default());
        drop(scheduler.add_coro(gives_away(&wakers, &polls)));
        let keep = Rc::clone(&wakers);
        drop(scheduler.add_coro(poll_fn(move |cx| {
            keep.borrow_mut().push(cx.waker().clone());
            Poll::Ready(Ok(()))
        })));
        while scheduler.step().is_some() {}
        if is_taken {
            // This task gets the place of the one that has ended.
            drop(scheduler.add_coro(Promise::<()>::new().into_future()));
            scheduler.step();
        }
        let wakers = wakers.take();
        let wake = move || [1, 0].map(|index: usize| wakers[index].wake_by_ref());
        let only_the_first_runs = || {
            assert_eq!(scheduler.step().map(|step| step.task), Some(1));
            assert!(scheduler.step().is_none());
        };
        scheduler.enter(&wake);
        only_the_first_runs();
        thread::spawn(wake).join().unwrap();
        only_the_first_runs();
    }
}

#[test]
fn a_wake_after_the_loop_is_gone_does_nothing() {
    let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
    let keep = Rc::clone(&kept);
    run(poll_fn(move |cx| {
        *keep.borrow_mut() = Some(cx.waker().clone());
        Poll::Ready(Ok(()))
    }))
    .unwrap();
    let waker = kept.take().unwrap();
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_eq!(run(async { Ok(3) }).unwrap(), 3);
}

/// A loop's own waker that counts its calls.
#[derive(Default)]
struct Bell(Mutex<u32>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
fn the_loop_is_told_of_each_task_that_another_thread_wakes() {
    let bell = Arc::new(Bell::default());
    let rung = || *bell.0.lock().unwrap();
    let scheduler = Scheduler::with_unpark(Waker::from(Arc::clone(&bell)));
    let (wakers, polls) = (Rc::default(), Rc::default());
    for _ in 0..10 {
        drop(scheduler.add_coro(gives_away(&wakers, &polls)));
    }
    assert_eq!(rung(), 0, "to add a task is no wake");
    while scheduler.step().is_some() {}

    let held: Vec<Waker> = wakers.take();
    thread::spawn(move || {
        for waker in held {
            waker.wake_by_ref();
            waker.wake(); // it is in the queue already
        }
    })
    .join()
    .unwrap();
    assert_eq!(rung(), 10);
    while scheduler.step().is_some() {}
    assert_eq!(polls.get(), 20);
}

#[test]
fn a_wake_on_the_loops_own_thread_while_it_runs_need_not_ring() {
    let bell = Arc::new(Bell::default());
    let scheduler = Scheduler::with_unpark(Waker::from(Arc::clone(&bell)));
    scheduler.enter(|| {
        let promise = Promise::new();
        drop(scheduler.add_coro((&promise).into_future()));
        scheduler.step();
        promise.set_success(()).unwrap();
        assert!(scheduler.step().is_some());
    });
    assert_eq!(*bell.0.lock().unwrap(), 0);
}

#[test]
fn a_promise_is_awaited_by_any_loop_that_has_a_waker() {
    // The smallest loop there is: this test, and a bell.
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let promise = Promise::new();
    let mut wait = pin!((&promise).into_future());
    assert!(
        wait.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    promise.set_success(3).unwrap();
    assert_eq!(*bell.0.lock().unwrap(), 1);
    let poll = wait.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(matches!(poll, Poll::Ready(Ok(3))));
}

#[test]
fn a_promise_awaited_with_another_waker_inside_a_task_calls_that_one() {
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let scheduler = Scheduler::new();
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    drop(scheduler.add_coro(poll_fn(move |_| {
        pin!(&mut wait).poll(&mut Context::from_waker(&waker))
    })));
    scheduler.step();
    promise.set_success(3).unwrap();
    assert_eq!(*bell.0.lock().unwrap(), 1);
    assert!(scheduler.step().is_none(), "the task itself is not woken");
}
