//! Workbooks whose structure is protected: Excel and WPS encrypt them with a password that is built into every program, so
//! that they open without asking. Any other password is the owner's, and the file is refused as encrypted.

mod package;
mod rc4;

pub(super) use package::decrypt as decrypt_package;
pub(super) use rc4::decrypt as decrypt_stream;

/// The password of "protect workbook" (MS-OFFCRYPTO 2.4.2.3), in UTF-16.
fn password() -> Vec<u8> {
    "VelvetSweatshop".encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Whether two hashes agree, as far as the shorter goes; nothing secret hangs on the time it takes.
fn agree(one: &[u8], other: &[u8]) -> bool {
    let length = one.len().min(other.len());
    length >= 16 && one.get(..length) == other.get(..length)
}
