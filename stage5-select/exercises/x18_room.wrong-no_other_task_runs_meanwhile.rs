//! The mistake: on one thread no other task runs in the middle of a function.
//!
//! Its tests say:
//!
//! ```text
//! a_line_reaches_all_who_were_there:
//!     Carol was in the room when `bye` was said, and was told [].
//!     Is Carol still in the room?
//! somebody_may_join_while_a_line_is_on_its_way:
//!     Ann and Bob were in the room, then Carol joined. Now there are ["Ann", "Bob"].
//!     Other tasks use the room while you wait: leave in it what is in it, and work on a copy.
//! ```

use std::cell::RefCell;

use self::tests::Member;
use stage5_select::Exception;

async fn say(room: &RefCell<Vec<Member>>, line: &str) -> Result<(), Exception> {
    let members = room.take();
    for member in &members {
        member.write(line).await?;
    }
    room.replace(members);
    Ok(())
}
