//! Where credentials, region and endpoint come from: the SDK's chain, and the few settings it does not read.
//!
//! Nothing here touches the network. The chain is asked, instance metadata included, when the first request needs it.

use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileLoadError, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::EnvConfigValue;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::ServiceConfigKey;

use super::http;
use super::settings::{Keys, Settings};
use crate::model::error::{Error, Kind};

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// How long all providers together may take: single sign-on and credential processes ask a server of their own.
const LOAD: Duration = Duration::from_secs(30);

/// What was found, ready to make clients of.
pub(super) struct Found {
    /// The SDK's configuration, without an S3 endpoint.
    pub(super) sdk: SdkConfig,
    /// The profile in use, if one was named.
    pub(super) profile: Option<String>,
    /// The region that requests start from.
    pub(super) region: String,
    /// Whether that region is a guess.
    pub(super) region_is_default: bool,
    /// The S3 endpoint, if one is configured.
    pub(super) endpoint: Option<String>,
    /// Whether the caller may be asked for: at Amazon, or where an STS endpoint is configured too.
    pub(super) may_identify: bool,
    /// What the configuration says of path style.
    pub(super) path_style: Option<bool>,
    /// Whether requests are signed.
    pub(super) is_signed: bool,
    /// The file of certificates, if one is configured.
    pub(super) ca_bundle: Option<String>,
    /// Why nothing can be asked at all.
    pub(super) refusal: Option<Error>,
}

/// Reads environment and files.
pub(super) async fn find(settings: &Settings) -> Found {
    if let Some(keys) = &settings.static_keys {
        return fixed(settings, keys).await;
    }
    let mut refusal = None;
    let named = settings.profile.clone().or_else(|| variable("AWS_PROFILE"));
    let profiles = load_profiles(named.clone()).await.unwrap_or_else(|error| {
        refusal = Some(error);
        None
    });
    let profile = profiles.as_ref().and_then(|set| set.get_profile(set.selected_profile()));
    let in_profile = |name: &str| profile.and_then(|profile| profile.get(name)).map(str::to_owned);
    if !settings.no_sign_request && refusal.is_none() {
        refusal = profiles.as_ref().and_then(|set| refusal_of(settings, named.as_deref(), set));
    }
    let ca_bundle = variable("AWS_CA_BUNDLE").or_else(|| in_profile("ca_bundle"));
    let http = http::client(ca_bundle.as_deref()).await.unwrap_or_else(|error| {
        refusal.get_or_insert(error);
        http::plain_client()
    });
    let in_environment = || variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let from_outside = if settings.is_apart { None } else { in_environment() };
    let configured = settings.region.clone().or(from_outside).or_else(|| in_profile("region"));
    let region = configured.clone().unwrap_or_else(|| "us-east-1".to_owned());
    let is_retry_configured = ["AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"].iter().any(|name| variable(name).is_some())
        || ["max_attempts", "retry_mode"].iter().any(|name| in_profile(name).is_some());
    let sdk = load_config(settings, &region, http, is_retry_configured).await;
    let configured_endpoint = || {
        if settings.is_apart {
            // The endpoint of the environment must not get what is signed for another one.
            profiles.as_ref().and_then(profile_endpoint)
        } else {
            service_endpoint(&sdk, "S3", "AWS_ENDPOINT_URL")
        }
    };
    let endpoint = settings.endpoint_url.clone().or_else(configured_endpoint);
    let is_amazon = endpoint.as_deref().is_none_or(super::region::is_amazon);
    let refusal = refusal.or_else(|| endpoint.as_deref().and_then(refusal_of_endpoint));
    Found {
        may_identify: is_amazon || has_endpoint(&sdk, "STS"),
        path_style: settings.path_style.or_else(|| addressing_style(&in_profile("s3").unwrap_or_default())),
        profile: named,
        region,
        region_is_default: configured.is_none(),
        endpoint,
        is_signed: !settings.no_sign_request,
        ca_bundle,
        refusal,
        sdk,
    }
}

/// The configuration of keys that are known here, which reads neither environment nor files.
async fn fixed(settings: &Settings, keys: &Keys) -> Found {
    let mut refusal = None;
    let http = match settings.endpoint_url.as_deref() {
        Some(url) if url.starts_with("http://") => http::plain_client(),
        _ => http::client(None).await.unwrap_or_else(|error| {
            refusal = Some(error);
            http::plain_client()
        }),
    };
    let region = settings.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .http_client(http)
        .retry_config(retries())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::lazy().load_timeout(LOAD).build());
    if !settings.no_sign_request {
        let credentials =
            Credentials::new(&keys.access_key, &keys.secret_key, keys.session_token.clone(), None, "fixed");
        builder = builder.credentials_provider(SharedCredentialsProvider::new(credentials));
    }
    Found {
        sdk: builder.build(),
        profile: None,
        region_is_default: settings.region.is_none(),
        region,
        endpoint: settings.endpoint_url.clone(),
        may_identify: settings.endpoint_url.as_deref().is_none_or(super::region::is_amazon),
        path_style: settings.path_style,
        ca_bundle: None,
        is_signed: !settings.no_sign_request,
        refusal,
    }
}

