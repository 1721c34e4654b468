//! How a deployment is set up, as options of the command line say.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

/// Settings of a deployment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Another provider through which people can log in.
    pub oidc: Option<Oidc>,
    /// How long a plan for new parks is searched for; what is found by then comes with its gap.
    pub siting: Duration,
}

/// A provider through which people can log in (OpenID Connect Core 1.0).
#[derive(Debug, Clone)]
pub struct Oidc {
    /// Its issuer's address, exactly as it names itself.
    pub issuer: String,
    /// How it knows this deployment.
    pub client: String,
    /// What it gave this deployment to prove itself with; none for a public client.
    pub secret: Option<Secret>,
    /// How people call it, for the button.
    pub name: String,
    /// How long one request to it may take.
    pub patience: Duration,
}

/// A text that logs do not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Default for Settings {
    fn default() -> Self {
        // A proxy on the same machine, as the manual describes it.
        Self {
            proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            oidc: None,
            siting: Duration::from_secs(10),
        }
    }
}
