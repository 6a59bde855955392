//! The report that names every stuck task: what it awaits, and the lines of both.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::panic::Location;

/// A task as the loop sees it from outside: which one it is, and where it is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskInfo {
    /// Tasks are numbered from 1, in the order in which they were added.
    pub number: u64,
    /// The line of its `add_coro`.
    pub added_at: &'static Location<'static>,
    /// Each `.await` that it is paused at: several, if a combinator awaits several things; none, if the task
    /// has not begun or awaits a future that is not a promise.
    pub pauses: Vec<Pause>,
}

/// One `.await`, and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The line of the `.await`.
    pub at: &'static Location<'static>,
    /// What it waits for.
    pub awaits: Awaits,
}

/// What an `.await` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaits {
    /// The result of the task of that number.
    ResultOf(u64),
    /// A promise that was made at that line.
    Promise(&'static Location<'static>),
}

/// Nothing can go on, and nothing is left that could change that (T24).
///
/// ```
/// use stage4_scheduler::{Deadlock, Promise, run};
///
/// let error = run(async { Promise::<()>::new().await }).unwrap_err();
/// let deadlock: &Deadlock = error.downcast_ref().unwrap();
/// assert_eq!(deadlock.tasks.len(), 1);
/// println!("{deadlock}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlock {
    /// Every task that is stuck, in the order of their numbers.
    pub tasks: Vec<TaskInfo>,
}

impl Deadlock {
    /// The cycles: tasks that each await the result of the next, and the last one that of the first.
    ///
    /// A task is in one of them at most. If two cycles share a task, one is shown. That is enough to begin
    /// with, and it keeps the report as long as the list of tasks.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<u64>> {
        let mut awaited: HashMap<u64, Vec<u64>> = (self.tasks.iter())
            .map(|task| (task.number, task.awaited_tasks()))
            .collect();
        let mut cycles = Vec::new();
        // For each task that was visited: its place on the path, or `None` if it is done with.
        let mut visited: HashMap<u64, Option<usize>> = HashMap::new();
        for task in &self.tasks {
            // Depth first. The path is a list, so that a chain a million tasks long needs no stack.
            let mut path = Vec::new();
            let mut next = Some(task.number);
            while let Some(number) = next {
                match visited.get(&number) {
                    None => {
                        visited.insert(number, Some(path.len()));
                        path.push(number);
                    }
                    Some(&Some(start)) => {
                        let cycle = path.split_off(start);
                        visited.extend(cycle.iter().map(|&number| (number, None)));
                        cycles.push(cycle);
                    }
                    Some(None) => {}
                }
                next = None;
                while let (None, Some(last)) = (next, path.last()) {
                    next = awaited.get_mut(last).and_then(Vec::pop);
                    if next.is_none() {
                        visited.insert(*last, None);
                        path.pop();
                    }
                }
            }
        }
        cycles
    }
}

impl TaskInfo {
    /// The tasks that it waits for, the last one first.
    fn awaited_tasks(&self) -> Vec<u64> {
        let result_of = |pause: &Pause| match pause.awaits {
            Awaits::ResultOf(number) => Some(number),
            Awaits::Promise(_) => None,
        };
        let mut numbers: Vec<u64> = self.pauses.iter().filter_map(result_of).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }
}

impl fmt::Display for Awaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Awaits::ResultOf(number) => write!(f, "the result of task {number}"),
            Awaits::Promise(made_at) => write!(f, "the promise made at {made_at}"),
        }
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}, added at {}", self.number, self.added_at)?;
        for Pause { at, awaits } in &self.pauses {
            write!(f, "\n    waits at {at} for {awaits}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, tasks) = match self.tasks.len() {
            1 => (1, "task waits"),
            count => (count, "tasks wait"),
        };
        write!(
            f,
            "deadlock: {count} {tasks}, and nothing is left that could wake one"
        )?;
        f.write_str(" (settle every promise that is awaited, and let no task await itself)")?;
        for task in &self.tasks {
            write!(f, "\n  {task}")?;
            if task.pauses.is_empty() {
                f.write_str("\n    waits for something that left no note (a future that is not a promise, and that nobody can wake)")?;
            }
        }
        for cycle in self.cycles() {
            f.write_str("\n  a cycle: ")?;
            cycle
                .iter()
                .try_for_each(|number| write!(f, "task {number} -> "))?;
            write!(f, "task {}", cycle[0])?;
        }
        Ok(())
    }
}

impl Error for Deadlock {}
