//! x05, solved. The order in which they are settled does not matter: a promise keeps its result.

use stage3_promise::{Exception, Promise};

async fn both(a: Promise<i32>, b: Promise<i32>) -> Result<(i32, i32), Exception> {
    Ok((a.await?, b.await?))
}
