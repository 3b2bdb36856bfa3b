//! Stable codes of this crate, each with its meaning and what to do.

mod annotate;
mod archive;
mod file;
mod mapping;
mod notice;
mod template;

pub use annotate::AnnotateCode;
pub use archive::ArchiveCode;
pub use file::FileCode;
pub use mapping::MappingCode;
pub use notice::NoticeCode;
pub use template::TemplateCode;
