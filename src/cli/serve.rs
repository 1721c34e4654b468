//! `luyuan serve`: pages, and the clock beside them.

use super::{Common, Trouble};
use luyuan_app::App;
use luyuan_web::Site;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often deadlines are looked at.
pub const BEAT: Duration = Duration::from_secs(20);

/// Where the pages are served, before the first is.
pub struct Door {
    listener: TcpListener,
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
        Ok(Self { listener, address: common.address.clone().unwrap_or(own) })
    }

    /// Serves until it is told to stop; what is under way is finished first.
    pub async fn serve(self, app: App, demo: bool) -> Result<(), Trouble> {
        if !luyuan_web::interface_built() {
            eprintln!(
                "luyuan: the interface was not built into this program; run `cargo xtask ui`, then build again. Pages work, but plainly."
            );
        }
        let clock = tokio::spawn(app.clone().run_clock(BEAT));
        let site = Site::new(app.clone(), self.address, demo);
        luyuan_web::serve(self.listener, site, stopped()).await?;
        clock.abort();
        app.db.close().await;
        Ok(())
    }
}

/// Serves; prints where.
pub async fn run(common: &Common) -> Result<(), Trouble> {
    let door = Door::open(common).await?;
    let mut app = common.start().await?;
    app.outside = common.outside(door.address.clone());
    app.contact_key()?;
    common.open_log(&app).await;
    println!("address={}", door.address);
    door.serve(app, false).await
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
