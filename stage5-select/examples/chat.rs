//! A chat: what one client types reaches all others.
//!
//! ```console,session=chat
//! $ cargo run -q -p stage5-select --example chat
//! Listening on port 4322
//! Connected to 127.0.0.1:[..]
//! Connected to 127.0.0.1:[..]
//! ```
//!
//! Join it from several other terminals, `nc 127.0.0.1 4322`. Ctrl-C ends it. Another address goes
//! after `--`: `cargo run -p stage5-select --example chat -- 127.0.0.1:0`.
//!
//! Two coroutines serve each client: one listens to it, and one tells it what the others said. All of
//! them share the room. There is no lock: they are on one thread, and nobody else runs between two
//! `.await`s, so all that must hold is that none of them pauses while it has the room borrowed.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use stage5_select::{
    Conn, Either, Exception, Lines, Listener, Promise, Server, interrupted, race, run, sleep, write,
};

/// How many lines may wait for a client that is slow to read. Without a limit, one that never reads
/// would have all the memory there is; and to wait for it would be to let it stop all the others.
const LIMIT: usize = 100;

#[derive(Default)]
struct Room {
    entered: u32,
    members: BTreeMap<u32, Outbox>,
}

/// What one client has still to be told.
struct Outbox {
    lines: VecDeque<Rc<str>>,
    missed: usize,
    /// Settled when there is something in here.
    news: Promise<()>,
}

/// A client's place in the room. It is left by dropping it, however the conversation ends.
struct Seat {
    room: Rc<RefCell<Room>>,
    number: u32,
}

impl Outbox {
    fn new() -> Self {
        Outbox {
            lines: VecDeque::new(),
            missed: 0,
            news: Promise::new(),
        }
    }

    fn put(&mut self, line: Rc<str>) {
        if self.lines.len() == LIMIT {
            self.lines.pop_front();
            self.missed += 1;
        }
        self.lines.push_back(line);
        let _ = self.news.set_success(()); // refused if it knows already
    }

    fn take(&mut self) -> Option<Rc<str>> {
        if self.missed > 0 {
            let missed = std::mem::take(&mut self.missed);
            return Some(format!("(lines missed: {missed})\n").into());
        }
        self.lines.pop_front()
    }
}

impl Seat {
    fn enter(room: Rc<RefCell<Room>>) -> Self {
        let number = {
            let mut room = room.borrow_mut();
            room.entered += 1;
            let number = room.entered;
            room.members.insert(number, Outbox::new());
            number
        };
        let seat = Seat { room, number };
        seat.say("has joined");
        seat
    }

    /// Tells all others.
    fn say(&self, what: &str) {
        let line: Rc<str> = format!("{} {what}\n", self.number).into();
        for (&number, outbox) in &mut self.room.borrow_mut().members {
            if number != self.number {
                outbox.put(Rc::clone(&line));
            }
        }
    }

    /// The next line for this client, or the promise to wait for.
    fn next_line(&self) -> Result<Rc<str>, Promise<()>> {
        let mut room = self.room.borrow_mut();
        let outbox = room.members.get_mut(&self.number);
        let outbox = outbox.expect("it is there as long as its seat");
        outbox.take().ok_or_else(|| {
            outbox.news = Promise::new();
            outbox.news.clone()
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.borrow_mut().members.remove(&self.number);
        self.say("has left");
    }
}

async fn listen(conn: &Conn, seat: &Seat) -> Result<(), Exception> {
    let mut lines = Lines::new(conn);
    while let Some(line) = lines.next().await? {
        // Their terminals obey control characters, so those stay here.
        let mut text = String::from_utf8_lossy(line).into_owned();
        text.retain(|letter| !letter.is_control());
        seat.say(&format!("says: {text}"));
        // The others first. A line is work for each of them, and one packet may hold a thousand lines.
        sleep(Duration::ZERO).await?;
    }
    Ok(())
}

async fn tell(conn: &Conn, seat: &Seat) -> Result<(), Exception> {
    loop {
        // The borrow has ended where the `match` begins: it must not be held across an `.await`.
        let next = seat.next_line();
        match next {
            Ok(line) => write(conn, line.as_bytes()).await?,
            Err(news) => news.await?,
        }
    }
}

async fn member(conn: Conn, room: Rc<RefCell<Room>>) -> Result<(), Exception> {
    let seat = Seat::enter(room);
    match race(listen(&conn, &seat), tell(&conn, &seat)).await {
        Either::Left(result) | Either::Right(result) => result,
    }
}

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let addr = args.next().unwrap_or_else(|| "127.0.0.1:4322".into());
    if args.next().is_some() || addr.as_encoded_bytes().starts_with(b"-") {
        eprintln!("usage: chat [ADDRESS]   (127.0.0.1:4322 if it is left out)");
        return ExitCode::FAILURE;
    }
    let served = run(async move {
        let room = Rc::new(RefCell::new(Room::default()));
        Server::new(Listener::bind(&*addr.to_string_lossy())?)
            .stop_when(interrupted(), Duration::ZERO)
            .serve(move |conn| member(conn, Rc::clone(&room)))
            .await
    });
    if let Err(exception) = served {
        eprintln!("chat: {exception:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
