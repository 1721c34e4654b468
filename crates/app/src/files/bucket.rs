//! Files in a bucket of S3 or of what speaks like it.

use super::lying::{Lying, hash_in};
use crate::AppError;
use futures::TryStreamExt as _;
use luyuan_store::StoreError;
use object_store::{
    ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, path::Path, prefix::PrefixStore,
};
use std::{sync::Arc, time::Duration};

/// How long a request to the bucket is tried again before the caller hears of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bucket, and the place in it.
pub(super) type Bucket = Arc<dyn ObjectStore>;

/// What went wrong on the way to the bucket; it may be over the next time.
fn away(error: &object_store::Error) -> AppError {
    AppError::Store(StoreError::Busy(format!("files: {error}")))
}

/// The bucket at `s3://NAME/PLACE`; who may write there is told by the usual `AWS_…` variables.
pub(super) fn open(address: &str) -> Result<Bucket, AppError> {
    let bad = |why: String| AppError::File(format!("--files: {why}"));
    let rest = address.strip_prefix("s3://").filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let rest = rest.ok_or_else(|| bad(format!("{address:?} is neither a folder nor s3://BUCKET/PLACE")))?;
    let (name, place) = rest.split_once('/').unwrap_or((rest, ""));
    // Whoever was first is as good: there is only one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let bucket = AmazonS3Builder::from_env().with_bucket_name(name).with_retry(retry).build();
    let bucket = bucket.map_err(|error| bad(error.to_string()))?;
    let place = Path::parse(place.trim_matches('/')).map_err(|error| bad(error.to_string()))?;
    Ok(Arc::new(PrefixStore::new(bucket, place)))
}

pub(super) async fn put(bucket: &Bucket, below: &str, bytes: Vec<u8>) -> Result<(), AppError> {
    // Put again, the same bytes lie under the same name.
    bucket.put(&Path::from(below), bytes.into()).await.map(drop).map_err(|error| away(&error))
}

pub(super) async fn get(bucket: &Bucket, below: &str) -> Result<Option<Vec<u8>>, AppError> {
    let found = match bucket.get(&Path::from(below)).await {
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        found => found.map_err(|error| away(&error))?,
    };
    Ok(Some(found.bytes().await.map_err(|error| away(&error))?.into()))
}

pub(super) async fn list(bucket: &Bucket) -> Result<Vec<Lying>, AppError> {
    let lying = bucket.list(None).map_ok(|about| {
        let path = about.location.to_string();
        Lying { hash: hash_in(&path), path, bytes: about.size, at: about.last_modified.timestamp_millis() }
    });
    lying.try_collect().await.map_err(|error| away(&error))
}

pub(super) async fn remove(bucket: &Bucket, path: &str) -> Result<(), AppError> {
    bucket.delete(&Path::from(path)).await.map_err(|error| away(&error))
}
