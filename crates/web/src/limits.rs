//! How often one caller may do what costs something: writing, logging in, uploading, searching.
//! Reading is not counted and costs nothing here.
//!
//! A caller is an address, or, when the request carries a key, the key. Who is logged in counts by their
//! account too, so that many addresses are no way around. A key that turns out to be
//! none counts against its address as a failed login, so that trying keys is not a way around.

use crate::{Site, origin};
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// How often in a minute; 0 is without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Orders, ratings and other writing, by an address.
    pub writes: u32,
    /// Attempts to log in, and wrong keys, by an address.
    pub logins: u32,
    /// Requests that carry files, by an address.
    pub uploads: u32,
    /// Searches in words, by an address.
    pub searches: u32,
    /// All of these by a program with a key.
    pub keys: u32,
    /// All of these by somebody who is logged in, or proved a number, from whatever address.
    pub accounts: u32,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Login,
    Upload,
    Search,
}

/// After so many requests that were counted, callers who have been quiet are forgotten.
const SWEEP: u32 = 4096;

/// Counts callers.
#[derive(Default)]
pub struct Limits {
    writes: Option<DefaultKeyedRateLimiter<u64>>,
    logins: Option<DefaultKeyedRateLimiter<u64>>,
    uploads: Option<DefaultKeyedRateLimiter<u64>>,
    searches: Option<DefaultKeyedRateLimiter<u64>>,
    keys: Option<DefaultKeyedRateLimiter<u64>>,
    accounts: Option<DefaultKeyedRateLimiter<u64>>,
    /// Callers are kept by a hash that nobody outside can aim at.
    names: RandomState,
    clock: DefaultClock,
    /// Until when addresses that tried too many keys may use none.
    barred: Mutex<HashMap<u64, <DefaultClock as Clock>::Instant>>,
    counted: AtomicU32,
}

/// A request that comes too early: after how many seconds it may come again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooMany(pub u64);

impl TooMany {
    /// An answer without words yet.
    pub fn bare(self) -> Response {
        (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, HeaderValue::from(self.0))]).into_response()
    }
}

impl Limits {
    /// Counts by these bounds.
    pub fn new(bounds: Bounds) -> Self {
        let of = |a_minute| NonZeroU32::new(a_minute).map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_minute(n)));
        Self {
            writes: of(bounds.writes),
            logins: of(bounds.logins),
            uploads: of(bounds.uploads),
            searches: of(bounds.searches),
            keys: of(bounds.keys),
            accounts: of(bounds.accounts),
            ..Self::default()
        }
    }

    fn of(&self, kind: Kind) -> Option<&DefaultKeyedRateLimiter<u64>> {
        match kind {
            Kind::Write => self.writes.as_ref(),
            Kind::Login => self.logins.as_ref(),
            Kind::Upload => self.uploads.as_ref(),
            Kind::Search => self.searches.as_ref(),
        }
    }

    fn count(&self, limiter: Option<&DefaultKeyedRateLimiter<u64>>, caller: u64) -> Result<(), TooMany> {
        let Some(limiter) = limiter else { return Ok(()) };
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            let all = [&self.writes, &self.logins, &self.uploads, &self.searches, &self.keys, &self.accounts];
            for each in all.into_iter().flatten() {
                each.retain_recent();
            }
        }
        limiter.check_key(&caller).map_err(|early| {
            let wait = early.wait_time_from(limiter.clock().now());
            TooMany(wait.as_secs() + 1)
        })
    }

    /// Counts a request.
    fn check(&self, kind: Kind, address: Option<IpAddr>, key: Option<&[u8]>) -> Result<(), TooMany> {
        let address = address.map(|address| self.names.hash_one(network(address)));
        match key.filter(|_| kind != Kind::Login) {
            Some(key) => {
                if let Some(until) = address.and_then(|address| self.barred.lock().ok()?.get(&address).copied()) {
                    let now = self.clock.now();
                    if until > now {
                        return Err(TooMany(until.duration_since(now).as_secs() + 1));
                    }
                }
                self.count(self.keys.as_ref(), self.names.hash_one(key))
            }
            None => address.map_or(Ok(()), |address| self.count(self.of(kind), address)),
        }
    }

    /// Counts a request by who sent it: their account's id, or what they proved.
    fn account(&self, who: &str) -> Result<(), TooMany> {
        self.count(self.accounts.as_ref(), self.names.hash_one(who))
    }

    /// Counts a key that was none; too many bar the address from using keys for a while.
    fn wrong_key(&self, address: Option<IpAddr>) {
        let Some(address) = address.map(|address| self.names.hash_one(network(address))) else { return };
        if let Err(TooMany(seconds)) = self.count(self.logins.as_ref(), address)
            && let Ok(mut barred) = self.barred.lock()
        {
            let now = self.clock.now();
            barred.retain(|_, until| *until > now);
            barred.insert(address, now + Duration::from_secs(seconds));
        }
    }
}

/// What counts as one caller: an address, or the network that one connection gets with IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
        address => address,
    }
}

