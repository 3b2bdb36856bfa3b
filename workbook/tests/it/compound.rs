//! Hand-built `.xls` files: a compound file from a stream, a stream from records.

/// A record of a workbook stream.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A BIFF8 stream with one sheet of the given records; `globals` come before the sheet list.
pub(crate) fn stream(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat(),
        )
    };
    let head = [begin(0x0005), globals.concat()].concat();
    let listed = |offset: u32| record(0x0085, &[&offset.to_le_bytes()[..], &[0, 0, 2, 0, b'A', b'1']].concat());
    let end = record(0x000A, &[]);
    let offset = head.len() + listed(0).len() + end.len();
    let listed = listed(u32::try_from(offset).expect("small"));
    [head, listed, end.clone(), begin(0x0010), sheet.concat(), end].concat()
}

/// A number cell.
pub(crate) fn number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    record(0x0203, &[place, value.to_le_bytes().to_vec()].concat())
}

const SECTOR: usize = 512;
const FREE: u32 = u32::MAX;
const END: u32 = u32::MAX - 1;
const FAT: u32 = u32::MAX - 2;

/// What a compound file says, where it shall not be the truth.
#[derive(Default)]
pub(crate) struct Lies {
    /// Entries of the allocation table to overwrite.
    pub(crate) fat: Vec<(usize, u32)>,
    /// Bytes of the file to overwrite.
    pub(crate) bytes: Vec<(usize, Vec<u8>)>,
}

/// A compound file with one stream: sector 0 is the allocation table, 1 the directory, from 2 on the stream.
pub(crate) fn compound(name: &str, stream: &[u8], lies: &Lies) -> Vec<u8> {
    let mut content = stream.to_vec();
    // Streams below 4096 bytes stand elsewhere.
    content.resize(content.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = u32::try_from(content.len() / SECTOR).expect("small");
    let mut fat = vec![FAT, END];
    fat.extend((3..2 + sectors).chain([END]));
    assert!(fat.len() <= SECTOR / 4, "one allocation sector is enough");
    fat.resize(SECTOR / 4, FREE);
    for (at, value) in &lies.fat {
        fat[*at] = *value;
    }
    let mut header = vec![0; SECTOR];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    put(44, &1_u32.to_le_bytes());
    put(48, &1_u32.to_le_bytes());
    put(56, &4096_u32.to_le_bytes());
    put(60, &END.to_le_bytes());
    put(68, &END.to_le_bytes());
    put(76, &[0xFF; 436]);
    put(76, &0_u32.to_le_bytes());
    let entry = |name: &str, kind: u8, start: u32, size: u32| {
        let mut entry = vec![0; 128];
        let units: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64..66].copy_from_slice(&u16::try_from(units.len()).expect("short").to_le_bytes());
        entry[66] = kind;
        entry[68..80].copy_from_slice(&[0xFF; 12]);
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&size.to_le_bytes());
        entry
    };
    let size = u32::try_from(content.len()).expect("small");
    let mut directory = [entry("Root Entry", 5, END, 0), entry(name, 2, 2, size)].concat();
    directory.resize(SECTOR, 0);
    let fat: Vec<u8> = fat.into_iter().flat_map(u32::to_le_bytes).collect();
    let mut file = [header, fat, directory, content].concat();
    for (at, bytes) in &lies.bytes {
        file[*at..*at + bytes.len()].copy_from_slice(bytes);
    }
    file
}
