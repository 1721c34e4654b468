//! One text message, sent through a gateway that the operator describes in a file: every provider has an
//! HTTP interface of its own, and most of them fit one template.

use super::{Failed, Outside};
use luyuan_domain::contact::Reach;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a template may name.
const NAMES: [&str; 6] = ["phone", "digits", "national", "code", "text", "id"];
/// Most letters of a gateway's own code that are kept.
const CODE: usize = 20;

/// How a gateway is asked, and how it says that it took a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Gateway {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: String,
    escape: Escape,
    /// Statuses of a message that was taken; all from 200 to 299 when empty.
    status: Vec<u16>,
    took: Option<Took>,
}

/// Address and headers hold secrets.
impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[gateway]")
    }
}

/// How values are written into a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Json,
    Form,
    Xml,
    Plain,
}

/// Where the answer says, as JSON, that the message was taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Took {
    /// Where (RFC 6901).
    pointer: String,
    /// By which values, as text.
    is: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    url: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    status: Vec<u16>,
    took: Option<Took>,
}

fn post() -> String {
    "POST".into()
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// The same at every attempt.
    pub id: String,
    /// To whom.
    pub to: Reach,
    /// The country of numbers that are dialled without one.
    pub country: u32,
    /// The code in it, for gateways that have templates of their own.
    pub code: String,
    /// The words, with the code.
    pub text: String,
}

/// Percent-encodes all that is not a letter or digit.
fn percent(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    each.collect()
}

