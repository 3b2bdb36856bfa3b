//! Hand-built packages: a small workbook from its parts, and zip containers that may lie.

use std::io::Write;

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The namespace of ordinary workbooks.
pub(crate) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of one sheet, part by part.
pub(crate) struct Parts(pub(crate) Vec<(String, Vec<u8>)>);

impl Parts {
    /// A workbook whose only sheet has this sheet data.
    pub(crate) fn with_data(data: &str) -> Self {
        Self::with_sheet(&format!(
            r#"<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>"#
        ))
    }

    /// A workbook whose only sheet is this part.
    pub(crate) fn with_sheet(sheet: &str) -> Self {
        let rels = |inside: &str| {
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>"#
            )
        };
        let rel = |id: &str, kind: &str, target: &str| {
            format!(r#"<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#)
        };
        let workbook = format!(
            r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>"#
        );
        let book_rels = rel("rId1", "worksheet", "worksheets/sheet1.xml")
            + &rel("rId2", "sharedStrings", "sharedStrings.xml")
            + &rel("rId3", "styles", "styles.xml");
        let styles = format!(
            r#"<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>
            <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"><protection locked="0"/></xf><xf numFmtId="49"/></cellXfs>
            <cellStyles/></styleSheet>"#
        );
        let strings = format!(r#"<sst xmlns="{MAIN}"><si><t>甲</t></si><si><t>乙</t></si></sst>"#);
        let part = |name: &str, text: String| (name.to_owned(), text.into_bytes());
        Self(vec![
            part("[Content_Types].xml", "<Types/>".into()),
            part("_rels/.rels", rels(&rel("rId1", "officeDocument", "xl/workbook.xml"))),
            part("xl/workbook.xml", workbook),
            part("xl/_rels/workbook.xml.rels", rels(&book_rels)),
            part("xl/worksheets/sheet1.xml", sheet.to_owned()),
            part("xl/sharedStrings.xml", strings),
            part("xl/styles.xml", styles),
        ])
    }

    /// Replaces a part, or adds it.
    pub(crate) fn set(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref().to_vec();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = content,
            None => self.0.push((name.to_owned(), content)),
        }
        self
    }

    /// Replaces a text inside a part.
    pub(crate) fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let old = self
            .0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, content)| content.clone())
            .expect("the part");
        let old = String::from_utf8(old).expect("text");
        assert!(old.contains(from), "{name} holds no {from}");
        self.set(name, old.replace(from, to))
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// An honest zip file with deflated parts.
    pub(crate) fn zip(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in &self.0 {
            writer.start_file(name.as_str(), options).expect("a part");
            writer.write_all(content).expect("its content");
        }
        writer.finish().expect("the directory").into_inner()
    }

    /// The same with stored parts, as entries that can be made to lie.
    pub(crate) fn entries(&self) -> Vec<RawEntry> {
        self.0
            .iter()
            .map(|(name, content)| RawEntry::stored(name, content))
            .collect()
    }
}

/// One entry of a hand-written zip file.
#[derive(Clone)]
pub(crate) struct RawEntry {
    pub(crate) name: String,
    pub(crate) local_name: String,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) compressed: u32,
    pub(crate) inflated: u32,
    pub(crate) crc: u32,
    /// Extra field of the central header.
    pub(crate) extra: Vec<u8>,
    /// Offset in place of the true one.
    pub(crate) offset: Option<u32>,
}

impl RawEntry {
    pub(crate) fn stored(name: &str, data: &[u8]) -> Self {
        let size = u32::try_from(data.len()).expect("small");
        Self {
            name: name.into(),
            local_name: name.into(),
            data: data.to_vec(),
            method: 0,
            flags: 0,
            compressed: size,
            inflated: size,
            crc: crc32(data),
            extra: Vec::new(),
            offset: None,
        }
    }
}

/// What the end record says, where it shall not be the truth.
#[derive(Default)]
pub(crate) struct EndRecord {
    pub(crate) entries: Option<u16>,
    pub(crate) start: Option<u32>,
    /// Write a ZIP64 end record and locator, and full fields in the ordinary one.
    pub(crate) zip64: bool,
    pub(crate) trailing: Vec<u8>,
}

/// Writes entries byte by byte (APPNOTE 4.3).
pub(crate) fn raw_zip(entries: &[RawEntry], end: &EndRecord) -> Vec<u8> {
    let mut file = Vec::new();
    let mut central = Vec::new();
    for entry in entries {
        let offset = entry
            .offset
            .unwrap_or_else(|| u32::try_from(file.len()).expect("small"));
        let sizes = |out: &mut Vec<u8>, name: &str, extra: usize| {
            out.extend(entry.flags.to_le_bytes());
            out.extend(entry.method.to_le_bytes());
            out.extend([0, 0, 0x21, 0]);
            out.extend(entry.crc.to_le_bytes());
            out.extend(entry.compressed.to_le_bytes());
            out.extend(entry.inflated.to_le_bytes());
            out.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
            out.extend(u16::try_from(extra).expect("short").to_le_bytes());
        };
        if entry.offset.is_none() {
            file.extend(b"PK\x03\x04\x14\0");
            sizes(&mut file, &entry.local_name, 0);
            file.extend(entry.local_name.as_bytes());
            file.extend(&entry.data);
        }
        central.extend(b"PK\x01\x02\x14\0\x14\0");
        sizes(&mut central, &entry.name, entry.extra.len());
        central.extend([0; 10]);
        central.extend(0u32.to_le_bytes());
        central.truncate(central.len() - 4);
        central.extend(offset.to_le_bytes());
        central.extend(entry.name.as_bytes());
        central.extend(&entry.extra);
    }
    let start = u32::try_from(file.len()).expect("small");
    let size = u32::try_from(central.len()).expect("small");
    file.extend(central);
    let count = u16::try_from(entries.len()).expect("few");
    if end.zip64 {
        let record = u64::try_from(file.len()).expect("small");
        file.extend(b"PK\x06\x06");
        file.extend(44u64.to_le_bytes());
        file.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [u64::from(count), u64::from(count), u64::from(size), u64::from(start)] {
            file.extend(value.to_le_bytes());
        }
        file.extend(b"PK\x06\x07\0\0\0\0");
        file.extend(record.to_le_bytes());
        file.extend(1u32.to_le_bytes());
    }
    let (count, size, start) = if end.zip64 {
        (0xFFFF, u32::MAX, u32::MAX)
    } else {
        (end.entries.unwrap_or(count), size, end.start.unwrap_or(start))
    };
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(size.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file.extend(&end.trailing);
    file
}

/// CRC-32 of zip files (reflected polynomial 0xEDB88320).
pub(crate) fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}
