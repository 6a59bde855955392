//! The mistake: every `.await` pauses the task.
//!
//! Its tests say:
//!
//! ```text
//! it_pauses_once_and_goes_on:
//!     It went like this: before, after, the other task.
//!     The `.await` did not pause. It pauses only if the future returns `Pending`: a future
//!     that is ready at once lets nobody else run.
//! ```

use std::future;

async fn give_way() {
    future::ready(()).await;
}
