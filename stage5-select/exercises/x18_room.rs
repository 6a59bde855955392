//! x18: mend a chat that panics when somebody joins at the wrong moment.
//!
//! `cargo test -p stage5-select --test x18_room` checks it. Hints: `x18_room.hint.md`.

#![allow(clippy::await_holding_refcell_ref, reason = "this is the mistake")]

use std::cell::RefCell;

use self::tests::Member;
use stage5_select::Exception;

/// Tells a line to all who are in the room when it is said.
async fn say(room: &RefCell<Vec<Member>>, line: &str) -> Result<(), Exception> {
    for member in room.borrow().iter() {
        member.write(line).await?;
    }
    Ok(())
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::say;
    use stage5_select::{Exception, Promise, Scheduler};

    /// A client. A clone is the same client.
    #[derive(Clone, Debug)]
    pub(super) struct Member {
        name: &'static str,
        /// Settled when there is room in the buffers of its connection.
        can_write: Promise<()>,
        told: Rc<RefCell<Vec<String>>>,
    }

    impl Member {
        fn new(name: &'static str) -> Self {
            let (can_write, told) = (Promise::new(), Rc::default());
            Member {
                name,
                can_write,
                told,
            }
        }

        /// Waits until the client can take a line, then sends it.
        pub(super) async fn write(&self, line: &str) -> Result<(), Exception> {
            (&self.can_write).await?;
            self.told.borrow_mut().push(line.to_owned());
            Ok(())
        }
    }

    struct Chat {
        room: Rc<RefCell<Vec<Member>>>,
        scheduler: Scheduler,
    }

    impl Chat {
        fn say(&self, line: &'static str) {
            let room = Rc::clone(&self.room);
            let _said = self
                .scheduler
                .add_coro(async move { say(&room, line).await });
            while self.scheduler.step().is_some() {}
        }

        /// What the task of a new client does first. It cannot wait for the room: it is no lock.
        fn join(&self, member: &Member) {
            let Ok(mut room) = self.room.try_borrow_mut() else {
                panic!(
                    "{} joins while a line is on its way to a slow client, and the room is borrowed: in\n\
                     the server, this `borrow_mut()` panics. A borrow lasts to the end of its statement or\n\
                     block. No `.await` may lie in between: take what you need out of the room first.",
                    member.name
                );
            };
            room.push(member.clone());
        }
    }

    /// Ann and Bob are in the room, and Ann is slow. Somebody says a line, then Carol joins, then Ann reads.
    fn chat() -> (Chat, [Member; 3]) {
        let members = [Member::new("Ann"), Member::new("Bob"), Member::new("Carol")];
        let [ann, bob, carol] = &members;
        let room = Rc::new(RefCell::new(vec![ann.clone(), bob.clone()]));
        let scheduler = Scheduler::new();
        let chat = Chat { room, scheduler };
        let _ = bob.can_write.set_success(());
        let _ = carol.can_write.set_success(());
        chat.say("hello");
        chat.join(carol);
        let _ = ann.can_write.set_success(());
        while chat.scheduler.step().is_some() {}
        (chat, members)
    }

    #[test]
    fn somebody_may_join_while_a_line_is_on_its_way() {
        let (chat, _) = chat();
        let names: Vec<_> = chat
            .room
            .borrow()
            .iter()
            .map(|member| member.name)
            .collect();
        assert!(
            names == ["Ann", "Bob", "Carol"],
            "Ann and Bob were in the room, then Carol joined. Now there are {names:?}.\n\
             Other tasks use the room while you wait: leave in it what is in it, and work on a copy."
        );
    }

    #[test]
    fn a_line_reaches_all_who_were_there() {
        let (chat, [ann, bob, carol]) = chat();
        chat.say("bye");
        for (member, expected) in [(&ann, 2), (&bob, 2)] {
            let told = member.told.borrow();
            assert!(
                told.len() == expected,
                "Two lines were said, and {} was told {told:?}.",
                member.name
            );
        }
        let told = carol.told.borrow();
        assert!(
            told.last().is_some_and(|line| line == "bye"),
            "Carol was in the room when `bye` was said, and was told {told:?}.\n\
             Is Carol still in the room?"
        );
    }
}
