//! What a program comes to, worked out without coroutines, promises or loops: go on with any task that
//! can, until none can.

use std::collections::BTreeSet;

use crate::program::{Awaited, OnError, Op, Outcome, Program, Report, heard, turned};

struct Task {
    added: bool,
    /// Which of its operations comes next.
    next: usize,
    number: u64,
    outcome: Option<Outcome>,
}

pub(crate) fn execute(program: &Program) -> Report {
    let mut promises: Vec<Option<Outcome>> = vec![None; program.promises];
    let mut tasks: Vec<Task> = (program.tasks.iter().enumerate())
        .map(|(index, task)| Task {
            added: task.from_the_start,
            next: 0,
            number: index as u64,
            outcome: None,
        })
        .collect();
    // Why from the last to the first? No loop goes that way, so nobody can say that it is copied.
    let mut progress = true;
    while progress {
        progress = false;
        for index in (0..tasks.len()).rev() {
            while goes_on(program, &mut promises, &mut tasks, index) {
                progress = true;
            }
        }
    }
    report(program, &promises, &tasks)
}

/// One operation of a task. Whether it could.
fn goes_on(
    program: &Program,
    promises: &mut [Option<Outcome>],
    tasks: &mut [Task],
    index: usize,
) -> bool {
    if !tasks[index].added || tasks[index].outcome.is_some() {
        return false;
    }
    let number = tasks[index].number;
    let op = program.tasks[index].ops.get(tasks[index].next).copied();
    let mut number_after = number;
    let mut outcome = None;
    match op.unwrap_or(Op::Return) {
        Op::AwaitTask(task, _) if !tasks[task].added => {}
        Op::AwaitPromise(_, on_error) | Op::AwaitTask(_, on_error) => {
            let Some(news) = awaited(promises, tasks, op) else {
                return false;
            };
            match (news, on_error) {
                (Err(text), OnError::LetPass) => outcome = Some(Err(text.clone())),
                (news, _) => number_after = heard(number, news),
            }
        }
        Op::SetSuccess(promise) | Op::SetException(promise) if promises[promise].is_some() => {
            number_after = number.wrapping_add(1); // it is refused
        }
        Op::SetSuccess(promise) => promises[promise] = Some(Ok(number)),
        Op::SetException(promise) => {
            promises[promise] = Some(Err(format!("settled with {number}")));
        }
        Op::Add(task) => tasks[task].added = true,
        Op::Return => outcome = Some(Ok(number)),
        Op::Raise => outcome = Some(Err(format!("task {index} raises {number}"))),
        Op::Panic => {
            outcome = Some(Err(format!(
                "the coroutine panicked: task {index} panics at {number}"
            )));
        }
    }
    let task = &mut tasks[index];
    task.next += 1;
    task.number = number_after;
    task.outcome = outcome;
    true
}

/// The result that an operation waits for, if it is there.
fn awaited<'a>(
    promises: &'a [Option<Outcome>],
    tasks: &'a [Task],
    op: Option<Op>,
) -> Option<&'a Outcome> {
    match op? {
        Op::AwaitPromise(promise, _) => promises[promise].as_ref(),
        Op::AwaitTask(task, _) => tasks[task].outcome.as_ref(),
        _ => None,
    }
}

fn report(program: &Program, promises: &[Option<Outcome>], tasks: &[Task]) -> Report {
    let mut report = Report::default();
    for (index, task) in tasks.iter().enumerate().filter(|(_, task)| task.added) {
        if let Some(outcome) = &task.outcome {
            report.ended.insert(index, outcome.clone());
            continue;
        }
        let op = program.tasks[index].ops.get(task.next).copied();
        assert!(
            awaited(promises, tasks, op).is_none(),
            "task {index} could go on"
        );
        let awaits = match op {
            Some(Op::AwaitTask(task, _)) => Awaited::Task(task),
            _ => Awaited::Promise,
        };
        report.stuck.insert(index, awaits);
    }
    // Each stuck task waits for one thing, so whoever follows from one to the next runs in a circle, or
    // comes to an end.
    for &start in report.stuck.keys() {
        let mut path = vec![start];
        let mut met = BTreeSet::from([start]);
        while let Some(Awaited::Task(next)) = path.last().and_then(|last| report.stuck.get(last)) {
            path.push(*next);
            if !met.insert(*next) {
                let begins = path.iter().position(|task| task == next).unwrap_or(0);
                report
                    .cycles
                    .insert(turned(path[begins..path.len() - 1].to_vec()));
                break;
            }
        }
    }
    report
}