/// What a request costs; nothing for reading.
fn kind_of(method: &Method, path: &str, query: &str, headers: &HeaderMap) -> Option<Kind> {
    if *method == Method::GET || *method == Method::HEAD {
        // Lists in words, and the search for a place while somebody types.
        let words = path == "/places/search"
            || query.split('&').any(|pair| pair.strip_prefix("q=").is_some_and(|q| !q.is_empty()));
        return words.then_some(Kind::Search);
    }
    if *method == Method::OPTIONS {
        return None;
    }
    let form = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    Some(match path {
        "/login" | "/login/second" | "/login/passkey" | "/login/passkey/options" | "/mine/code" | "/mine/proof" => {
            Kind::Login
        }
        _ if form.starts_with("multipart/") || form.starts_with("image/") || path == "/api/v1/photos" => Kind::Upload,
        _ => Kind::Write,
    })
}

/// The key that a request carries, if any.
fn key_of(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes)
}

/// A mark on a request that costs something and carries no key: it counts by its account too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costs;

/// Counts a request by the account from which it comes, if it costs something.
pub(crate) fn count_account(site: &Site, request: &mut Request, who: &str) {
    if request.extensions().get::<Costs>().is_some()
        && let Err(early) = site.operating.limits.account(who)
    {
        request.extensions_mut().insert(early);
    }
}

/// A request on its way through the limits.
pub(crate) struct Counted(Option<IpAddr>);

/// Counts a request; one that comes too early is marked, and refused where its language and format
/// are known.
pub(crate) fn count(site: &Site, request: &mut Request) -> Option<Counted> {
    let (method, uri) = (request.method(), request.uri());
    let kind = kind_of(method, uri.path(), uri.query().unwrap_or_default(), request.headers())?;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
    // A proxy that says nothing is the caller itself.
    let address = origin::address(peer, request.headers(), &site.app.settings.proxies).or(peer);
    let key = key_of(request.headers());
    let keyed = key.is_some();
    if let Err(early) = site.operating.limits.check(kind, address, key) {
        request.extensions_mut().insert(early);
        return None;
    }
    if !keyed {
        request.extensions_mut().insert(Costs);
    }
    keyed.then_some(Counted(address))
}

/// After the answer to a request that carried a key: whether the key was one.
pub(crate) fn settle(site: &Site, counted: &Counted, status: StatusCode) {
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        site.operating.limits.wrong_key(counted.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        assert_eq!(network(ip("2001:db8::1")), network(ip("2001:db8::ffff:1")));
        assert_ne!(network(ip("2001:db8::1")), network(ip("2001:db8:0:1::1")));
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
        assert_ne!(network(ip("192.0.2.1")), network(ip("192.0.2.2")));
    }

    #[test]
    fn reading_costs_nothing() {
        let kind = |method: Method, path: &str, query: &str| kind_of(&method, path, query, &HeaderMap::new());
        assert_eq!(kind(Method::GET, "/orders", "state=open&q="), None);
        assert_eq!(kind(Method::GET, "/orders", "q=%E7%81%AF"), Some(Kind::Search));
        assert_eq!(kind(Method::GET, "/places/search", ""), Some(Kind::Search));
        for path in ["/login", "/login/passkey/options", "/mine/code", "/mine/proof"] {
            assert_eq!(kind(Method::POST, path, ""), Some(Kind::Login), "{path}");
        }
        assert_eq!(kind(Method::POST, "/api/v1/orders", ""), Some(Kind::Write));
        assert_eq!(kind(Method::POST, "/api/v1/photos", ""), Some(Kind::Upload));
        assert_eq!(kind(Method::OPTIONS, "/api/v1/orders", ""), None);
    }

    #[test]
    fn the_next_one_is_told_when_to_come_again_and_others_are_not_held_up() {
        let limits = Limits::new(Bounds { writes: 3, logins: 2, keys: 5, ..Bounds::default() });
        let (one, other) = (Some(ip("192.0.2.1")), Some(ip("192.0.2.2")));
        for _ in 0..3 {
            limits.check(Kind::Write, one, None).unwrap();
        }
        let TooMany(seconds) = limits.check(Kind::Write, one, None).unwrap_err();
        assert!((1..=21).contains(&seconds), "{seconds}");
        limits.check(Kind::Write, other, None).unwrap();
        limits.check(Kind::Search, one, None).expect("this is without a limit");
        for _ in 0..5 {
            limits.check(Kind::Write, one, Some(b"Bearer good")).expect("a key has an allowance of its own");
        }
        limits.check(Kind::Write, one, Some(b"Bearer good")).unwrap_err();
        limits.check(Kind::Write, one, Some(b"Bearer other")).unwrap();
        let accounts = Limits::new(Bounds { accounts: 2, ..Bounds::default() });
        for _ in 0..2 {
            accounts.account("somebody").unwrap();
        }
        accounts.account("somebody").expect_err("from whatever address");
        accounts.account("somebody else").unwrap();
        for _ in 0..3 {
            limits.wrong_key(other);
        }
        limits.check(Kind::Write, other, Some(b"Bearer next")).expect_err("who tries keys is stopped");
        limits.check(Kind::Write, one, Some(b"Bearer next")).unwrap();
    }
}
