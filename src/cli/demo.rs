//! `luyuan demo`: the demonstration district, loaded once and served.

use super::{Common, Trouble, serve::Door};
use luyuan_app::demo::PASSWORD;

/// Loads and serves; prints where to look and who may log in.
pub async fn run(common: &Common) -> Result<(), Trouble> {
    let door = Door::open(common).await?;
    let mut app = common.start().await?;
    app.outside = common.outside(&door.address, true)?;
    common.open_log(&app).await;
    let welcome = app.load_demo(|step| eprintln!("loading the demonstration district: {step}")).await?;
    println!("address={}", door.address);
    let accounts: Vec<String> = welcome.accounts.iter().map(|(login, name)| format!("{login} ({name})")).collect();
    println!("accounts={} password={PASSWORD}", accounts.join(", "));
    println!("api_key={}", welcome.api_key);
    door.serve(app, true, common).await
}
