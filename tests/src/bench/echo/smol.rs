//! smol: a task for each connection, on a `LocalExecutor` that its `block_on` drives.

use std::io;

use smol::LocalExecutor;
use smol::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use smol::net::{TcpListener, TcpStream};

pub(super) fn serve(listener: std::net::TcpListener) -> io::Result<()> {
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let listener = TcpListener::try_from(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            executor.spawn(echo(stream)).detach();
        }
    }))
}

async fn echo(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    while stream.read_until(b'\n', &mut line).await? > 0 {
        reply.clear();
        reply.extend_from_slice(b"echo: ");
        reply.extend_from_slice(&line);
        stream.get_mut().write_all(&reply).await?;
        line.clear();
    }
    Ok(())
}
