//! An exception is any error, in a handle that is cheap to clone.
//!
//! How to go about it: an `Rc`, and one `From` for every error type, which is what `?` calls.
//! The price: it cannot be an `Error` itself, so the way into a `Box<dyn Error>` is spelled out.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::mem::size_of;
use std::num::ParseIntError;
use std::rc::Rc;

use stage1_addition::{Exception, run_task};

/// An error with a cause.
#[derive(Debug)]
struct CannotStart(Config);

#[derive(Debug)]
struct Config(ParseIntError);

impl fmt::Display for CannotStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot start")
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the port is wrong")
    }
}

impl Error for CannotStart {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Error for Config {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn cannot_start() -> Exception {
    CannotStart(Config("http".parse::<u16>().unwrap_err())).into()
}

#[test]
fn a_question_mark_raises_any_error() {
    let raised = run_task(async { Ok("three".parse::<i128>()?) });
    assert!(raised.unwrap_err().is::<ParseIntError>());
}

#[test]
fn an_error_that_may_not_leave_its_thread_will_do() {
    #[derive(Debug)]
    struct Local(Rc<RefCell<u32>>);
    impl fmt::Display for Local {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "number {}", self.0.borrow())
        }
    }
    impl Error for Local {}

    let count = Rc::new(RefCell::new(1));
    let exception = Exception::from(Local(Rc::clone(&count)));
    *count.borrow_mut() += 1;
    assert_eq!(exception.to_string(), "number 2");
}

#[test]
fn the_error_inside_can_be_asked_for_by_its_type() {
    let exception = cannot_start();
    assert!(exception.is::<CannotStart>());
    assert!(exception.downcast_ref::<CannotStart>().is_some());
    // The type of a cause is not the type of the error.
    assert!(!exception.is::<Config>());
    assert!(exception.downcast_ref::<Config>().is_none());
    assert!(exception.as_error().source().unwrap().is::<Config>());
}

#[test]
fn it_prints_without_its_causes_or_with_them() {
    let exception = cannot_start();
    assert_eq!(format!("{exception}"), "cannot start");
    assert_eq!(
        format!("{exception:#}"),
        "cannot start: the port is wrong: invalid digit found in string"
    );
    assert_eq!(
        format!("{exception:?}"),
        "cannot start\n  caused by: the port is wrong\n  caused by: invalid digit found in string"
    );
}

/// An error that names itself as its cause.
#[derive(Debug)]
struct Circular;

impl fmt::Display for Circular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("round and round")
    }
}

impl Error for Circular {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self)
    }
}

#[test]
fn an_error_that_is_its_own_cause_is_cut_off() {
    let exception = Exception::from(Circular);
    let (line, lines) = (format!("{exception:#}"), format!("{exception:?}"));
    let causes = |separator: &str| format!("{separator}round and round").repeat(32);
    assert_eq!(line, format!("round and round{}: ...", causes(": ")));
    let separator = "\n  caused by: ";
    assert_eq!(
        lines,
        format!("round and round{}{separator}...", causes(separator))
    );
}

#[test]
fn it_is_one_word_wide_because_it_is_a_part_of_every_answer() {
    assert_eq!(size_of::<Exception>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Exception>>(), size_of::<usize>());
}

#[test]
fn a_text_will_do_for_an_error() {
    let exception = Exception::msg(String::from("out of tea"));
    assert_eq!(format!("{exception}"), "out of tea");
    assert_eq!(format!("{exception:#}"), "out of tea");
    assert_eq!(format!("{exception:?}"), "out of tea");
}

#[test]
fn a_clone_is_the_same_error_and_no_copy() {
    let exception = cannot_start();
    let clone = exception.clone();
    assert!(std::ptr::eq(
        exception.downcast_ref::<CannotStart>().unwrap(),
        clone.downcast_ref::<CannotStart>().unwrap()
    ));
    drop(exception);
    assert_eq!(clone.to_string(), "cannot start");
}

#[test]
fn it_goes_where_a_boxed_error_is_expected() {
    fn elsewhere() -> Result<(), Box<dyn Error>> {
        Err(cannot_start())?
    }
    let boxed = elsewhere().unwrap_err();
    assert_eq!(boxed.to_string(), "cannot start");
    assert!(boxed.source().unwrap().is::<Config>());
    // What a `main` that returns it prints.
    assert_eq!(format!("{boxed:?}"), format!("{:?}", cannot_start()));
}
