//! What a server can do, as far as it is known.

/// Whether a server has an ability, such as conditional writes or stored checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Support {
    /// Not asked yet, and not to be guessed from the server's name.
    #[default]
    Unknown,
    /// An answer proved it.
    Yes,
    /// The server refused or ignored it.
    No,
}

/// The abilities that change what the program may promise about a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Capabilities {
    /// `If-None-Match: *` on `PutObject` and `CompleteMultipartUpload`.
    pub conditional_writes: Support,
    /// `If-Match` on the same; only `No` is ever learnt, since a success proves nothing.
    pub guarded_replaces: Support,
    /// CRC64NVME sent as a trailer or header, and stored.
    pub checksums: Support,
}
