//! The socket of one connection, which can be told to end in a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP stream.
pub(super) struct Link {
    stream: TcpStream,
    reset: Reset,
}

/// Lets a connection end in a reset (RST) instead of an orderly end (FIN), whenever it ends.
#[derive(Clone, Default)]
pub(super) struct Reset(Arc<AtomicBool>);

impl Reset {
    /// Decides it.
    pub fn arm(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Link {
    /// Wraps a stream.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, reset: Reset::default() }
    }

    /// Returns the switch.
    pub fn reset(&self) -> Reset {
        self.reset.clone()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.reset.0.load(Ordering::Relaxed) {
            // Closing a socket that lingers for no time discards what is unsent and resets the peer.
            let _best_effort = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Link {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
