//! `luyuan serve`: pages, and the clock beside them.

use super::{Common, Trouble};
use clap::Args;
use luyuan_app::App;
use luyuan_web::{Bounds, Limits, Metrics, Operating, Site};
use std::time::Duration;
use tokio::net::TcpListener;

/// How often deadlines are looked at.
pub const BEAT: Duration = Duration::from_secs(20);

/// How the pages are served.
#[derive(Args, Clone)]
pub struct Running {
    /// Seconds that requests under way have to be finished when the program is told to stop
    #[arg(long, global = true, env = "LUYUAN_GRACE", default_value_t = 20)]
    grace: u64,
    /// Address on which to serve /metrics for Prometheus, for yourself alone [default: nowhere]
    #[arg(long, global = true, env = "LUYUAN_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// Orders, ratings and the like that one address may send in a minute; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_WRITES", default_value_t = 240)]
    limit_writes: u32,
    /// Attempts to log in that one address may make in a minute; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_LOGINS", default_value_t = 60)]
    limit_logins: u32,
    /// Requests with photos that one address may send in a minute; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_UPLOADS", default_value_t = 120)]
    limit_uploads: u32,
    /// Searches in words that one address may make in a minute; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_SEARCHES", default_value_t = 600)]
    limit_searches: u32,
    /// All of these that a program with a key may send in a minute; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_KEYS", default_value_t = 0)]
    limit_keys: u32,
    /// All of these that one account may send in a minute, from whatever address; 0 for any number
    #[arg(long, global = true, env = "LUYUAN_LIMIT_ACCOUNTS", default_value_t = 240)]
    limit_accounts: u32,
}

impl Running {
    fn bounds(&self) -> Bounds {
        Bounds {
            writes: self.limit_writes,
            logins: self.limit_logins,
            uploads: self.limit_uploads,
            searches: self.limit_searches,
            keys: self.limit_keys,
            accounts: self.limit_accounts,
        }
    }

    /// Takes the port for what is counted, if that is wanted, and prints where it is.
    async fn metrics(&self) -> Result<Option<TcpListener>, Trouble> {
        let Some(address) = &self.metrics_listen else { return Ok(None) };
        let cannot = |error: std::io::Error| Trouble {
            code: 1,
            sentence: format!("cannot listen on {address}: {error}; choose another with --metrics-listen"),
        };
        let listener = TcpListener::bind(address).await.map_err(cannot)?;
        println!("metrics=http://{}/metrics", listener.local_addr().map_err(cannot)?);
        Ok(Some(listener))
    }
}

/// Where the pages are served, before the first is.
pub struct Door {
    listener: TcpListener,
    metrics: Option<TcpListener>,
    /// Address under which people reach it.
    pub address: String,
}

impl Door {
    /// Takes the port; port 0 takes any that is free.
    pub async fn open(common: &Common) -> Result<Self, Trouble> {
        let cannot = |error: std::io::Error| Trouble {
            code: 1,
            sentence: format!("cannot listen on {}: {error}; choose another with --listen", common.listen),
        };
        let listener = TcpListener::bind(&common.listen).await.map_err(cannot)?;
        let own = format!("http://{}", listener.local_addr().map_err(cannot)?);
        let metrics = common.running.metrics().await?;
        Ok(Self { listener, metrics, address: common.address.clone().unwrap_or(own) })
    }

    /// Serves until it is told to stop; what is under way is finished first, within a bound.
    pub async fn serve(self, app: App, demo: bool, common: &Common) -> Result<(), Trouble> {
        if !luyuan_web::interface_built() {
            eprintln!(
                "luyuan: the interface was not built into this program; run `cargo xtask ui`, then build again. Pages work, but plainly."
            );
        }
        let clock = tokio::spawn(app.clone().run_clock(BEAT));
        // The port is taken and answers are given while this runs.
        let ready = tokio::spawn(app.clone().keep_green_ready(BEAT));
        let running = &common.running;
        let metrics = self.metrics.map(|listener| {
            let metrics = Metrics::default();
            tokio::spawn(metrics.clone().serve(listener, app.clone()));
            metrics
        });
        let operating = Operating {
            data: Some(common.data.clone()),
            metrics,
            limits: Limits::new(running.bounds()),
            ..Operating::default()
        };
        let site = Site::run_as(app.clone(), self.address, demo, operating);
        luyuan_web::serve(self.listener, site, stopped(), Duration::from_secs(running.grace)).await?;
        clock.abort();
        ready.abort();
        app.db.close().await;
        Ok(())
    }
}

/// Serves; prints where.
pub async fn run(common: &Common) -> Result<(), Trouble> {
    let door = Door::open(common).await?;
    let mut app = common.start().await?;
    app.outside = common.outside(&door.address, false)?;
    app.contact_key()?;
    common.open_log(&app).await;
    println!("address={}", door.address);
    door.serve(app, false, common).await
}

/// Waits for Ctrl-C or the system's request to stop.
pub async fn stopped() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, () = terminate => {} }
}
