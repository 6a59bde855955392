//! When a busy loop looks at its sockets.

use super::*;

fn looks_in(steps: u32, sockets: usize, last: Instant) -> usize {
    let looks = Looks::default();
    looks.last.set(Some(last));
    (0..steps).filter(|_| looks.is_due(|| sockets)).count()
}

#[test]
fn a_busy_loop_looks_every_64_steps_and_beside_many_sockets_not_before_a_millisecond_is_over() {
    let now = Instant::now();
    let (long_ago, not_yet) = (
        now.checked_sub(LOOK_AGAIN).unwrap(),
        now + Duration::from_secs(3600),
    );
    assert_eq!(looks_in(640, 64, not_yet), 10);
    assert_eq!(looks_in(640, 65, not_yet), 0);
    assert_eq!(looks_in(64, 65, long_ago), 1);
    assert_eq!(looks_in(63, 65, long_ago), 0);
    assert_eq!(looks_in(63, 0, long_ago), 0);
}

#[test]
fn a_look_for_another_reason_counts_too() {
    let looks = Looks::default();
    assert!((0..63).all(|_| !looks.is_due(|| 0)));
    looks.note();
    assert!((0..63).all(|_| !looks.is_due(|| 0)));
    assert!(looks.is_due(|| 0));
    assert_eq!(looks.count(), 1);
}
