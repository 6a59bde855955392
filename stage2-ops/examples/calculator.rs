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

use stage2_ops::error::ZeroDivisor;
use stage2_ops::{
    Exception, Object, Value, add, div, divmod, getattr, modulo, mul, run_task, setattr, sub,
};

/// A runner's laps, in seconds, as an object with attributes.
async fn training(laps: [i128; 4]) -> Result<Object, Exception> {
    let run = Object::new();
    setattr(&run, "metres", mul(400, laps.len() as i128).await?).await?;
    setattr(&run, "seconds", add(laps).await?).await?;
    Ok(run)
}

/// Metres in a second. What if no time has passed? Then the `?` returns the loop's exception.
async fn speed(run: &Object) -> Result<Value, Exception> {
    let metres = getattr(run, "metres").await?;
    let seconds = getattr(run, "seconds").await?;
    let speed = div(metres, seconds).await?;
    Ok(speed)
}

async fn report() -> Result<(), Exception> {
    let run = training([95, 101, 99, 105]).await?;
    println!("{run:?}");

    let seconds = getattr(&run, "seconds").await?;
    println!("seconds: {seconds}");
    println!(
        "minutes and seconds: {}",
        divmod(seconds.clone(), 60).await?
    );
    println!(
        "seconds past the full minute: {}",
        modulo(seconds.clone(), 60).await?
    );
    println!("short of seven minutes by: {}", sub(420, seconds).await?);
    println!("metres a second: {}", speed(&run).await?);

    setattr(&run, "seconds", 0).await?;
    match speed(&run).await {
        Err(error) if error.is::<ZeroDivisor>() => println!("caught: {error}"),
        other => println!("metres a second: {}", other?),
    }
    Ok(())
}

fn main() -> Result<(), Exception> {
    run_task(report())
}