/// Returns the names of all profiles of the AWS configuration files, in order; none where they cannot be read.
pub async fn profile_names() -> Vec<String> {
    let set = load_profiles(None).await.ok().flatten();
    let mut names: Vec<_> = set.iter().flat_map(ProfileSet::profiles).map(str::to_owned).collect();
    names.sort();
    names
}

/// Reads the files of the standard chain. A profile that was named but is not there is an error, as in the AWS CLI.
async fn load_profiles(named: Option<String>) -> Result<Option<ProfileSet>, Error> {
    let set = read_profiles(&Fs::real(), &Env::real(), named.clone())
        .await
        .map_err(|error| Error::new(Kind::Invalid, "read", "the AWS configuration", words(&error)))?;
    match named {
        Some(name) if set.get_profile(&name).is_none() => Err(Error::new(
            Kind::NoCredentials,
            "use",
            format!("the profile {name}"),
            "it is neither in ~/.aws/config nor in ~/.aws/credentials",
        )),
        _ => Ok(Some(set)),
    }
}

#[expect(clippy::default_trait_access, reason = "the type's public name is deprecated and its new one is not exported")]
async fn read_profiles(fs: &Fs, env: &Env, name: Option<String>) -> Result<ProfileSet, ProfileFileLoadError> {
    aws_config::profile::load(fs, env, &Default::default(), name.map(Into::into)).await
}

/// Returns why the profile cannot be used, if it cannot: it wants an MFA code, for which nobody can be asked here.
fn refusal_of(settings: &Settings, named: Option<&str>, set: &ProfileSet) -> Option<Error> {
    // Keys in the environment go before the profile unless it was named on the command line, so it does not matter.
    if settings.profile.is_none() && variable("AWS_ACCESS_KEY_ID").is_some() {
        return None;
    }
    let asks = mfa_profile(set, named.unwrap_or(set.selected_profile()))?;
    Some(Error::new(
        Kind::NoCredentials,
        "use",
        format!("the profile {asks}"),
        format!(
            "it asks for an MFA code (mfa_serial); run `aws configure export-credentials --profile {asks} \
             --format env` in this shell, evaluate what it prints, and start again"
        ),
    ))
}

/// Returns why an endpoint cannot be used, if it cannot.
fn refusal_of_endpoint(url: &str) -> Option<Error> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let cause = "it is not an address: write https://host or http://host:port";
    (rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')))
        .then(|| Error::new(Kind::Invalid, "use", format!("the endpoint {url}"), cause))
}

/// Returns the profile in the chain of source profiles that assumes a role with an MFA code.
fn mfa_profile(set: &ProfileSet, start: &str) -> Option<String> {
    let mut name = start.to_owned();
    for _ in 0..16 {
        let profile = set.get_profile(&name)?;
        if profile.get("role_arn").is_some() && profile.get("mfa_serial").is_some() {
            return Some(name);
        }
        let source = profile.get("source_profile")?;
        if source == name {
            return None;
        }
        source.clone_into(&mut name);
    }
    None
}

/// Returns the path style that the `s3 =` block of a profile wants: `addressing_style = path | virtual | auto`.
fn addressing_style(block: &str) -> Option<bool> {
    let style = block.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "addressing_style").then(|| value.trim())
    })?;
    match style {
        "path" => Some(true),
        "virtual" => Some(false),
        _ => None,
    }
}

/// Loads the SDK's configuration with our own chain and limits.
async fn load_config(
    settings: &Settings,
    region: &str,
    http: SharedHttpClient,
    is_retry_configured: bool,
) -> SdkConfig {
    let region = Region::new(region.to_owned());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .http_client(http.clone())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::lazy().load_timeout(LOAD).build());
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if !is_retry_configured {
        loader = loader.retry_config(retries());
    }
    if settings.no_sign_request {
        return loader.no_credentials().load().await;
    }
    let provider = provider(settings, region, http).await;
    loader.credentials_provider(provider).load().await
}