impl Escape {
    /// What fits a body of a kind.
    fn of(kind: &str) -> Option<Self> {
        match kind.split(';').next().unwrap_or_default().trim() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "text/plain" => Some(Self::Plain),
            _ => None,
        }
    }

    fn write(self, text: &str) -> String {
        match self {
            Self::Json => {
                let quoted = Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Form => percent(text),
            Self::Xml => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// The names in a template: `{`, small letters, `}`.
fn names(template: &str) -> impl Iterator<Item = &str> {
    let inside = template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name));
    inside.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

/// A template with its names filled in, once: what stands in a value is no template.
fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let found = from[1..].split_once('}').and_then(|(name, after)| Some((value(name)?, after)));
        match found {
            Some((text, after)) => {
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

impl Gateway {
    /// Reads how a gateway is asked from TOML.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for template in [&file.url, &file.body] {
            if let Some(unknown) = names(template).find(|name| !NAMES.contains(name)) {
                return Err(format!("{{{unknown}}} is not known; a template may name {{{}}}", NAMES.join("}, {")));
            }
        }
        let whole = format!("{}{}", file.url, file.body);
        let named = |wanted: &[&str]| names(&whole).any(|name| wanted.contains(&name));
        if !named(&["phone", "digits", "national"]) || !named(&["code", "text"]) {
            return Err("neither url nor body says to whom ({phone}) and what ({text} or {code})".into());
        }
        // The host is the operator's, never the message's.
        let host = file.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
        if !["https://", "http://"].iter().any(|start| file.url.starts_with(start))
            || host.is_empty()
            || host.contains('{')
        {
            return Err(format!("url {:?} is no address of a gateway; write https://host/path", host));
        }
        let method = match file.method.to_uppercase().as_str() {
            "POST" => Method::POST,
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            other => return Err(format!("method {other:?} is not known; write POST, PUT or GET")),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &file.headers {
            let wrong = |_| format!("header {name:?} cannot be sent; write a name and plain text");
            let name = HeaderName::try_from(name.as_str()).map_err(|error| wrong(error.to_string()))?;
            let value = HeaderValue::try_from(value.as_str()).map_err(|error| wrong(error.to_string()))?;
            headers.insert(name, value);
        }
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let escape = match (kind, file.body.is_empty()) {
            (_, true) => Escape::Plain,
            (Some(kind), false) => Escape::of(kind).ok_or_else(|| {
                format!("content-type {kind:?} is not known; write application/json, application/x-www-form-urlencoded, application/xml or text/plain")
            })?,
            (None, false) => return Err("a body needs a content-type under [headers], such as application/json".into()),
        };
        let (url, body, status, took) = (file.url, file.body, file.status, file.took);
        if let Some(took) = took
            .as_ref()
            .filter(|took| took.is.is_empty() || !(took.pointer.is_empty() || took.pointer.starts_with('/')))
        {
            return Err(format!(
                "took: pointer {:?} begins with / (RFC 6901), and `is` lists what it may be",
                took.pointer
            ));
        }
        Ok(Self { method, url, headers, body, escape, status, took })
    }

    /// Address and body of a message.
    fn written(&self, sms: &Sms) -> (String, String) {
        let value = |name: &str| match name {
            "phone" => Some(format!("+{}", sms.to.text())),
            "digits" => Some(sms.to.text().to_owned()),
            "national" => Some(sms.to.within(sms.country).to_owned()),
            "code" => Some(sms.code.clone()),
            "text" => Some(sms.text.clone()),
            "id" => Some(sms.id.clone()),
            _ => None,
        };
        let url = filled(&self.url, |name| value(name).map(|text| percent(&text)));
        let body = filled(&self.body, |name| value(name).map(|text| self.escape.write(&text)));
        (url, body)
    }

    /// Whether the gateway took a message.
    fn took(&self, status: u16, body: &[u8]) -> Result<(), Failed> {
        let fits = if self.status.is_empty() { (200..300).contains(&status) } else { self.status.contains(&status) };
        if !fits {
            return Err(Failed::for_now(format!("http {status}")));
        }
        let Some(took) = &self.took else { return Ok(()) };
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = match said.pointer(&took.pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) if !other.is_null() => other.to_string(),
            _ => return Err(Failed::for_now("sms")),
        };
        if took.is.contains(&said) {
            return Ok(());
        }
        // A code, not a sentence, which might repeat the number.
        let code =
            said.len() <= CODE && said.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        Err(Failed::for_now(if code { format!("sms {said}") } else { "sms".to_owned() }))
    }
}

impl Outside {
    /// Whether text messages can be sent at all.
    pub fn has_sms(&self) -> bool {
        self.settings().sms.is_some()
    }

    /// Sends a text message; the gateway took it when this returns.
    ///
    /// # Errors
    /// [`Failed`]: `sms_off` without a gateway, `http` and a status or `sms` and a code for what it
    /// refused, `inside` for a gateway that may not be asked, `timeout`, `connect`.
    pub async fn sms(&self, sms: &Sms) -> Result<(), Failed> {
        let gateway = self.settings().sms.as_ref().ok_or_else(|| Failed::for_now("sms_off"))?;
        let (url, body) = gateway.written(sms);
        let answer =
            self.http()?.send(gateway.method.clone(), &url, gateway.headers.clone(), body.into_bytes()).await?;
        gateway.took(answer.status, &answer.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"
url = "https://sms.example/v1/{id}"
body = '{"to":"{phone}","text":"{text}","vars":{"code":"{code}"}}'
[headers]
content-type = "application/json"
[took]
pointer = "/Code"
is = ["OK"]
"#;

    fn sms() -> Sms {
        let to = Reach::phone("13812345678", 86).unwrap();
        Sms { id: "018f".into(), to, country: 86, code: "012345".into(), text: "您的\"{code}\" <&> 012345".into() }
    }

    #[test]
    fn a_message_is_written_as_its_gateway_wants_it() {
        let (url, body) = Gateway::parse(JSON).unwrap().written(&sms());
        assert_eq!(url, "https://sms.example/v1/018f");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["to"], "+8613812345678");
        assert_eq!(body["text"], sms().text, "what stands in the text is no template");
        assert_eq!(body["vars"]["code"], "012345");
        let form = "url = \"https://x.example/?m={national}\"\nbody = \"c={text}&p={digits}\"\n[headers]\n\
                    content-type = \"application/x-www-form-urlencoded; charset=utf-8\"";
        let (url, body) = Gateway::parse(form).unwrap().written(&sms());
        assert_eq!(url, "https://x.example/?m=13812345678");
        assert!(
            body.starts_with("c=%E6%82%A8%E7%9A%84%22%7Bcode%7D%22") && body.ends_with("&p=8613812345678"),
            "{body}"
        );
        assert_eq!(body.matches('&').count(), 1, "{body}");
        let xml = "url = \"https://x.example/\"\nbody = \"<m to='{phone}'>{text}</m>\"\n[headers]\ncontent-type = \"text/xml\"";
        assert!(Gateway::parse(xml).unwrap().written(&sms()).1.contains("&lt;&amp;&gt; 012345</m>"));
        let get = Gateway::parse("method = \"get\"\nurl = \"https://x.example/?to={phone}&text={text}\"").unwrap();
        assert_eq!((get.method.clone(), get.written(&sms()).1.as_str()), (Method::GET, ""));
        assert!(get.written(&sms()).0.contains("to=%2B8613812345678&text="));
    }

    #[test]
    fn what_a_gateway_says_is_understood_and_repeats_no_number() {
        let gateway = Gateway::parse(JSON).unwrap();
        let reason = |status, body: &str| gateway.took(status, body.as_bytes()).map_err(|failed| failed.reason);
        assert_eq!(reason(200, r#"{"Code":"OK"}"#), Ok(()));
        assert_eq!(reason(200, r#"{"Code":"isv.LIMIT"}"#), Err("sms isv.LIMIT".into()));
        assert_eq!(reason(200, r#"{"Code":"13812345678 is not allowed"}"#), Err("sms".into()));
        assert_eq!(reason(200, "<html>"), Err("sms".into()));
        assert_eq!(reason(503, r#"{"Code":"OK"}"#), Err("http 503".into()));
        let number = JSON.replace("[\"OK\"]", "[\"0\"]").replace("url =", "status = [202]\nurl =");
        let gateway = Gateway::parse(&number).unwrap();
        assert_eq!(gateway.took(202, br#"{"Code":0}"#), Ok(()), "a number too");
        assert!(gateway.took(200, br#"{"Code":0}"#).is_err());
    }

    #[test]
    fn a_wrong_file_says_what_to_write() {
        let wrong = |from: &str, to: &str, words: &str| {
            let text = JSON.replacen(from, to, 1);
            assert_ne!(text, JSON);
            let sentence = Gateway::parse(&text).unwrap_err();
            assert!(sentence.contains(words), "{sentence}");
        };
        wrong("{phone}", "{number}", "{number} is not known");
        wrong("{phone}", "1", "to whom");
        wrong("https://sms.example", "https://{phone}.example", "no address");
        wrong("https://sms.example", "ftp://sms.example", "no address");
        wrong("application/json", "application/pdf", "application/pdf");
        wrong("content-type = \"application/json\"", "", "content-type");
        wrong("url =", "methode = \"POST\"\nurl =", "methode");
        wrong("\"/Code\"", "\"Code\"", "RFC 6901");
        assert!(
            Gateway::parse("url = \"https://a.example/{code}/{phone}\"\nmethod = \"DROP\"")
                .unwrap_err()
                .contains("DROP")
        );
        assert_eq!(format!("{:?}", Gateway::parse(JSON).unwrap()), "[gateway]");
    }
}
