//! The types that are taken, and nothing else.

use kernel::choice;

choice! {
    /// What may be evidence, each with its media type.
    pub enum Media {
        Jpeg = "image/jpeg",
        Png = "image/png",
        Webp = "image/webp",
        Gif = "image/gif",
        /// Kept as it is: nothing here can decode it, so it has no thumbnails.
        Heic = "image/heic",
        Mp4 = "video/mp4",
        Mov = "video/quicktime",
        Pdf = "application/pdf",
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// Any text, a CSV file too.
        Text = "text/plain",
    }
}

choice! {
    /// How large a thing may be depends on this.
    pub enum Form {
        Photo = "photo",
        Video = "video",
        Document = "document",
    }
}

choice! {
    /// What is made of a photo to be shown: JPEG, upright, without any metadata.
    pub enum Rendition {
        /// At most 224 pixels on its longer side.
        Small = "224",
        /// At most 1600 pixels on its longer side.
        Large = "1600",
    }
}

impl Media {
    pub fn form(self) -> Form {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Heic => Form::Photo,
            Self::Mp4 | Self::Mov => Form::Video,
            Self::Pdf | Self::Xlsx | Self::Docx | Self::Text => Form::Document,
        }
    }

    /// For a file name: `jpg`.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
            Self::Text => "txt",
        }
    }

    /// Whether thumbnails are made of it.
    pub fn is_shown(self) -> bool {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif => true,
            Self::Heic
            | Self::Mp4
            | Self::Mov
            | Self::Pdf
            | Self::Xlsx
            | Self::Docx
            | Self::Text => false,
        }
    }
}

impl Rendition {
    /// The longest side, in pixels.
    pub fn side(self) -> u32 {
        match self {
            Self::Small => 224,
            Self::Large => 1600,
        }
    }
}
