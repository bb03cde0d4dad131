//! The store: one client per region, the way every call goes, and what was learnt on the way.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3::config::{Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::types::RequestPayer;

use super::alias::RootAliases;
use super::credentials::{self, Found};
use super::fault;
use super::object::Departure;
use super::patience::Patience;
use super::probe::Abilities;
use super::region::{self, Hint, Regions};
use super::settings::Settings;
use crate::model::capability::Capabilities;
use crate::model::error::{Error, Kind};
use crate::model::name::BucketName;

/// One endpoint with one set of credentials. Cheap to clone.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Inner>);

pub(super) struct Inner {
    settings: Settings,
    session: RwLock<Arc<Session>>,
    regions: Regions,
    pub(super) abilities: Arc<Abilities>,
}

/// What is made anew when fresh credentials are asked for.
pub(super) struct Session {
    pub(super) found: Found,
    abilities: Arc<Abilities>,
    clients: RwLock<HashMap<(String, bool), Client>>,
}

/// What a call is about: for its error, its limit and the log.
pub(super) struct Call<'a> {
    /// The verb phrase of its error.
    pub(super) operation: &'static str,
    /// What it is about.
    pub(super) target: String,
    /// The permission that it needs.
    pub(super) permission: &'static str,
    /// The bucket whose region it goes to.
    pub(super) bucket: Option<&'a BucketName>,
    /// Whether the server may have to join or copy gigabytes before it answers.
    is_patient: bool,
    /// The body that it carries.
    departure: Option<&'a Departure>,
}

impl<'a> Call<'a> {
    /// Returns a call about a bucket or something in it.
    pub(super) fn new(
        operation: &'static str,
        target: impl Into<String>,
        permission: &'static str,
        bucket: &'a BucketName,
    ) -> Self {
        Self { operation, target: target.into(), permission, bucket: Some(bucket), is_patient: false, departure: None }
    }

    /// Returns a call about no bucket.
    pub(super) fn service(operation: &'static str, target: &'static str, permission: &'static str) -> Self {
        Self { operation, target: target.to_owned(), permission, bucket: None, is_patient: false, departure: None }
    }

    /// Gives the call all the time in which anything of its body moves.
    pub(super) fn carrying(mut self, departure: &'a Departure) -> Self {
        self.departure = Some(departure);
        self
    }

    /// Gives the call the time that a server may take to join or copy gigabytes.
    pub(super) fn patient(mut self) -> Self {
        self.is_patient = true;
        self
    }

    /// Returns an error of this call that no server made.
    pub(super) fn error(&self, kind: Kind, cause: impl Into<String>) -> Error {
        Error::new(kind, self.operation, self.target.clone(), cause)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("endpoint", &self.session().found.endpoint).finish_non_exhaustive()
    }
}

impl Store {
    /// Reads the configuration that the settings leave open. Touches no network.
    pub async fn open(settings: Settings) -> Self {
        let abilities = Arc::new(Abilities::default());
        let session = Session::new(Box::pin(credentials::find(&settings)).await, Arc::clone(&abilities));
        Self(Arc::new(Inner {
            settings,
            session: RwLock::new(Arc::new(session)),
            regions: Regions::default(),
            abilities,
        }))
    }

    /// Reads environment and files again and drops the credentials in use, so that the next call asks for fresh ones.
    pub async fn renew(&self) {
        let found = Box::pin(credentials::find(&self.0.settings)).await;
        let session = Session::new(found, Arc::clone(&self.0.abilities));
        *self.0.session.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(session);
    }

    /// Returns the region of a bucket, if it is known by now.
    pub fn region_of(&self, bucket: &BucketName) -> Option<String> {
        self.0.regions.of(bucket.as_str())
    }

    /// Returns what the server turned out to be able to do, so far.
    pub fn capabilities(&self) -> Capabilities {
        self.0.abilities.snapshot()
    }

    /// Returns the address at which a browser would find an object or a bucket, if it may be read there.
    pub fn url_of(&self, bucket: &BucketName, key: &str) -> String {
        use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
        const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
        let session = self.session();
        let (bucket_name, key) = (bucket.as_str(), utf8_percent_encode(key, PATH));
        if let Some(endpoint) = &session.found.endpoint {
            format!("{}/{bucket_name}/{key}", endpoint.trim_end_matches('/'))
        } else {
            let region = self.region_of(bucket).unwrap_or_else(|| session.found.region.clone());
            let end = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            if bucket.as_str().contains('.') {
                format!("https://s3.{region}.{end}/{bucket_name}/{key}")
            } else {
                format!("https://{bucket_name}.s3.{region}.{end}/{key}")
            }
        }
    }

