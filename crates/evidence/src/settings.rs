//! Where content is kept.

use std::{path::PathBuf, sync::Arc};

use object_store::{
    ClientOptions, ObjectStore,
    aws::{AmazonS3Builder, S3ConditionalPut},
    local::LocalFileSystem,
};

use crate::{content::Content, failure::Failure};

/// A place for content.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder of ours; made if it is not there.
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket with the S3 protocol.
#[derive(Clone)]
pub struct Bucket {
    /// `https://s3.example.com`; Amazon's own if `None`.
    pub endpoint: Option<String>,
    pub name: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    /// Whether the endpoint may be `http:`. For a network of one's own only.
    pub allow_http: bool,
    /// Whether the bucket's name is part of the host name rather than of the path.
    pub in_host_name: bool,
    /// Where uploads wait until they are whole: a folder of ours on a local disk.
    pub incoming: PathBuf,
}

/// The keys are not for logs.
impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket")
            .field("endpoint", &self.endpoint)
            .field("name", &self.name)
            .field("region", &self.region)
            .field("allow_http", &self.allow_http)
            .finish_non_exhaustive()
    }
}

impl Place {
    /// Opens the place. Blocks for a moment; does not reach out to a bucket yet.
    pub fn open(&self) -> Result<Content, Failure> {
        match self {
            Self::Folder(folder) => {
                let (kept, incoming) = (folder.join("kept"), folder.join("incoming"));
                std::fs::create_dir_all(&kept)?;
                std::fs::create_dir_all(&incoming)?;
                // Without `fsync` a file that was reported as kept could be gone after a crash.
                let store = LocalFileSystem::new_with_prefix(&kept)?.with_fsync(true);
                Ok(Content::new(Arc::new(store), incoming, Some(kept)))
            }
            Self::Bucket(bucket) => {
                std::fs::create_dir_all(&bucket.incoming)?;
                Ok(Content::new(bucket.store()?, bucket.incoming.clone(), None))
            }
        }
    }
}

impl Bucket {
    fn store(&self) -> Result<Arc<dyn ObjectStore>, Failure> {
        let options = ClientOptions::new().with_allow_http(self.allow_http);
        let mut builder = AmazonS3Builder::new()
            .with_client_options(options)
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(&self.secret_key)
            .with_virtual_hosted_style_request(self.in_host_name)
            .with_conditional_put(S3ConditionalPut::Disabled)
            // Several makers of such stores have neither tags nor bulk deletes.
            .with_disable_tagging(true)
            .with_disable_bulk_delete(true)
            .with_allow_http(self.allow_http);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        Ok(Arc::new(builder.build()?))
    }
}
