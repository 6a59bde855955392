//! The mistake: a borrow without a variable ends as soon as it was used.
//!
//! Its tests say:
//!
//! ```text
//! a_line_reaches_all_who_were_there:
//!     Carol joins while a line is on its way to a slow client, and the room is borrowed: in
//!     the server, this `borrow_mut()` panics. A borrow lasts to the end of its statement or
//!     block. No `.await` may lie in between: take what you need out of the room first.
//! somebody_may_join_while_a_line_is_on_its_way:
//!     Carol joins while a line is on its way to a slow client, and the room is borrowed: in
//!     the server, this `borrow_mut()` panics. A borrow lasts to the end of its statement or
//!     block. No `.await` may lie in between: take what you need out of the room first.
//! ```

#![allow(clippy::await_holding_refcell_ref, reason = "this is the mistake")]

use std::cell::RefCell;

use self::tests::Member;
use stage5_select::Exception;

async fn say(room: &RefCell<Vec<Member>>, line: &str) -> Result<(), Exception> {
    let count = room.borrow().len();
    for index in 0..count {
        room.borrow()[index].write(line).await?;
    }
    Ok(())
}
