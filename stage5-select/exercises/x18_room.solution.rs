//! x18, solved. The borrow ends with the statement that copies the list, before the first `.await`.

use std::cell::RefCell;

use self::tests::Member;
use stage5_select::Exception;

async fn say(room: &RefCell<Vec<Member>>, line: &str) -> Result<(), Exception> {
    let members = room.borrow().clone();
    for member in members {
        member.write(line).await?;
    }
    Ok(())
}
