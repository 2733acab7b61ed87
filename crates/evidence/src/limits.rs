//! How much is taken.

use crate::media::Form;

/// Bounds on one upload and on one case. The caller takes them from the pack of the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    pub photo_bytes: u64,
    pub video_bytes: u64,
    pub document_bytes: u64,
    /// How many pieces of evidence a case may have.
    pub per_case: usize,
    /// Width times height of a picture.
    pub pixels: u64,
    /// Each side of a picture.
    pub side: u32,
    /// Bytes of a document that is an archive (XLSX, DOCX), once unpacked.
    pub unpacked_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            photo_bytes: 10 << 20,
            video_bytes: 100 << 20,
            document_bytes: 20 << 20,
            per_case: 30,
            pixels: 40_000_000,
            side: 16_384,
            unpacked_bytes: 128 << 20,
        }
    }
}

impl Limits {
    pub fn bytes(&self, form: Form) -> u64 {
        match form {
            Form::Photo => self.photo_bytes,
            Form::Video => self.video_bytes,
            Form::Document => self.document_bytes,
        }
    }
}
