//! The book's program.
