//! Where a request comes from: the network address, and the device in a few words.

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use luyuan_app::login::Origin;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use crate::Site;

/// Browsers by a mark in what they say of themselves, in the order in which the marks tell: what
/// comes first also names those that come later.
const BROWSERS: [(&str, &str); 9] = [
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQ"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
];

/// Systems by a mark, likewise.
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

/// A device in a few words: `Chrome · Android`. Empty when nothing is known.
fn device(said: &str) -> String {
    let find =
        |marks: &[(&str, &'static str)]| marks.iter().find(|(mark, _)| said.contains(mark)).map(|(_, name)| *name);
    [find(&BROWSERS), find(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The address of whoever asks: the other end of the connection, or, when that is a proxy which is
/// believed, the last address in `X-Forwarded-For` that is none. What stands before it may have been
/// made up by the client.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer?;
    if !proxies.contains(&peer) {
        return Some(peer);
    }
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = said.flat_map(|list| list.split(',')).map(str::trim).collect();
    // A word that is no address ends the trust.
    let known = said.iter().rev().map_while(|one| one.parse::<IpAddr>().ok());
    known.into_iter().find(|one| !proxies.contains(one))
}

/// Where the request comes from.
pub(crate) struct From(pub Origin);

impl FromRequestParts<Site> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let said = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let address = address(peer, &parts.headers, &site.app.settings.proxies).map(|address| address.to_string());
        Ok(Self(Origin { address, device: device(said) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_proxy_says_who_asks() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("127.0.0.1"), ip("10.0.0.1")];
        let of = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            address(Some(ip(peer)), &headers, &proxies).map(|address| address.to_string())
        };
        assert_eq!(of("203.0.113.9", "1.2.3.4").as_deref(), Some("203.0.113.9"), "nobody is believed who is no proxy");
        assert_eq!(of("127.0.0.1", "6.6.6.6, 198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(of("127.0.0.1", "198.51.100.7, 10.0.0.1").as_deref(), Some("198.51.100.7"), "two proxies");
        assert_eq!(of("127.0.0.1", "198.51.100.7, unknown"), None);
        assert_eq!(address(Some(ip("127.0.0.1")), &HeaderMap::new(), &proxies), None, "a proxy that says nothing");
        assert_eq!(address(None, &HeaderMap::new(), &proxies), None);
    }

    #[test]
    fn a_device_is_named_by_what_people_call_it() {
        let chrome = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36";
        assert_eq!(device(chrome), "Chrome · Android");
        assert_eq!(device("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120"), "Edge · Windows");
        assert_eq!(device("something else"), "");
    }
}
