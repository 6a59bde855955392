//! x14: write the loop that asks the kernel which socket is ready when no task can run.
//!
//! `cargo test -p stage5-select --test x14_kernel` checks it. Hints: `x14_kernel.hint.md`.

#![allow(unused, reason = "until it is written")]

use self::tests::Net;
use stage5_select::{Exception, Promise, Scheduler};

/// Runs the tasks until `result` is settled. `net.awaited` has a promise for each socket that a task waits
/// for. `net.select(&socks)` is the kernel: it sleeps until at least one of `socks` can be read, and gives
/// those that can. If no task can run and no socket is awaited, the result is an `Err`.
fn run<T>(scheduler: &Scheduler, result: &Promise<T>, net: &Net) -> Result<(), Exception> {
    todo!("run a task; if there is none to run, ask the kernel, and settle its promise")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::{BTreeMap, VecDeque};
    use std::rc::Rc;

    use super::run;
    use stage5_select::{Exception, Promise, Scheduler};

    /// Two sockets, 0 and 1, and the kernel that fills them.
    #[derive(Default)]
    pub(super) struct Net {
        /// A promise for each socket that a task waits for.
        pub(super) awaited: RefCell<BTreeMap<usize, Promise<()>>>,
        received: RefCell<[VecDeque<u8>; 2]>,
        /// What will come: to which socket, and which byte.
        coming: RefCell<VecDeque<(usize, u8)>>,
        read_by_tasks: Cell<usize>,
        tried_in_vain: Cell<usize>,
        log: RefCell<Vec<String>>,
    }

    impl Net {
        /// Sleeps until at least one of `socks` can be read. Gives those that can.
        pub(super) fn select(&self, socks: &[usize]) -> Vec<usize> {
            self.log.borrow_mut().push("select".to_owned());
            loop {
                let ready = |sock: &usize| !self.received.borrow()[*sock].is_empty();
                let ready: Vec<usize> = socks.iter().copied().filter(ready).collect();
                if !ready.is_empty() {
                    return ready;
                }
                let next = self.coming.borrow_mut().pop_front();
                let Some((sock, byte)) = next else {
                    assert!(
                        self.read_by_tasks.get() == 4,
                        "The loop has read a byte itself, and the task that wants it waits for ever.\n\
                         The kernel says which socket is ready, and the loop passes that on: it\n\
                         settles the promise. The task reads."
                    );
                    panic!(
                        "You ask about the sockets {socks:?}, and nothing comes there any more."
                    );
                };
                self.received.borrow_mut()[sock].push_back(byte);
            }
        }

        /// Takes a byte out of a socket, if there is one.
        pub(super) fn try_read(&self, sock: usize) -> Option<u8> {
            self.received.borrow_mut()[sock].pop_front()
        }

        async fn read(&self, sock: usize) -> Result<u8, Exception> {
            loop {
                let promise = {
                    let mut awaited = self.awaited.borrow_mut();
                    awaited.entry(sock).or_insert_with(Promise::new).clone()
                };
                promise.await?;
                if let Some(byte) = self.try_read(sock) {
                    self.read_by_tasks.set(self.read_by_tasks.get() + 1);
                    return Ok(byte);
                }
                self.tried_in_vain.set(self.tried_in_vain.get() + 1);
                if self.tried_in_vain.get() > 10 {
                    return Err(Exception::msg("woken over and over for nothing"));
                }
            }
        }
    }

    /// Two tasks that read two bytes each, and one that only computes.
    fn talk() -> (Result<(), Exception>, Option<Vec<u8>>, Rc<Net>) {
        let (scheduler, net) = (Scheduler::new(), Rc::new(Net::default()));
        net.coming
            .replace([(1, b'c'), (0, b'a'), (1, b'd'), (0, b'b')].into());
        let readers = [0, 1].map(|sock| {
            let net = Rc::clone(&net);
            scheduler.add_coro(async move { Ok([net.read(sock).await?, net.read(sock).await?]) })
        });
        let computing = Rc::clone(&net);
        let _computes = scheduler.add_coro(async move {
            computing.log.borrow_mut().push("computed".to_owned());
            Ok(())
        });
        let result = scheduler.add_coro(async move {
            let [first, second] = readers;
            Ok([first.await?, second.await?].concat())
        });
        let ended = run(&scheduler, &result, &net);
        (ended, result.result().and_then(Result::ok), net)
    }

    #[test]
    fn each_task_reads_what_came_for_it() {
        let (ended, read, _) = talk();
        assert!(
            matches!(ended, Ok(())) && read.as_deref() == Some(b"abcd"),
            "`ab` came for one task, and `cd` for another. The loop ended with {ended:?}, and they read\n\
             {read:?}."
        );
    }

    #[test]
    fn the_kernel_is_asked_when_no_task_can_run() {
        let (_, _, net) = talk();
        let log = net.log.borrow();
        let computed = log.iter().position(|line| line == "computed");
        let asked = log.iter().position(|line| line == "select");
        assert!(
            computed < asked,
            "You asked the kernel while a task could run. `select` sleeps, and so does that task:\n\
             first run all tasks that can run, one `step()` after the other."
        );
    }

    #[test]
    fn a_task_is_woken_for_its_own_socket() {
        let (_, _, net) = talk();
        let in_vain = net.tried_in_vain.get();
        assert!(
            in_vain == 0,
            "Tasks were woken {in_vain} times, and nothing had come for them.\n\
             `select` gives the sockets that are ready: settle their promises, and no others."
        );
    }

    #[test]
    fn without_a_socket_to_wait_for_it_is_a_deadlock() {
        let (scheduler, net) = (Scheduler::new(), Net::default());
        let result = scheduler.add_coro(async { Promise::<()>::new().await });
        let ended = run(&scheduler, &result, &net);
        assert!(
            ended.is_err(),
            "A task waits for a promise that nobody settles, and your loop ended with `Ok`."
        );
    }
}
