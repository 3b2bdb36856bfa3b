//! Little-endian fields of binary formats, never beyond the end.

/// Bytes that are taken one after another.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// The next bytes; `None` when there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn f64(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A count or size of 32 bits.
    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }
}

/// A number in 30 bits: an integer or the upper half of a double, perhaps in hundredths (MS-XLS 2.5.122 `RkNumber`).
pub(super) fn rk(value: u32) -> f64 {
    let number = if value & 2 == 0 {
        f64::from_bits(u64::from(value & !3) << 32)
    } else {
        // The upper 30 bits with their sign.
        f64::from(value.cast_signed() >> 2)
    };
    if value & 1 == 0 { number } else { number / 100.0 }
}

/// The text of an error code (MS-XLS 2.5.10 `BErr`).
pub(super) fn error_text(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#UNKNOWN!",
    }
}

/// UTF-16 text; half characters become the replacement character.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_numbers_are_unpacked() {
        let check = |value: u32, expected: f64| assert!((rk(value) - expected).abs() < 1e-12, "{value:#x}");
        check((5 << 2) | 2, 5.0);
        check((12345 << 2) | 3, 123.45);
        check(((-7_i32 << 2) | 2).cast_unsigned(), -7.0);
        check(0x3FF0_0000, 1.0);
        check(0x3FF8_0000 | 1, 0.015);
    }
}
