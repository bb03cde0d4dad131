//! Reads of what only passes through: they leave no copy in the system's page cache that was not there before.
//!
//! A file of many gigabytes that is sent once would push out what others need, and while the cache grows into memory
//! that nobody has touched for long, everything on a small machine waits, the keys of a person among it.

use std::fs::File;
use std::io;

/// How much is read at once, in bytes. Servers often run kernels that nothing interrupts inside a call: it has to be
/// short, and what is read is still in the processor's cache when its pages are taken for the next.
const STEP: usize = 256 * 1024;

/// Fills the buffer from a position.
///
/// # Errors
/// What the system says; `UnexpectedEof` if the file ends before.
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let (mut rest, mut offset) = (buffer, offset);
    while !rest.is_empty() {
        let step = rest.len().min(STEP);
        let (chunk, _) = rest.split_at_mut(step);
        match read_at(file, chunk, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                rest = rest.split_at_mut(count).1;
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Uses `RWF_DONTCACHE` (Linux 6.14, <https://man7.org/linux/man-pages/man2/readv.2.html>) where the kernel and the file
/// system have it.
#[cfg(target_os = "linux")]
fn read_at(file: &File, chunk: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;

    use rustix::io::{Errno, ReadWriteFlags};

    const DONTCACHE: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);
    match rustix::io::preadv2(file, &mut [io::IoSliceMut::new(chunk)], offset, DONTCACHE) {
        Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => file.read_at(chunk, offset),
        read => Ok(read?),
    }
}

#[cfg(not(target_os = "linux"))]
fn read_at(file: &File, chunk: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, chunk, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn all_bytes_come_in_their_order_from_any_file_system_and_an_early_end_is_an_error() {
        let contents: Vec<u8> = (0..251).cycle().take(STEP * 2 + 77).collect();
        for folder in [tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap()] {
            let path = folder.path().join("f");
            std::fs::write(&path, &contents).unwrap();
            let file = File::open(&path).unwrap();
            let mut buffer = vec![0; contents.len() - 5];
            read_exact_at(&file, &mut buffer, 5).unwrap();
            assert!(buffer == contents[5..]);
            let early = read_exact_at(&file, &mut buffer, 6).unwrap_err();
            assert_eq!(early.kind(), io::ErrorKind::UnexpectedEof);
            read_exact_at(&file, &mut [], u64::MAX >> 1).unwrap();
        }
    }
}
