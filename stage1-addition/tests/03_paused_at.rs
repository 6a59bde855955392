//! A paused coroutine knows where it is paused (T11).
//!
//! How to go about it: `.await` calls `into_future`. With `#[track_caller]` on it, its caller's
//! `Location` is the `.await` itself: file, line and column.

use stage1_addition::{AdditionAwaitable, Coroutine, add};

/// The line and column where `text` first stands in this file, counted from 1.
fn position(text: &str) -> (u32, u32) {
    let lines = include_str!("03_paused_at.rs").lines();
    let (line, column) = (1..)
        .zip(lines)
        .find_map(|(number, line)| Some((number, line.find(text)?)))
        .expect("it stands in this file");
    (line, u32::try_from(column).unwrap() + 1)
}

/// Where `coro` is paused, as a line and a column of this file.
fn place<T>(coro: &Coroutine<T>) -> (u32, u32) {
    let place = coro.paused_at().expect("it is paused");
    assert!(
        place.file().ends_with("03_paused_at.rs"),
        "paused at {place}"
    );
    (place.line(), place.column())
}

#[test]
fn it_is_paused_at_the_line_and_column_of_the_await() {
    let mut coro = Coroutine::new(async { AdditionAwaitable::new([1, 2]).await });
    coro.send(None).unwrap();
    assert_eq!(place(&coro), position("await });"));
}

#[test]
fn two_awaits_on_one_line_have_columns_of_their_own() {
    let one = || AdditionAwaitable::new([1]);
    let mut coro = Coroutine::new(async move {
        Ok(one().await? + one().await?) // two of them
    });
    coro.send(None).unwrap();
    assert_eq!(place(&coro), position("await? + one().await?) // two"));
    coro.send(Some(1)).unwrap();
    assert_eq!(place(&coro), position("await?) // two of them"));
}

#[test]
fn an_await_on_a_line_of_its_own_is_that_line() {
    let mut coro = Coroutine::new(async {
        AdditionAwaitable::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).await // on its own line
    });
    coro.send(None).unwrap();
    assert_eq!(place(&coro), position("await // on its own"));
}

#[test]
fn it_is_the_innermost_await_that_counts() {
    let mut coro = Coroutine::new(async { add([1, 2]).await });
    coro.send(None).unwrap();
    // Not here, where `add` is awaited, but in `add`, which awaits the thing that pauses.
    assert!(coro.paused_at().unwrap().file().ends_with("addition.rs"));
}

#[test]
fn the_debug_text_of_a_paused_coroutine_says_where() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    let place = coro.paused_at().unwrap();
    assert_eq!(format!("{coro:?}"), format!("Coroutine(paused at {place})"));
}

#[test]
fn a_finished_coroutine_is_paused_nowhere() {
    let mut coro = Coroutine::new(add([1, 2]));
    coro.send(None).unwrap();
    coro.send(Some(3)).unwrap();
    assert_eq!(coro.paused_at(), None);
}
