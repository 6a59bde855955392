//! The book, and the program that builds and serves it.
//!
//! [`pages`] turns the pages under `book/src` into HTML, with mdBook as a library. What is ours of that is a
//! preprocessor, [`sources`], which plain mdBook runs as a command; it takes excerpts from the crates with
//! [`items`]. [`site`] says which file answers a request, [`wire`] puts hyper, which speaks HTTP, on a
//! connection of stage 5, and [`mod@serve`] runs it all on the loop of stage 5.

pub mod items;
pub mod pages;
pub mod serve;
pub mod site;
pub mod sources;
pub mod wire;

pub use pages::build;
pub use serve::{Limits, serve};
pub use site::Site;
