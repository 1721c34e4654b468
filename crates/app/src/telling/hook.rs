//! Messages to programs (Standard Webhooks) and to chat groups (templates of three products).

use super::{deliver::Case, keys::Keys, words::Text};
use crate::{
    App,
    outside::{Answer, Failed},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::Signer;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use luyuan_domain::{
    actor::Actor,
    orders::Order,
    telling::{Audience, Way},
};
use luyuan_store::hooks::Hook;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

/// How a product's robot wants its messages, as data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // name, status and source are for whoever reads the file
struct Robot {
    name: String,
    status: String,
    source: String,
    /// JSON in which `{text}`, `{timestamp}` and `{sign}` are filled in.
    body: String,
    /// Part of the body that is only there when messages are signed.
    #[serde(default)]
    signed_body: String,
    /// Added to the address when messages are signed.
    #[serde(default)]
    signed_query: String,
    /// What is signed with HMAC-SHA256, and with what: `text` or `key`, see the files.
    #[serde(default)]
    sign: String,
    /// `ms` or `s`.
    #[serde(default)]
    clock: String,
    /// Where the answer says that all is well (a JSON pointer), by the number 0.
    ok: String,
    /// Most characters of a text.
    most: usize,
}

const WECOM: &str = include_str!("../../../../data/robots/wecom.toml");
const DINGTALK: &str = include_str!("../../../../data/robots/dingtalk.toml");
const FEISHU: &str = include_str!("../../../../data/robots/feishu.toml");

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // An HMAC takes keys of every length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// The bytes of a secret as Standard Webhooks writes it: `whsec_` and base64.
pub(super) fn secret(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text.strip_prefix("whsec_")?).ok().filter(|bytes| (24..=64).contains(&bytes.len()))
}

