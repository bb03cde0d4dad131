//! The HTTP client: one connection pool for all regions, proxies, and a trust store of one's own.

use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::model::error::{Error, Kind};

/// Idle connections that are kept: as many as a busy copy uses, or each part would shake hands again.
const MAX_IDLE: usize = 512;

/// How long an idle connection is kept. Amazon closes its side after about 5 s of idling in the worst case and S3
/// tells so with a FIN, which the pool sees; longer idling saves handshakes on other servers.
const IDLE: Duration = Duration::from_mins(1);

/// Where metadata services live: no proxy reaches them.
const NEVER_PROXIED: &str = "169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,localhost,127.0.0.1,::1";

/// Returns a client that speaks TLS, through the proxy and with the certificates that the environment names.
pub(super) async fn client(ca_bundle: Option<&str>) -> Result<SharedHttpClient, Error> {
    let proxy = proxy_from(&|name| std::env::var(name).ok())?;
    let context = tls_context(ca_bundle).await?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = pooled(settings, components);
        builder.set_proxy_config(proxy.clone());
        builder.tls_provider(tls::Provider::rustls(CryptoMode::AwsLc)).tls_context(context.clone()).build()
    }))
}

/// Returns a client for plain HTTP alone, which has no certificates to read: the demo's and the tests'.
pub(super) fn plain_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| pooled(settings, components).build_http())
}

/// Returns what all connections of the SDK have in common.
fn pooled(settings: Option<&HttpConnectorSettings>, components: Option<&RuntimeComponents>) -> ConnectorBuilder {
    let mut builder = Connector::builder();
    builder
        .set_connector_settings(settings.cloned())
        .set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl))
        .set_enable_tcp_nodelay(true)
        .set_pool_idle_timeout(Some(Some(IDLE)))
        .set_pool_max_idle_per_host(Some(MAX_IDLE));
    builder
}

/// Returns a way to one address by the same proxy and certificates, for what is no call of the SDK.
pub(super) async fn connector(url: &str, ca_bundle: Option<&str>) -> Result<Connector, Error> {
    let mut builder = Connector::builder();
    builder.set_proxy_config(proxy_from(&|name| std::env::var(name).ok())?);
    if url.starts_with("http://") {
        return Ok(builder.build_http());
    }
    let context = tls_context(ca_bundle).await?;
    Ok(builder.tls_provider(tls::Provider::rustls(CryptoMode::AwsLc)).tls_context(context).build())
}

/// Reads `HTTPS_PROXY` and `NO_PROXY`, in either case. Only TLS is proxied: plain HTTP is for endpoints nearby.
fn proxy_from(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<ProxyConfig>, Error> {
    let either = |upper: &str| {
        variable(upper).or_else(|| variable(&upper.to_lowercase())).filter(|value| !value.trim().is_empty())
    };
    let Some(url) = either("HTTPS_PROXY") else { return Ok(None) };
    let url = if url.contains("://") { url } else { format!("http://{url}") };
    let none = either("NO_PROXY").map_or_else(|| NEVER_PROXIED.to_owned(), |own| format!("{own},{NEVER_PROXIED}"));
    // The address may hold a password, so neither it nor the error's text is repeated.
    let config = ProxyConfig::https(url)
        .map_err(|_| Error::new(Kind::Invalid, "use", "HTTPS_PROXY", "it is not the address of a proxy"))?;
    Ok(Some(config.no_proxy(none)))
}

/// Returns the trust store: the system's, or the one file that the configuration names.
async fn tls_context(ca_bundle: Option<&str>) -> Result<TlsContext, Error> {
    let Some(path) = ca_bundle else { return Ok(TlsContext::default()) };
    let refused = |cause: String| Error::new(Kind::Invalid, "use the certificates of", path, cause);
    let pem = tokio::fs::read(path).await.map_err(|error| refused(Error::from_io("", path, &error).cause))?;
    if !pem.windows(17).any(|window| window == b"BEGIN CERTIFICATE") {
        return Err(refused("the file holds no PEM certificate".to_owned()));
    }
    let store = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(store).build().map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_proxy_is_read_in_either_case_and_without_a_scheme() {
        for pairs in [&[("HTTPS_PROXY", "http://proxy:3128")][..], &[("https_proxy", "proxy:3128")][..]] {
            let found = proxy_from(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned()));
            assert!(found.unwrap().is_some());
        }
        assert!(proxy_from(&environment(&[("HTTPS_PROXY", " ")])).unwrap().is_none());
    }

    #[test]
    fn a_wrong_proxy_is_refused_without_repeating_its_password() {
        let error = proxy_from(&environment(&[("HTTPS_PROXY", "http://u:hunter2@ bad")])).unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_bundle_without_certificates_is_refused_by_name() {
        let error = tls_context(Some("/dev/null")).await.unwrap_err();
        assert!(error.to_string().contains("/dev/null"), "{error}");
    }
}
