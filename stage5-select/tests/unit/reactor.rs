//! What the loop asks before it sleeps.

use super::*;
use crate::time::sleep;

/// To ask looks at every task and every wait, however many there are.
#[test]
fn beside_a_sleep_nobody_asks_whether_it_is_a_deadlock() {
    let (reactor, _guard) = Reactor::entered().unwrap();
    let asked = Cell::new(0);
    let ask = || {
        asked.set(asked.get() + 1);
        Some(())
    };
    assert_eq!(reactor.if_idle(ask), Some(()));
    let sleeping = sleep(Duration::from_secs(3600));
    assert_eq!((reactor.if_idle(ask), asked.get()), (None, 1));
    drop(sleeping);
    assert_eq!((reactor.if_idle(ask), asked.get()), (Some(()), 2));
}
