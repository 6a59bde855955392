//! A program made of the eight actions, and an error caught at its `?`.
//!
//! ```console
//! $ cargo run -q -p stage2-ops --example calculator
//! <object with metres, seconds>
//! seconds: 400
//! minutes and seconds: (6, 40)
//! seconds past the full minute: 40
//! short of seven minutes by: 20
//! metres a second: 4.0
//! caught: division by zero (look at the divisor before you ask)
//! ```

use std::io::{self, Write};

use stage2_ops::error::ZeroDivisor;
use stage2_ops::{
    Exception, Object, Value, add, div, divmod, getattr, modulo, mul, run_task, setattr, sub,
};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `calculator | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// A runner's laps, in seconds, as an object with attributes.
async fn training(laps: [i128; 4]) -> Result<Object, Exception> {
    let run = Object::new();
    setattr(&run, "metres", mul(400, laps.len() as i128).await?).await?;
    setattr(&run, "seconds", add(laps).await?).await?;
    Ok(run)
}

/// Metres in a second. If no time has passed, the last `?` returns the exception of the loop.
async fn speed(run: &Object) -> Result<Value, Exception> {
    let metres = getattr(run, "metres").await?;
    let seconds = getattr(run, "seconds").await?;
    let speed = div(metres, seconds).await?;
    Ok(speed)
}

async fn report() -> Result<(), Exception> {
    let run = training([95, 101, 99, 105]).await?;
    say!("{run:?}");

    let seconds = getattr(&run, "seconds").await?;
    say!("seconds: {seconds}");
    say!(
        "minutes and seconds: {}",
        divmod(seconds.clone(), 60).await?
    );
    say!(
        "seconds past the full minute: {}",
        modulo(seconds.clone(), 60).await?
    );
    say!("short of seven minutes by: {}", sub(420, seconds).await?);
    say!("metres a second: {}", speed(&run).await?);

    setattr(&run, "seconds", 0).await?;
    match speed(&run).await {
        Err(error) if error.is::<ZeroDivisor>() => say!("caught: {error}"),
        other => say!("metres a second: {}", other?),
    }
    Ok(())
}

fn main() -> Result<(), Exception> {
    run_task(report())
}
