//! The same coroutine twice, compiled and written out by hand; and how big coroutines are.
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

use std::mem::size_of_val;

use stage1_addition::machine::AddMachine;
use stage1_addition::{Coroutine, Exception, add};

/// Resumes it twice, and prints what comes out.
fn show(name: &str, mut coro: Coroutine<i128>) {
    println!("{name}: {:?}", coro.send(None));
    println!("{name}: {:?}", coro.send(Some(3)));
}

/// Nothing is needed after the `.await`.
async fn light() -> Result<i128, Exception> {
    add([1, 2]).await
}

/// A thousand numbers are.
async fn heavy() -> Result<i128, Exception> {
    let luggage = [1_i128; 1000];
    let first = add([1, 2]).await?;
    Ok(first + luggage[999])
}

/// The same, in a box.
async fn boxed() -> Result<i128, Exception> {
    let luggage = vec![1_i128; 1000];
    let first = add([1, 2]).await?;
    Ok(first + luggage[999])
}

fn main() {
    show("compiled", Coroutine::new(add([1, 2])));
    show("by hand", Coroutine::new(AddMachine::new([1, 2])));

    println!("light: {} bytes", size_of_val(&light()));
    println!("heavy: {} bytes", size_of_val(&heavy()));
    println!("boxed: {} bytes", size_of_val(&boxed()));
}
