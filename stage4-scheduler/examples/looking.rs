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

use stage4_scheduler::Exception;
use stage4_scheduler::scan::{Promise, add_coro, run};

async fn cook(water: Promise<&'static str>) -> Result<String, Exception> {
    println!("cook: wants water");
    let water = water.await?;
    println!("cook: has {water}");
    Ok(format!("soup of {water}"))
}

async fn boil(water: Promise<&'static str>) -> Result<(), Exception> {
    println!("kettle: boils");
    water.set_success("hot water")?;
    println!("kettle: is done");
    Ok(())
}

fn main() -> Result<(), Exception> {
    run(async {
        let water = Promise::new();
        let soup = add_coro(cook(water.clone()));
        let _ = add_coro(boil(water)); // nobody waits for it, and it runs all the same
        println!("guest: wants soup");
        let soup = soup.await?;
        println!("guest: has {soup}");
        Ok(())
    })
}