/// The headers of a message to a program (Standard Webhooks: id, timestamp, signatures).
pub(super) fn headers(hook: &Hook, keys: &Keys, id: &str, now: Timestamp, body: &[u8]) -> Result<HeaderMap, Failed> {
    let wrong = || Failed::forever("secret");
    let at = now.as_second().to_string();
    let signed = [id.as_bytes(), b".", at.as_bytes(), b".", body].concat();
    let key = secret(&hook.secret).ok_or_else(wrong)?;
    let mut signatures = format!("v1,{}", BASE64_STANDARD.encode(mac(&key, &signed)));
    if hook.asymmetric {
        let own = BASE64_STANDARD.encode(keys.sign.sign(&signed).to_bytes());
        signatures = format!("{signatures} v1a,{own}");
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [("webhook-id", id), ("webhook-timestamp", &at), ("webhook-signature", &signatures)] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    Ok(headers)
}

/// `text` between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Percent-encodes all that is not a letter or digit.
fn percent(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    each.collect()
}

/// Address and body of a message to a chat group.
fn robot_message(robot: &Robot, hook: &Hook, text: &str, now: Timestamp) -> (String, String) {
    let at = if robot.clock == "ms" { now.as_millisecond() } else { now.as_second() }.to_string();
    let line = format!("{at}\n{}", hook.secret);
    let sign = match robot.sign.as_str() {
        // DingTalk signs the line with the secret, Feishu nothing with the line.
        "line" => mac(hook.secret.as_bytes(), line.as_bytes()),
        "empty" => mac(line.as_bytes(), b""),
        _ => Vec::new(),
    };
    let sign = BASE64_STANDARD.encode(sign);
    let signed = !hook.secret.is_empty() && !robot.sign.is_empty();
    let text: String = text.chars().take(robot.most).collect();
    let fill = |template: &str, sign: &str| {
        template.replace("{timestamp}", &at).replace("{sign}", sign).replace("{text}", &escaped(&text))
    };
    let url =
        if signed { format!("{}{}", hook.url, fill(&robot.signed_query, &percent(&sign))) } else { hook.url.clone() };
    let template = if signed && !robot.signed_body.is_empty() { &robot.signed_body } else { &robot.body };
    (url, fill(template, &sign))
}

/// Whether a robot took a message: the status says little, a number in the body says it.
fn robot_took(robot: &Robot, answer: &Answer) -> Result<(), Failed> {
    answer.taken()?;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match said.pointer(&robot.ok).and_then(Value::as_i64) {
        Some(0) => Ok(()),
        Some(code) => Err(Failed::for_now(format!("robot {code}"))),
        None => Err(Failed::for_now("robot")),
    }
}

impl App {
    /// What a program is told of an event: what happened to which order, and where to read more.
    fn payload(&self, case: &Case, order: &Order) -> Value {
        let directory = self.directory();
        let code = |org| directory.org(org).map(|org| org.code.clone());
        let to = case.what.as_ref().and_then(|what| Audience::Named.org(what, order)).and_then(code);
        let by = match &case.actor {
            Some(Actor::Staff { org, .. }) => code(*org),
            _ => None,
        };
        json!({
            "type": format!("order.{}", case.delivery.event),
            "timestamp": case.at.to_string(),
            "data": {
                "jurisdiction": self.jurisdiction.0,
                "number": order.number,
                "version": case.delivery.seq,
                "event": case.delivery.event,
                "actor": case.actor.as_ref().map(Actor::code),
                "by": by,
                "to": to,
                "kind": order.kind.code(),
                "category": order.category,
                "channel": order.channel.code(),
                "private": order.private,
                "placed_at": order.placed_at.to_string(),
                "url": format!("{}/api/v1/orders/{}", self.outside.settings().address, order.number),
            }
        })
    }

    /// Tells a program or chat group of an order.
    pub(super) async fn tell_hook(&self, case: &Case, hook: &Hook, text: &Text) -> Result<(), Failed> {
        let Some(order) = &case.order else { return Err(Failed::forever("order")) };
        let id = format!("msg_{}", case.delivery.id.simple());
        let words = format!("{}\n{}\n{}", text.subject, text.sentence, text.link);
        self.post_hook(hook, &id, &self.payload(case, order), &words).await
    }

    /// Sends a payload to a program, or words to a chat group.
    pub(super) async fn post_hook(&self, hook: &Hook, id: &str, payload: &Value, words: &str) -> Result<(), Failed> {
        let (now, http) = (self.env.now(), self.outside.http()?);
        let template = match hook.way {
            Way::Wecom => WECOM,
            Way::Dingtalk => DINGTALK,
            Way::Feishu => FEISHU,
            _ => {
                let keys = self.telling_keys().await.map_err(|_| Failed::for_now("keys"))?;
                let body = payload.to_string().into_bytes();
                let headers = headers(hook, &keys, id, now, &body)?;
                return http.post(&hook.url, headers, body).await?.taken();
            }
        };
        let robot: Robot = toml::from_str(template).map_err(|_| Failed::forever("template"))?;
        let (url, body) = robot_message(&robot, hook, words, now);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        robot_took(&robot, &http.post(&url, headers, body.into_bytes()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(way: Way, secret: &str) -> Hook {
        Hook {
            name: "group".into(),
            way,
            url: "https://robot.example/send?key=k".into(),
            secret: secret.into(),
            asymmetric: false,
            events: vec![],
            orgs: vec![],
            language: String::new(),
        }
    }

    fn at() -> Timestamp {
        Timestamp::from_millisecond(1_577_808_000_000).unwrap()
    }

    #[test]
    fn every_template_reads_and_makes_json() {
        for (template, way) in [(WECOM, Way::Wecom), (DINGTALK, Way::Dingtalk), (FEISHU, Way::Feishu)] {
            let robot: Robot = toml::from_str(template).unwrap();
            for secret in ["", "SEC000"] {
                let words = "灯 \"坏\"\n{text} \\ </script>";
                let (url, body) = robot_message(&robot, &hook(way, secret), words, at());
                assert!(url.starts_with("https://robot.example/send?key=k"));
                let body: Value = serde_json::from_str(&body).unwrap();
                let text = body.pointer("/text/content").or(body.pointer("/content/text")).unwrap();
                assert_eq!(text.as_str(), Some(words), "{}", robot.name);
            }
            let answer = |body: &str| Answer { status: 200, body: body.into(), retry_after: None };
            let field = robot.ok.trim_start_matches('/');
            assert_eq!(robot_took(&robot, &answer(&format!("{{\"{field}\":0}}"))), Ok(()));
            let refused = robot_took(&robot, &answer(&format!("{{\"{field}\":310000}}"))).unwrap_err();
            assert_eq!(refused.reason, "robot 310000");
            assert!(robot_took(&robot, &answer("<html>")).is_err());
        }
    }

    /// Computed with Python's `hmac`, as the products' documents describe it.
    #[test]
    fn signatures_are_those_of_the_products_documents() {
        let dingtalk: Robot = toml::from_str(DINGTALK).unwrap();
        let (url, _) = robot_message(&dingtalk, &hook(Way::Dingtalk, "this is secret"), "x", at());
        assert!(url.ends_with("&timestamp=1577808000000&sign=ijHEivi6YiCNPZOq4hZstmvZ3sPfbioAiMhP30ae7W0%3D"), "{url}");
        let feishu: Robot = toml::from_str(FEISHU).unwrap();
        let (_, body) = robot_message(&feishu, &hook(Way::Feishu, "demo"), "x", at());
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (body["timestamp"].as_str(), body["sign"].as_str()),
            (Some("1577808000"), Some("XZmDP3SJb1/TJi67fpxqdoA1Qb/DJHem4ibq0ixaOK8="))
        );
    }
}
