//! The one client with which programs outside are told. It follows no redirects, goes through no
//! proxy, waits only so long, reads only so much, and connects only to addresses that may be asked:
//! names are resolved by a resolver that passes over all others, so that a name which leads inside
//! later (DNS rebinding) is of no use, and the address that was connected to is looked at again.

use super::{Failed, guard::Reachable};
use reqwest::{
    Client, Method, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
    redirect::Policy,
};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Most bytes of an answer that are read.
const MOST: usize = 64 * 1024;

/// The client.
#[derive(Clone)]
pub struct Http {
    client: Client,
    reachable: Arc<Reachable>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The beginning of the body.
    pub body: Vec<u8>,
    /// After how many seconds to try again, when the answer says so.
    pub retry_after: Option<u64>,
}

struct Guarded(Arc<Reachable>);

/// A name leads to no address that may be asked.
#[derive(Debug, thiserror::Error)]
#[error("address refused")]
struct Inside;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reachable = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<_> = found.filter(|at| reachable.allows(at.ip())).collect();
            if allowed.is_empty() {
                return Err(Inside.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl Http {
    pub(super) fn new(reachable: Reachable, patience: Duration) -> Result<Self, Failed> {
        // Somebody else may have chosen one before; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let reachable = Arc::new(reachable);
        let client = Client::builder()
            .dns_resolver(Arc::new(Guarded(reachable.clone())))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT.min(patience))
            .timeout(patience)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("Luyuan/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Failed::for_now("client"))?;
        Ok(Self { client, reachable })
    }

    /// Checks an address that somebody gave, without asking it.
    ///
    /// # Errors
    /// [`Failed`] with `address` for one that cannot be asked, `inside` for one that may not.
    pub async fn check(&self, url: &str) -> Result<Url, Failed> {
        let wrong = || Failed::forever("address");
        let url = Url::parse(url).map_err(|_| wrong())?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(wrong()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        let host = url.host_str().ok_or_else(wrong)?;
        // An address in place of a name goes past every resolver.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let allowed = |ip: IpAddr| if plain { self.reachable.own(ip) } else { self.reachable.allows(ip) };
        let fits = match literal {
            Ok(ip) => allowed(ip),
            Err(_) => {
                let found = tokio::time::timeout(CONNECT, tokio::net::lookup_host((host, 0))).await;
                let found = found.map_err(|_| Failed::for_now("timeout"))?.map_err(|_| Failed::for_now("name"))?;
                found.map(|at| at.ip()).any(allowed)
            }
        };
        if fits { Ok(url) } else { Err(Failed::forever("inside")) }
    }

    /// Posts a body; the answer, whatever its status.
    ///
    /// # Errors
    /// [`Failed`] when there was no answer, or the address may not be asked.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Failed> {
        self.send(Method::POST, url, headers, body).await
    }

    /// Sends a request; the answer, whatever its status.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub async fn send(&self, method: Method, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Failed> {
        let url = self.check(url).await?;
        let sent = self.client.request(method, url).headers(headers).body(body).send().await;
        let mut response = sent.map_err(|error| failed(&error))?;
        if !response.remote_addr().is_some_and(|at| self.reachable.allows(at.ip())) {
            return Err(Failed::forever("inside"));
        }
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut kept = Vec::new();
        while kept.len() < MOST {
            match response.chunk().await {
                Ok(Some(chunk)) => kept.extend_from_slice(&chunk[..chunk.len().min(MOST - kept.len())]),
                // The status says what became of it; the rest of the words do not matter.
                Ok(None) | Err(_) => break,
            }
        }
        Ok(Answer { status, body: kept, retry_after })
    }
}

/// Why there was no answer; the error's own words hold the address, and with it secrets.
fn failed(error: &reqwest::Error) -> Failed {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<Inside>() {
            return Failed::forever("inside");
        }
        cause = inner.source();
    }
    Failed::for_now(match () {
        () if error.is_timeout() => "timeout",
        () if error.is_connect() => "connect",
        () => "broken",
    })
}

impl Answer {
    /// Whether the receiver took it; else why not. 410 means that nobody listens there any more.
    ///
    /// # Errors
    /// [`Failed`] with `http` and the status.
    pub fn taken(&self) -> Result<(), Failed> {
        match self.status {
            200..300 => Ok(()),
            410 => Err(Failed::forever("http 410")),
            status => Err(Failed::for_now(format!("http {status}"))),
        }
    }
}
