//! Why an upload is not taken: what is wrong with it, and what would be right.

use policy::Language;
use thiserror::Error;

use crate::media::{Form, Media};

/// What stands in the way of an upload. Nothing was kept of it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Refused {
    #[error("the file is empty")]
    Empty,
    #[error("a {form} has at most {max} bytes")]
    TooLarge { form: Form, max: u64 },
    #[error("a case has at most {max} pieces of evidence")]
    TooMany { max: usize },
    /// `found` is what it looks like; empty if it looks like nothing known.
    #[error("neither a photo, a video nor a document that is taken: `{found}`")]
    Unsupported { found: &'static str },
    #[error("the {media} ends too early")]
    Truncated { media: Media },
    #[error("the {media} cannot be read")]
    Unreadable { media: Media },
    /// It is or carries something that could run or be shown as a page.
    #[error("the {media} carries {what}")]
    Dangerous { media: Media, what: &'static str },
    #[error("a picture of {width} × {height} is too large: at most {pixels} pixels, {side} a side")]
    TooManyPixels { width: u32, height: u32, pixels: u64, side: u32 },
    #[error("the {media} unpacks to more than {max} bytes")]
    UnpacksTooLarge { media: Media, max: u64 },
}

impl Refused {
    /// Stable, kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::TooMany { .. } => "too-many",
            Self::Unsupported { .. } => "unsupported",
            Self::Truncated { .. } => "truncated",
            Self::Unreadable { .. } => "unreadable",
            Self::Dangerous { .. } => "dangerous",
            Self::TooManyPixels { .. } => "too-many-pixels",
            Self::UnpacksTooLarge { .. } => "unpacks-too-large",
        }
    }

    /// A sentence for the person who sent it, with what would be taken.
    pub fn said(&self, language: Language) -> String {
        match language {
            Language::Zh => self.chinese(),
            Language::En => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Empty => "文件是空的，请重新选择".to_owned(),
            Self::TooLarge { form, max } => {
                let form = match form {
                    Form::Photo => "照片",
                    Form::Video => "视频",
                    Form::Document => "文件",
                };
                format!("{form}太大，最多 {}", megabytes(*max))
            }
            Self::TooMany { max } => format!("凭证已满，每个售后单最多 {max} 份"),
            Self::Unsupported { .. } => format!("不支持这种文件，请上传 {TAKEN}"),
            Self::Truncated { .. } => "文件不完整，可能没有传完，请重新上传".to_owned(),
            Self::Unreadable { .. } => "文件已损坏，无法读取，请换一份".to_owned(),
            Self::Dangerous { .. } => {
                "文件里带有脚本或别的文件，不能接收，请换一份干净的".to_owned()
            }
            Self::TooManyPixels { width, height, pixels, side } => format!(
                "图片尺寸 {width} × {height} 太大，总像素最多 {pixels}，每边最多 {side}，请缩小后再传"
            ),
            Self::UnpacksTooLarge { max, .. } => {
                format!("文件解压后太大，最多 {}", megabytes(*max))
            }
        }
    }

    fn english(&self) -> String {
        let advice = match self {
            Self::Empty => "choose another".to_owned(),
            Self::TooMany { .. } => "no more can be added".to_owned(),
            Self::Unsupported { .. } => format!("send {TAKEN}"),
            Self::Truncated { .. } => "send it again".to_owned(),
            Self::Unreadable { .. } => "send another copy".to_owned(),
            Self::Dangerous { .. } => "send a plain copy".to_owned(),
            Self::TooManyPixels { .. } => "make it smaller".to_owned(),
            Self::TooLarge { max, .. } | Self::UnpacksTooLarge { max, .. } => {
                format!("that is {}", megabytes(*max))
            }
        };
        format!("{self}; {advice}")
    }
}

/// As in [`Media::ALL`].
const TAKEN: &str = "JPEG, PNG, WebP, GIF, HEIC, MP4, MOV, PDF, XLSX, DOCX, TXT";

/// `10 MB`, rounded down; bytes where that would be nothing.
fn megabytes(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} B"),
        megabytes => format!("{megabytes} MB"),
    }
}
