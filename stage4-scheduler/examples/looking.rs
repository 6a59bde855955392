//! Three tasks on the loop that looks: who runs when, and who waits for whom.
//!
//! ```console
//! $ cargo run -q -p stage4-scheduler --example looking
//! guest: wants soup
//! cook: wants water
//! kettle: boils
//! kettle: is done
//! cook: has hot water
//! guest: has soup of hot water
//! ```

use std::io::{self, Write};

use stage4_scheduler::Exception;
use stage4_scheduler::scan::{Promise, add_coro, run};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `looking | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

async fn cook(water: Promise<&'static str>) -> Result<String, Exception> {
    say!("cook: wants water");
    let water = water.await?;
    say!("cook: has {water}");
    Ok(format!("soup of {water}"))
}

async fn boil(water: Promise<&'static str>) -> Result<(), Exception> {
    say!("kettle: boils");
    water.set_success("hot water")?;
    say!("kettle: is done");
    Ok(())
}

fn main() -> Result<(), Exception> {
    run(async {
        let water = Promise::new();
        let soup = add_coro(cook(water.clone()));
        let _ = add_coro(boil(water)); // nobody waits for it, and it runs all the same
        say!("guest: wants soup");
        let soup = soup.await?;
        say!("guest: has {soup}");
        Ok(())
    })
}
