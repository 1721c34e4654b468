//! `luyuan serve`: pages, and the clock beside them.

use super::{Common, Trouble};
use luyuan_app::App;
use luyuan_web::Site;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often deadlines are looked at.
pub const BEAT: Duration = Duration::from_secs(20);

/// Serves until it is told to stop; what is under way is finished first.
pub async fn run(common: &Common, app: App, demo: bool) -> Result<(), Trouble> {
    let listener = TcpListener::bind(&common.listen).await.map_err(|error| Trouble {
        code: 1,
        sentence: format!("cannot listen on {}: {error}; choose another with --listen", common.listen),
    })?;
    let address = common.address.clone().unwrap_or_else(|| format!("http://{}", common.listen));
    if !luyuan_web::interface_built() {
        eprintln!(
            "luyuan: the interface was not built into this program; run `cargo xtask ui`, then build again. Pages work, but plainly."
        );
    }
    if !demo {
        println!("Luyuan is at {address}");
    }
    let clock = tokio::spawn(app.clone().run_clock(BEAT));
    let site = Site { app: app.clone(), address, demo };
    luyuan_web::serve(listener, site, stopped()).await?;
    clock.abort();
    app.db.close().await;
    Ok(())
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
