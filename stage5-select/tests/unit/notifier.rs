use super::*;

fn is_readable(notifier: &Notifier) -> bool {
    match (&notifier.shared.reader).read(&mut [0]) {
        Ok(count) => count == 1,
        Err(error) => {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            false
        }
    }
}

#[test]
fn a_hundred_thousand_wakes_are_one_byte() {
    let notifier = Notifier::new().unwrap();
    (0..100_000).for_each(|_| notifier.waker.wake_by_ref());
    assert!(is_readable(&notifier));
    assert!(!is_readable(&notifier));
    notifier.clear();
    notifier.waker.wake_by_ref();
    assert!(is_readable(&notifier));
}
