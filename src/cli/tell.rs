//! `luyuan tell`: the self-test of a channel.

use super::Trouble;
use clap::Args;
use luyuan_app::App;

/// Which channel to test.
#[derive(Args)]
pub struct Options {
    /// Send a test message: `email`, `sms`, or the name or id of a hook
    #[arg(long, value_name = "CHANNEL")]
    test: String,
    /// To which address, for `email`, or number, for `sms`
    #[arg(long)]
    to: Option<String>,
    /// In which language
    #[arg(long, default_value = "zh-CN")]
    language: String,
}

/// Sends it and says what happened.
pub async fn run(app: App, options: Options) -> Result<(), Trouble> {
    luyuan_web::give_words(&app);
    let sent = match (options.test.as_str(), options.to) {
        ("email", Some(to)) => app.test_mail(&to, &options.language).await?,
        ("sms", Some(to)) => app.test_sms(&to, &options.language).await?,
        ("email" | "sms", None) => {
            return Err(Trouble { code: 2, sentence: "say with --to where the test message goes".into() });
        }
        (hook, _) => app.test_hook(hook).await?,
    };
    app.db.close().await;
    match sent {
        Ok(()) => {
            println!("taken by the other side");
            Ok(())
        }
        Err(failed) => {
            let again = if failed.forever { "it will not work like this" } else { "it may work later" };
            Err(Trouble { code: 1, sentence: format!("not sent: {} ({again})", failed.reason) })
        }
    }
}