/// Returns the chain of providers; building it asks none of them.
async fn provider(settings: &Settings, region: Region, http: SharedHttpClient) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(Some(region.clone()))
        .with_http_client(http)
        .with_behavior_version(Some(BehaviorVersion::latest()));
    // Off EC2 nobody answers at the metadata address, and the browser waits for that before it can say so.
    let metadata = aws_config::imds::Client::builder()
        .configure(&config)
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(2))
        .max_attempts(2)
        .build();
    let Some(profile) = &settings.profile else {
        let chain =
            DefaultCredentialsChain::builder().configure(config).region(region).imds_client(metadata).build().await;
        return SharedCredentialsProvider::new(chain);
    };
    // A profile named on the command line goes before keys in the environment, as in the AWS CLI; one that holds no
    // credentials leaves them to the container and the machine.
    let named = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
    let container = EcsCredentialsProvider::builder().configure(&config).build();
    let instance = ImdsCredentialsProvider::builder().configure(&config).imds_client(metadata).build();
    SharedCredentialsProvider::new(
        CredentialsProviderChain::first_try("Profile", named)
            .or_else("EcsContainer", container)
            .or_else("Ec2InstanceMetadata", instance),
    )
}

/// Returns the endpoint that the chain configures for a service: `AWS_ENDPOINT_URL_S3`, then `AWS_ENDPOINT_URL`, then
/// the profile's `services` section and `endpoint_url`.
fn service_endpoint(sdk: &SdkConfig, service: &str, env: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env(env).profile("endpoint_url").build().ok()?;
    sdk.service_config()?.load_config(key).filter(|url| !url.is_empty())
}

/// Returns the S3 endpoint of the selected profile: that of its `services` section, then its `endpoint_url`.
fn profile_endpoint(set: &ProfileSet) -> Option<String> {
    let wanted = EnvConfigValue::new().profile("endpoint_url").service_id("S3");
    let nothing = Env::from_slice(&[]);
    let (url, _) = wanted.load(&nothing, Some(set))?;
    Some(url.into_owned()).filter(|url| !url.is_empty())
}

/// Returns whether an endpoint is configured for a service itself: one that is meant for every service is S3's alone on
/// servers that speak nothing else.
pub(super) fn has_endpoint(sdk: &SdkConfig, service: &str) -> bool {
    let own = service_endpoint(sdk, service, "AWS_ENDPOINT_URL");
    // What was made of known keys reads no environment, and would not go there.
    let reads_environment = sdk.service_config().is_some();
    let is_named = reads_environment && variable(&format!("AWS_ENDPOINT_URL_{service}")).is_some();
    own.is_some() && own != sdk.endpoint_url().map(str::to_owned) || is_named
}

/// Few attempts and a short first wait: a dead endpoint is known within two seconds, a busy one is asked again.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(250))
}

/// No limit on a whole answer: a part may take minutes on a slow line. `client` has its own limit per call, and
/// `object` one between two chunks.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).build()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns an error and what caused it in one line.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    async fn profiles(text: &str) -> ProfileSet {
        let fs = Fs::from_map(HashMap::from([("config".to_owned(), text.as_bytes().to_vec())]));
        let env = Env::from_slice(&[("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "none")]);
        read_profiles(&fs, &env, None).await.unwrap()
    }

    #[tokio::test]
    async fn the_nested_block_says_the_addressing_style() {
        let set =
            profiles("[default]\nregion = x\ns3 =\n  max_concurrent_requests = 5\n  addressing_style = virtual\n")
                .await;
        let block = set.get_profile("default").unwrap().get("s3").unwrap();
        assert_eq!(addressing_style(block), Some(false));
        assert_eq!(addressing_style("addressing_style=path"), Some(true));
        assert_eq!(addressing_style("addressing_style = auto"), None);
        assert_eq!(addressing_style(""), None);
    }

    #[test]
    fn an_endpoint_is_an_address() {
        assert!(refusal_of_endpoint("http://localhost:9000").is_none());
        assert!(refusal_of_endpoint("localhost:9000").is_some() && refusal_of_endpoint("https://").is_some());
    }

    #[tokio::test]
    async fn the_endpoint_of_a_profile_is_its_services_one_first() {
        let own = profiles("[default]\nendpoint_url = http://all\n").await;
        assert_eq!(profile_endpoint(&own).as_deref(), Some("http://all"));
        let s3 = "[default]\nservices = mine\nendpoint_url = http://all\n[services mine]\ns3 =\n  endpoint_url = http://s3\n";
        assert_eq!(profile_endpoint(&profiles(s3).await).as_deref(), Some("http://s3"));
        assert_eq!(profile_endpoint(&profiles("[default]\nregion = x\n").await), None);
    }

    #[tokio::test]
    async fn an_mfa_profile_is_found_through_its_source() {
        let set = profiles(
            "[default]\n[profile top]\nrole_arn = a\nsource_profile = middle\n[profile middle]\nrole_arn = b\n\
             mfa_serial = m\nsource_profile = default\n[profile own]\nsource_profile = own\nrole_arn = c\n",
        )
        .await;
        assert_eq!(mfa_profile(&set, "top").as_deref(), Some("middle"));
        assert_eq!(mfa_profile(&set, "default"), None);
        assert_eq!(mfa_profile(&set, "own"), None);
    }
}
