//! What went wrong on our side.

use std::{error::Error as StdError, io};

use kernel::IdError;
use store::StoreError;
use thiserror::Error;

use crate::{hash::Hash, refused::Refused};

/// Why an upload was not kept.
#[derive(Debug, Error)]
pub enum TakeError {
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The sender went away or its connection broke: nothing was kept.
    #[error("the upload broke off")]
    BrokeOff(#[source] Box<dyn StdError + Send + Sync>),
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The disk, the bucket or the database failed. Whether an upload was kept is then unknown; giving
/// it again is harmless.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("the records failed")]
    Store(#[from] StoreError),
    #[error("the content store failed")]
    Content(#[from] object_store::Error),
    #[error("a temporary file failed")]
    Disk(#[from] io::Error),
    #[error("a worker thread died")]
    Worker(#[from] tokio::task::JoinError),
    /// Its bytes are not those that were stored.
    #[error("the content of evidence {id} is damaged")]
    Damaged { id: Hash },
    #[error("no evidence {id} is kept")]
    Absent { id: Hash },
    #[error("the record of evidence cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the hash is no identifier")]
    Id(#[from] IdError),
    /// Others kept changing the same record. Nothing was written.
    #[error("the evidence of the case is being changed by others")]
    Contended,
    #[error("a thumbnail cannot be made")]
    Thumbnail(#[from] image::ImageError),
}

impl Failure {
    /// Whether the disk is full (or a quota is used up): to be told apart, since it is for whoever
    /// runs the server, and reading still works.
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn StdError + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<io::Error>()
                && matches!(io.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            {
                return true;
            }
            cause = error.source();
        }
        false
    }

    /// Whether to come back in a moment.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Store(error) => error.is_busy(),
            Self::Contended => true,
            Self::Content(_)
            | Self::Disk(_)
            | Self::Worker(_)
            | Self::Damaged { .. }
            | Self::Absent { .. }
            | Self::Unreadable(_)
            | Self::Id(_)
            | Self::Thumbnail(_) => false,
        }
    }
}
