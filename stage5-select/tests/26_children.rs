//! A child process inherits no socket of ours: neither the loop's own, nor one that was accepted,
//! connected to, or is on its way. (One that did would keep a connection open that we have closed.)
//!
//! How to go about it: Linux shows a process its descriptors as files, so a child can list its own.

#![cfg(target_os = "linux")]

mod watchdog;

use std::fs;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use stage5_select::{Exception, Listener, accept, add_coro, connect, interrupted, sleep};
use watchdog::run;

/// Both tests look at all descriptors of this process.
static ALONE: Mutex<()> = Mutex::new(());

/// The sockets that a child has.
fn sockets() -> Vec<String> {
    let list = Command::new("ls").args(["-l", "/proc/self/fd"]).output();
    let list = String::from_utf8(list.unwrap().stdout).unwrap();
    assert!(list.contains("-> "), "it lists nothing");
    let target = |line: &str| Some(line.split_once("-> ")?.1.to_owned());
    let targets = list.lines().filter_map(target);
    targets.filter(|file| file.starts_with("socket:")).collect()
}

#[test]
fn a_child_process_inherits_no_socket() {
    let _alone = ALONE.lock();
    let before = sockets(); // those of whoever started us
    let inside = run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let here = connect(addr).await?;
        let there = accept(&listener).await?;
        let on_its_way = add_coro(async move { connect(addr).await });
        sleep(Duration::ZERO).await?; // it has begun
        let inside = sockets();
        let more = on_its_way.await?;
        drop((here, there, more));
        Ok(inside)
    });
    assert_eq!(inside.unwrap(), before);
}

/// The flags of this process's sockets, as the kernel shows them: the octal digit for "does not block" is a 4.
#[test]
fn the_sockets_that_a_signal_comes_through_do_not_block() {
    let _alone = ALONE.lock();
    let count = || {
        let fds = fs::read_dir("/proc/self/fdinfo").unwrap();
        let infos = fds.filter_map(|fd| fs::read_to_string(fd.ok()?.path()).ok());
        let flags = |info: String| {
            Some(
                info.split_once("flags:")?
                    .1
                    .split_whitespace()
                    .next()?
                    .to_owned(),
            )
        };
        let blocks = |flags: &String| flags.as_bytes()[flags.len().saturating_sub(4)] & 4 == 0;
        infos.filter_map(flags).filter(blocks).count()
    };
    let more = run(async move {
        let before = count();
        let _waiting = add_coro(interrupted());
        sleep(Duration::ZERO).await?; // it has begun
        Ok::<_, Exception>(count() - before)
    });
    assert_eq!(more.unwrap(), 0);
}
