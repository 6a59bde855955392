//! One coroutine twice, compiled and written by hand; and how big coroutines are.
//!
//! ```console
//! $ cargo run -q -p stage1-addition --example machine
//! compiled: Ok(Yielded(Action { name: "add", args: [1, 2] }))
//! compiled: Ok(Complete(3))
//! by hand: Ok(Yielded(Action { name: "add", args: [1, 2] }))
//! by hand: Ok(Complete(3))
//! light: 112 bytes
//! heavy: 16112 bytes
//! boxed: 128 bytes
//! ```

use std::io::{self, Write};
use std::mem::size_of_val;

use stage1_addition::machine::AddMachine;
use stage1_addition::{Coroutine, Exception, add};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `machine | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Resumes it twice, and prints what comes out.
fn show(name: &str, mut coro: Coroutine<i128>) {
    say!("{name}: {:?}", coro.send(None));
    say!("{name}: {:?}", coro.send(Some(3)));
}

/// Needs nothing after the `.await`.
async fn light() -> Result<i128, Exception> {
    add([1, 2]).await
}

/// Needs a thousand numbers after the first `.await`.
async fn heavy() -> Result<i128, Exception> {
    let luggage = [1_i128; 1000];
    let first = add([1, 2]).await?;
    Ok(first + luggage[999])
}

/// Needs them as well, but keeps them in a box.
async fn boxed() -> Result<i128, Exception> {
    let luggage = vec![1_i128; 1000];
    let first = add([1, 2]).await?;
    Ok(first + luggage[999])
}

fn main() {
    show("compiled", Coroutine::new(add([1, 2])));
    show("by hand", Coroutine::new(AddMachine::new([1, 2])));

    say!("light: {} bytes", size_of_val(&light()));
    say!("heavy: {} bytes", size_of_val(&heavy()));
    say!("boxed: {} bytes", size_of_val(&boxed()));
}
