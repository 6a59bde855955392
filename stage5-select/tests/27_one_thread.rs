//! Whatever has to do with the loop stays on the loop's thread; a waker alone may leave it.
//!
//! How to go about it: the compiler knows which types are `Send`, and can be asked: below, a type that is
//! has two functions of one name, and then it is not clear which one is meant. So if one of these types
//! becomes `Send`, this file does not compile any more ("type annotations needed"). Nothing is left to
//! run.
//!
//! Why does it matter? Each thread has its own reactor, or none. A socket dropped on another thread would
//! tell the wrong one that it is closed, and who waits for it would wait for ever.

use stage5_select::{
    Conn, Incoming, Interest, Lines, Listener, Promise, Reactor, Read, Server, Sleep, Write,
};

trait IfAnything<Which> {
    fn is_here() {}
}

impl<T: ?Sized> IfAnything<()> for T {}

struct Sendable;

impl<T: ?Sized + Send> IfAnything<Sendable> for T {}

struct Shareable;

impl<T: ?Sized + Sync> IfAnything<Shareable> for T {}

macro_rules! stay {
    ($($stays:ty),* $(,)?) => {
        $(<$stays as IfAnything<_>>::is_here();)*
    };
}

#[test]
fn what_has_to_do_with_the_loop_stays_on_its_thread() {
    stay!(
        Listener,
        Incoming<'_>,
        Server,
        Conn,
        Lines<'_>,
        Interest,
        Sleep,
        Promise<()>,
        Reactor,
        Read<'_>,
        Write<'_>,
    );
}

#[test]
fn a_waker_may_leave_it() {
    fn may_leave<T: Send + Sync>(_: T) {}
    may_leave(Reactor::new().unwrap().waker());
}