    pub(super) fn session(&self) -> Arc<Session> {
        Arc::clone(&self.0.session.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn learn_region(&self, bucket: &str, region: &str) {
        self.0.regions.learn(bucket, region);
    }

    pub(super) fn forget_region(&self, bucket: &str) {
        self.0.regions.forget(bucket);
    }

    /// Returns how it was told to connect.
    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Returns how long the server is waited for.
    pub(super) fn patience(&self) -> Patience {
        self.0.settings.patience
    }

    /// Returns what requests say when the caller pays.
    pub(super) fn payer(&self) -> Option<RequestPayer> {
        self.0.settings.request_payer.then_some(RequestPayer::Requester)
    }

    /// Returns whether requests go to Amazon.
    pub fn is_amazon(&self) -> bool {
        self.session().found.endpoint.as_deref().is_none_or(region::is_amazon)
    }

    /// Returns whether bodies are sent without being part of the signature: over TLS, and on this machine.
    ///
    /// Signing a body costs six times its checksum, and protects nothing that TLS does not.
    pub(super) fn leaves_body_unsigned(&self) -> bool {
        self.session().found.endpoint.as_deref().is_none_or(region::is_private)
    }

    /// Sends a request, in the region of its bucket; learns that region once if it was wrong.
    ///
    /// Every call goes through here: it is where errors get their words, and where the log is written.
    pub(super) async fn call<T, E, F, Fut>(&self, call: &Call<'_>, send: F) -> Result<T, Error>
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let started = Instant::now();
        let answer = Box::pin(self.send(call, send));
        let result = if let Some(departure) = call.departure {
            departure.watch(answer).await.ok_or("the connection stands still".to_owned())
        } else {
            let limit = if call.is_patient { self.patience().work } else { self.patience().answer };
            tokio::time::timeout(limit, answer).await.map_err(|_| format!("no answer within {} s", limit.as_secs()))
        };
        let result = result.unwrap_or_else(|cause| Err(call.error(Kind::Network, cause)));
        log(call, started.elapsed(), &result);
        result
    }

    async fn send<T, E, F, Fut>(&self, call: &Call<'_>, send: F) -> Result<T, Error>
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let session = self.session();
        if let Some(refusal) = &session.found.refusal {
            return Err(refusal.clone());
        }
        let region = call.bucket.and_then(|bucket| self.region_of(bucket));
        let region = region.unwrap_or_else(|| session.found.region.clone());
        let error = match Box::pin(send(session.client(&region, call.bucket))).await {
            Ok(output) => {
                self.arrived(call, &region);
                return Ok(output);
            }
            Err(error) => error,
        };
        let right = match (call.bucket, region::hint(&error)) {
            (Some(_), Hint::Region(right)) => Some(right),
            (Some(bucket), Hint::Wrong) => Box::pin(ask_region(&session.client(&region, Some(bucket)), bucket)).await,
            _ => None,
        };
        let Some(right) = right.filter(|right| *right != region) else { return Err(fault::of(call, &error)) };
        if let Some(bucket) = call.bucket {
            self.learn_region(bucket.as_str(), &right);
        }
        Box::pin(send(session.client(&right, call.bucket))).await.map_err(|error| fault::of(call, &error))
    }

    /// A bucket that answered is in the region that was asked, or the server has but one.
    fn arrived(&self, call: &Call<'_>, region: &str) {
        if let Some(bucket) = call.bucket.filter(|bucket| !bucket.is_arn())
            && self.region_of(bucket).is_none()
        {
            self.learn_region(bucket.as_str(), region);
        }
    }
}

impl Session {
    fn new(found: Found, abilities: Arc<Abilities>) -> Self {
        Self { found, abilities, clients: RwLock::new(HashMap::new()) }
    }

    /// Returns the client of a region; the same HTTP connections serve all of them.
    pub(super) fn client(&self, region: &str, bucket: Option<&BucketName>) -> Client {
        // An ARN is always a host name of its own: path style does not apply.
        let is_arn = bucket.is_some_and(BucketName::is_arn);
        let key = (region.to_owned(), is_arn);
        if let Some(client) = self.clients.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return client.clone();
        }
        let client = self.make(region, is_arn);
        self.clients.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(client).clone()
    }

    fn make(&self, region: &str, is_arn: bool) -> Client {
        let found = &self.found;
        let endpoint =
            found.endpoint.as_deref().filter(|endpoint| region == found.region || !region::is_regional(endpoint));
        let is_amazon = found.endpoint.as_deref().is_none_or(region::is_amazon);
        let mut config = aws_sdk_s3::config::Builder::from(&found.sdk)
            .region(Region::new(region.to_owned()))
            .force_path_style(!is_arn && found.path_style.unwrap_or(!is_amazon))
            .use_arn_region(true)
            // The SDK's own quota of tries is one for all clients of a process, and only successes fill it again: an
            // endpoint that fails for good would leave all others without a second try.
            .retry_partition(RetryPartition::custom(region.to_owned()).build())
            // We compute and check CRC64NVME ourselves, once; the SDK adds only what an operation cannot do without.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .interceptor(RootAliases(Arc::clone(&self.abilities)));
        config.set_endpoint_url(endpoint.map(str::to_owned));
        if !found.is_signed {
            config = config.allow_no_auth();
        }
        Client::from_conf(config.build())
    }
}

/// Asks for the region of a bucket with the one call that needs no permission to be told so: the header comes with a
/// refusal too.
async fn ask_region(client: &Client, bucket: &BucketName) -> Option<String> {
    match client.head_bucket().bucket(bucket.as_str()).send().await {
        Ok(output) => output.bucket_region,
        Err(error) => error
            .raw_response()?
            .headers()
            .get("x-amz-bucket-region")
            .map(str::to_owned)
            .filter(|name| !name.is_empty()),
    }
}

fn log<T: RequestId>(call: &Call<'_>, elapsed: Duration, result: &Result<T, Error>) {
    let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(output) => {
            tracing::debug!(operation = call.operation, target_name = ?call.target, ms, request_id = output.request_id());
        }
        Err(error) => tracing::warn!(
            operation = call.operation,
            target_name = ?call.target,
            ms,
            request_id = error.request_id.as_deref(),
            code = error.code.as_deref(),
            kind = ?error.kind,
            cause = ?error.cause,
        ),
    }
}
