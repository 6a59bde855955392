//! The book, and the program that builds and serves it.
//!
//! [`pages`] makes HTML of the pages under `book/src`, with mdBook as a library. [`site`] says which
//! file answers a request, and `file.rs` how much of it. [`wire`] puts hyper, which speaks HTTP, on a
//! connection of ours; and [`mod@serve`] runs it all on the loop of the last stage.

mod file;
pub mod pages;
pub mod serve;
pub mod site;
pub mod wire;

pub use pages::{Footer, build};
pub use serve::{address, serve};
pub use site::Site;
