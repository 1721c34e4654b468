//! One mail, sent over SMTP. Plain text: it reads well everywhere, and nothing in it can be markup.

use super::{Failed, Outside};
use jiff::Timestamp;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same at every attempt, so that a mail system knows a repetition.
    pub id: String,
    /// To whom: an address.
    pub to: String,
    /// What about, in one line.
    pub subject: String,
    /// The words.
    pub text: String,
    /// In which language they are.
    pub language: String,
    /// Where one click ends such mails (RFC 8058); none for mail that was asked for just now.
    pub unsubscribe: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Outside {
    /// Whether mail can be sent at all.
    pub fn has_mail(&self) -> bool {
        self.settings().smtp.is_some()
    }

    /// Sends a mail; the mail server took it when this returns.
    ///
    /// # Errors
    /// [`Failed`]: `mail_off` without a mail server, `mail_address` for an address that is none,
    /// `smtp` and a status for what the server refused, `timeout`, `connect`.
    pub async fn mail(&self, mail: Mail) -> Result<(), Failed> {
        let settings = self.settings();
        let server = settings.smtp.as_deref().ok_or_else(|| Failed::for_now("mail_off"))?;
        let message = written(&mail, settings.mail_from.as_deref(), &settings.address)?;
        static PROVIDER: OnceLock<()> = OnceLock::new();
        PROVIDER.get_or_init(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(server).map_err(|_| Failed::for_now("mail_off"))?;
        let transport = server.timeout(Some(settings.patience)).build();
        match tokio::time::timeout(settings.patience * 2, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            // The server's words may repeat the address: only its code is kept.
            Ok(Err(error)) => Err(match error.status() {
                Some(code) if error.is_permanent() => Failed::forever(format!("smtp {code}")),
                Some(code) => Failed::for_now(format!("smtp {code}")),
                None if error.is_timeout() => Failed::for_now("timeout"),
                None => Failed::for_now("connect"),
            }),
            Err(_) => Err(Failed::for_now("timeout")),
        }
    }
}

/// One line without anything that could end a header.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>().trim().to_owned()
}

/// The mail as it goes over the wire.
fn written(mail: &Mail, from: Option<&str>, address: &str) -> Result<Message, Failed> {
    let host = address.split("://").nth(1).unwrap_or(address).split(['/', ':']).next().unwrap_or_default();
    let host = if host.is_empty() { "localhost" } else { host };
    let from = from.map_or_else(|| format!("noreply@{host}"), str::to_owned);
    let from: Mailbox = from.parse().map_err(|_| Failed::for_now("mail_from"))?;
    // Only an address: what else stands there could add recipients or headers.
    let to = mail.to.trim().parse().map_err(|_| Failed::forever("mail_address"))?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at.as_millisecond()).unwrap_or(0));
    let header = |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), line(value));
    let mut builder = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(line(&mail.subject))
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .date(at)
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::Base64)
        // Nobody's holiday note is to come back (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", &mail.language));
    if let Some(link) = &mail.unsubscribe {
        builder = builder
            .raw_header(header("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    builder.body(mail.text.clone()).map_err(|_| Failed::forever("mail_address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            id: "018f".into(),
            to: "li@example.org".into(),
            subject: "2026-000001 已接单".into(),
            text: "您的诉求已接单。".into(),
            language: "zh-CN".into(),
            unsubscribe: Some("https://erqi.example/unsubscribe/abc".into()),
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
        }
    }

    fn wire(mail: &Mail) -> String {
        String::from_utf8(written(mail, None, "https://erqi.example").unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_mail_carries_what_its_reader_and_their_program_need() {
        let wire = wire(&mail());
        for part in [
            "Message-ID: <018f@erqi.example>",
            "From: noreply@erqi.example",
            "To: li@example.org",
            "Date: Mon, 02 Mar 2026 08:00:00 +0000",
            "List-Unsubscribe: <https://erqi.example/unsubscribe/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(wire.contains(part), "no {part} in {wire}");
        }
    }

    #[test]
    fn nothing_typed_adds_a_header_or_a_recipient() {
        let mut bad = mail();
        bad.subject = "hello\r\nBcc: all@example.org\r\n\r\n<script>".into();
        bad.text = "line\r\n.\r\nMAIL FROM:<x@y>\r\n<b>bold</b>".into();
        let wire = wire(&bad);
        let (head, body) = wire.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Content-Type: text/plain"));
        assert!(!body.contains("MAIL FROM"), "the body is encoded");
        for to in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "李 <a@b.example>", "a b", ""] {
            let wrong = Mail { to: to.into(), ..mail() };
            assert_eq!(written(&wrong, None, "").unwrap_err().reason, "mail_address", "{to}");
        }
    }
}
