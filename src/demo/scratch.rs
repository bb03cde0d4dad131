//! A folder of sample files for the other pane, removed when it is dropped.

use std::fs;
use std::io;
use std::path::Path;

use crate::demo::sample::file;

/// A temporary folder.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Returns where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Makes an empty folder.
pub fn empty() -> io::Result<Scratch> {
    tempfile::Builder::new().prefix("bucketry-demo-").tempdir().map(Scratch)
}

/// Makes a folder of text, tables, pictures, nested and empty folders and a symbolic link.
pub fn scratch() -> io::Result<Scratch> {
    let folder = empty()?;
    let root = folder.path();
    for name in ["documents/letters", "pictures", "projects/anvil/src", "projects/anvil/target", "empty"] {
        fs::create_dir_all(root.join(name))?;
    }
    let write = |name: &str, bytes: &[u8]| fs::write(root.join(name), bytes);
    write("README.txt", b"These files are made up, and gone when the demo ends.\nCopy them to a bucket with F5.\n")?;
    write("orders.csv", file::csv(500).as_bytes())?;
    write("items.json", file::json(40).as_bytes())?;
    write("orders.csv.gz", &file::gzip(file::csv(500).as_bytes()))?;
    write(".hidden", b"Shown with the hidden files only.\n")?;
    write("documents/offer.md", b"# Offer\n\nTen anvils.\n")?;
    write("documents/Grüße.txt", "Grüße.\n".as_bytes())?;
    write("documents/letters/one.txt", b"Dear Sir or Madam,\n")?;
    write("documents/letters/two.txt", b"Dear Madam or Sir,\n")?;
    write("pictures/logo.png", &file::png(96, 96))?;
    write("pictures/factory.png", &file::png(320, 200))?;
    write("projects/anvil/Makefile", b"all:\n\tstrike\n")?;
    write("projects/anvil/src/main.c", b"int main(void) { return 0; }\n")?;
    // Big enough for a multipart upload and for a progress bar to be seen.
    write("projects/anvil/target/image.bin", &file::pattern(1024 * 1024).repeat(24))?;
    #[cfg(unix)]
    std::os::unix::fs::symlink("documents/offer.md", root.join("latest-offer.md"))?;
    Ok(folder)
}
