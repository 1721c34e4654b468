//! `luyuan hook`: programs and chat groups that are told.

use super::Trouble;
use clap::{Subcommand, ValueEnum};
use luyuan_app::{App, telling::Hook};
use luyuan_domain::{actor::Actor, telling::Way};

/// What to do with hooks.
#[derive(Subcommand)]
pub enum Verb {
    /// Add one; a webhook's secret is made and printed unless one is given
    Add {
        /// What kind of receiver it is
        #[arg(long, value_enum)]
        kind: Kind,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Where it listens
        #[arg(long)]
        url: String,
        /// With what messages are signed: whsec_… of a webhook, or what the robot's product gave
        #[arg(long, env = "LUYUAN_HOOK_SECRET", hide_env_values = true, default_value = "")]
        secret: String,
        /// Sign webhooks with the district's Ed25519 key too
        #[arg(long)]
        asymmetric: bool,
        /// Only these events, with commas between them [default: all]
        #[arg(long, value_delimiter = ',')]
        events: Vec<String>,
        /// Only orders of these organisations and those below them, by code [default: all]
        #[arg(long, value_delimiter = ',')]
        orgs: Vec<String>,
        /// In which language a robot speaks
        #[arg(long, default_value = "zh-CN")]
        language: String,
    },
    /// List them, without their secrets
    List,
    /// Tell one no more
    Remove {
        /// Its id
        id: uuid::Uuid,
    },
    /// Print the public key with which `v1a` signatures are checked
    Key,
}

/// A kind of receiver.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A program (Standard Webhooks)
    Webhook,
    /// A group robot of WeCom
    Wecom,
    /// A group robot of DingTalk
    Dingtalk,
    /// A group robot of Feishu
    Feishu,
}

/// Carries it out.
pub async fn run(app: App, verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Add { kind, name, url, secret, asymmetric, events, orgs, language } => {
            let way = match kind {
                Kind::Webhook => Way::Webhook,
                Kind::Wecom => Way::Wecom,
                Kind::Dingtalk => Way::Dingtalk,
                Kind::Feishu => Way::Feishu,
            };
            let given = !secret.is_empty();
            let hook = Hook { name, way, url, secret, asymmetric, events, orgs, language };
            let (id, kept) = app.add_hook(&Actor::System, hook).await?;
            println!("id={id}");
            if !given && way == Way::Webhook {
                println!("secret={}", kept.secret);
            }
        }
        Verb::List => {
            for (id, hook) in app.hooks().await? {
                let host = hook.url.split('/').nth(2).unwrap_or_default().to_owned();
                println!("{id}\t{}\t{}\t{host}\t{}", hook.way.code(), hook.name, hook.events.join(","));
            }
        }
        Verb::Remove { id } => {
            app.remove_hook(&Actor::System, id).await?;
            println!("removed {id}");
        }
        Verb::Key => println!("{}", app.webhook_key().await?),
    }
    app.db.close().await;
    Ok(())
}
