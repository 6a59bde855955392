//! x08: change two fetches that run one after the other, so that both are under way at once.
//!
//! `cargo test -p stage4-scheduler --test x08_side_by_side` checks it. Hints: `x08_side_by_side.hint.md`.

#![allow(unused, reason = "until it is written")]

use self::tests::{Log, fetch};
use stage4_scheduler::{Exception, add_coro};

/// Fetches the pages `a` and `b`. Both fetches begin before one of them ends.
async fn side_by_side(log: Log) -> Result<(String, String), Exception> {
    let a = fetch("a", log.clone()).await?;
    let b = fetch("b", log).await?;
    Ok((a, b))
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::side_by_side;
    use stage4_scheduler::{Exception, Promise, add_coro, run};

    pub(super) type Log = Rc<RefCell<Vec<String>>>;

    /// Asks for a page, and waits for the answer, which another task gives.
    pub(super) async fn fetch(page: &'static str, log: Log) -> Result<String, Exception> {
        log.borrow_mut().push(format!("{page} begins"));
        let answer = Promise::new();
        let given = answer.clone();
        let _server = add_coro(async move { Ok(given.set_success(())?) });
        answer.await?;
        log.borrow_mut().push(format!("{page} ends"));
        Ok(format!("page {page}"))
    }

    #[test]
    fn both_begin_before_one_ends() {
        let log = Log::default();
        let pages = run(side_by_side(Rc::clone(&log))).unwrap();
        assert_eq!(pages, ("page a".to_owned(), "page b".to_owned()));
        let log = log.borrow();
        let (begun, _) = log.split_at(2);
        assert!(
            begun.iter().all(|line| line.ends_with("begins")),
            "It went like this: {}.\n\
             A call of an `async fn` runs nothing, and an `.await` waits to the end: only a task of its\n\
             own runs beside you. Make two tasks first, then await both results.",
            log.join(", ")
        );
    }
}
