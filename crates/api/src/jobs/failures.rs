//! Files that cannot be kept.

use axum::http::StatusCode;

use crate::problem::{Problem, Said};

pub(super) fn disk_failed(error: &std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return crate::evidence::disk_full();
    }
    Problem::internal(error)
}

pub(super) fn too_large(most: u64) -> Problem {
    let most = most >> 20;
    let detail = Said::new(
        format!("文件超过 {most} MB，请分成几个文件导入"),
        format!("the file has more than {most} MB; import it in parts"),
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", detail).at("body")
}
