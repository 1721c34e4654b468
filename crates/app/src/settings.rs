//! How a deployment is set up, as options of the command line say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Settings of a deployment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
}

impl Default for Settings {
    fn default() -> Self {
        // A proxy on the same machine, as the manual describes it.
        Self { proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()] }
    }
}
