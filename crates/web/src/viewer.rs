//! Who looks at a page, and how: account, language, large text, and the token that shows that a
//! form came from our own page.

use crate::{
    Site,
    fault::{Fault, dressed, is_bare},
    i18n::Language,
    limits::{self, TooMany},
    pages::filter::soon,
    request::{self, RequestId},
};
use axum::{
    extract::{FromRequestParts, Query, Request, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use luyuan_app::{App, people::Staff, residents::Resident};
use luyuan_domain::actor::{Action, Actor};
use std::collections::HashMap;

/// Name of the session's cookie.
pub(crate) const SESSION: &str = "luyuan_session";
/// Name of the cookie of a resident's short session.
pub(crate) const RESIDENT: &str = "luyuan_resident";
const TOKEN: &str = "luyuan_form";
const LANGUAGE: &str = "luyuan_lang";
const LARGE: &str = "luyuan_large";

/// Who looks, and how.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// Logged in as.
    pub staff: Option<Staff>,
    /// Proved an address or a number in this browser.
    pub resident: Option<Resident>,
    /// Residents can prove one here.
    pub codes: bool,
    /// The language.
    pub language: Language,
    /// Large text (适老化).
    pub large: bool,
    /// The forms' token.
    pub token: String,
    /// Path and query of this page, for links that come back to it.
    pub here: String,
    /// Now, for times that are shown relative to it.
    pub now: Timestamp,
    /// The district's distance from Greenwich time.
    pub offset: Offset,
    /// This is the demonstration.
    pub demo: bool,
    /// The request's id, for the operator when something failed.
    pub request: String,
}

impl Viewer {
    /// A program that reads words in a language, without an account.
    pub fn program(app: &App, language: Language) -> Self {
        let now = app.env.now();
        Self {
            staff: None,
            resident: None,
            codes: false,
            language,
            large: false,
            token: String::new(),
            here: String::new(),
            now,
            offset: offset(app, now),
            demo: false,
            request: String::new(),
        }
    }

    /// Words under a key.
    pub fn t<'a>(&self, key: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.language.t(key)
    }

    /// Words under a key that ends in a code.
    pub fn code(&self, start: &str, code: &str) -> String {
        self.language.t(&format!("{start}-{code}")).to_owned()
    }

    /// Words under a key with one value.
    pub fn with(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.language.with(key, &[(name, &value.to_string())])
    }

    /// As whom they act: for their organisation, when they are logged in.
    pub fn actor(&self) -> Actor {
        self.staff.as_ref().map_or_else(|| self.private(), Staff::actor)
    }

    /// As whom they act for themselves.
    pub fn private(&self) -> Actor {
        self.resident.as_ref().map_or(Actor::Anyone, Resident::actor)
    }

    /// What their requests count by beside their address: their account, or what they proved.
    fn account(&self) -> Option<String> {
        let resident = self.resident.as_ref().map(|resident| resident.reach.text().to_owned());
        self.staff.as_ref().map(|staff| staff.person.to_string()).or(resident)
    }

    /// Whether they may look after accounts, keys or the audit trail somewhere.
    pub fn administers(&self) -> bool {
        let offices = [Action::GiveRoles, Action::GiveKeys, Action::ReadAudit];
        self.staff.as_ref().is_some_and(|staff| offices.iter().any(|action| staff.may(*action)))
    }

    /// Whether they may do something somewhere, by its code, for templates.
    pub fn may(&self, action: &str) -> bool {
        Action::parse(action).is_some_and(|action| self.staff.as_ref().is_some_and(|staff| staff.may(action)))
    }

    /// A time as people read it.
    pub fn when(&self, at: Timestamp) -> String {
        let zone = TimeZone::fixed(self.offset);
        let (local, today) = (zone.to_datetime(at), zone.to_datetime(self.now));
        // The year is told when it is not this one.
        let pattern = match (self.language, local.year() == today.year()) {
            (Language::Zh, true) => "%-m月%-d日 %H:%M",
            (Language::Zh, false) => "%Y年%-m月%-d日 %H:%M",
            (Language::En, true) => "%-d %b %H:%M",
            (Language::En, false) => "%-d %b %Y %H:%M",
        };
        local.strftime(pattern).to_string()
    }

    /// A time of the next hours to the second, so that nobody tries again too soon.
    pub fn when_exactly(&self, at: Timestamp) -> String {
        TimeZone::fixed(self.offset).to_datetime(at).strftime("%H:%M:%S").to_string()
    }

    /// A day as people read it.
    pub fn day(&self, at: Timestamp) -> String {
        let pattern = if self.language == Language::Zh { "%Y年%-m月%-d日" } else { "%-d %b %Y" };
        TimeZone::fixed(self.offset).to_datetime(at).strftime(pattern).to_string()
    }

    /// The present year in the district.
    pub fn year(&self) -> i16 {
        TimeZone::fixed(self.offset).to_datetime(self.now).year()
    }

    /// A time for programs.
    pub fn machine(&self, at: Timestamp) -> String {
        at.to_string()
    }

    /// How long until a deadline, or how long it has passed.
    pub fn left(&self, due: Timestamp) -> String {
        let minutes = (due.as_millisecond() - self.now.as_millisecond()) / 60_000;
        let (key, span) = if minutes < 0 { ("late-by", -minutes) } else { ("time-left", minutes) };
        let amount = match span {
            0..120 => self.with("minutes", "n", span),
            120..2880 => self.with("hours", "n", span / 60),
            _ => self.with("days", "n", span / 1440),
        };
        self.with(key, "span", amount)
    }

    /// How a deadline is coloured: late, soon, or in time, as lists are narrowed by it.
    pub fn urgency(&self, due: Timestamp) -> &'static str {
        match due {
            due if due < self.now => "late",
            due if due < soon(self.now) => "soon",
            _ => "fine",
        }
    }

    /// A deadline as pages show it: how long is left, how it is coloured, when it is.
    pub fn due(&self, due: Timestamp) -> (String, &'static str, String) {
        (self.left(due), self.urgency(due), self.when(due))
    }

    /// The address of this page in the other language.
    pub fn other_language(&self) -> String {
        let other = if self.language == Language::Zh { Language::En } else { Language::Zh };
        self.again("lang", other.code())
    }

    /// The address of this page with the other text size.
    pub fn other_size(&self) -> String {
        self.again("large", if self.large { "0" } else { "1" })
    }

    fn again(&self, name: &str, value: &str) -> String {
        let join = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{join}{name}={value}", self.here)
    }

    /// Where the interface's files are.
    pub fn asset(&self, file: &str) -> String {
        format!("/assets/{}/{file}", *crate::assets::BUILD)
    }
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|list| list.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A cookie to set: not readable by scripts, not sent from other sites.
pub(crate) fn set_cookie(name: &str, value: &str, seconds: u32) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

impl FromRequestParts<Site> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        if let Some(known) = parts.extensions.get::<Viewer>() {
            return Ok(known.clone());
        }
        let request = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Ok(look(&parts.headers, parts.uri.to_string(), site, request).await)
    }
}

/// The district's distance from Greenwich time. Without any rules every page says so; times are the
/// least of it.
fn offset(app: &App, now: Timestamp) -> Offset {
    app.rulebook().on(now).map_or(Offset::UTC, |day| day.rules.calendar.offset())
}

/// The token of the session in a request's cookie.
pub(crate) struct Token(pub String);

impl FromRequestParts<Site> for Token {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Self::Rejection> {
        Ok(Self(cookie(&parts.headers, SESSION).unwrap_or_default().to_owned()))
    }
}

async fn look(headers: &HeaderMap, here: String, site: &Site, request: Option<String>) -> Viewer {
    let staff = match cookie(headers, SESSION) {
        // A database that is away must not turn every page into an error: the page itself will say.
        Some(token) => site.app.session(token).await.unwrap_or(None),
        None => None,
    };
    let resident = match cookie(headers, RESIDENT).filter(|token| !token.is_empty()) {
        Some(token) => site.app.resident(token).await.unwrap_or(None),
        None => None,
    };
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language =
        cookie(headers, LANGUAGE).and_then(Language::negotiate).or_else(|| accepted.and_then(Language::negotiate));
    let now = site.app.env.now();
    Viewer {
        staff,
        resident,
        codes: site.app.code_ways().any(),
        language: language.unwrap_or_default(),
        large: cookie(headers, LARGE) == Some("1"),
        token: cookie(headers, TOKEN).unwrap_or_default().to_owned(),
        here,
        now,
        offset: offset(&site.app, now),
        demo: site.demo,
        request: request.unwrap_or_default(),
    }
}

/// Addresses that scripts of our pages ask: they want JSON, also when something is wrong.
const FOR_SCRIPTS: [&str; 5] = ["/places/search", "/places/at", "/places/shapes", "/orders/clusters", "/events"];

/// Remembers language, text size and the forms' token in cookies. `?lang=` and `?large=` are taken
/// off the address again, so that it can be shared.
pub(crate) async fn remember(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let wants_page = path == "/open311/discovery.html"
        || !["/assets/", "/open311/", "/api/", "/photos/"].iter().any(|start| path.starts_with(start));
    if !wants_page {
        return request::run(request, next).await;
    }
    let number = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    if !request::is_text(request.uri()) {
        return Fault::unreadable().page(&look(request.headers(), "/".into(), &site, number).await);
    }
    if request.method() == axum::http::Method::GET
        && let Ok(Query(mut query)) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        && query.iter().any(|(name, _)| name == "lang" || name == "large")
    {
        let asked: HashMap<String, String> = query.iter().cloned().collect();
        query.retain(|(name, _)| name != "lang" && name != "large");
        let rest: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        // What begins with two slashes would lead to another site.
        let path = format!("/{}", path.trim_start_matches(['/', '\\']));
        let to = if rest.is_empty() { path } else { format!("{path}?{}", rest.join("&")) };
        let mut response = Redirect::to(&to).into_response();
        for (name, cookie_name) in [("lang", LANGUAGE), ("large", LARGE)] {
            let known = |value: &&String| {
                (name == "large" && ["0", "1"].contains(&value.as_str())) || Language::negotiate(value).is_some()
            };
            if let Some(value) = asked.get(name).filter(known) {
                response.headers_mut().append(header::SET_COOKIE, set_cookie(cookie_name, value, 31_536_000));
            }
        }
        return response;
    }
    let mut viewer = look(request.headers(), request.uri().to_string(), &site, number).await;
    let fresh = viewer.token.is_empty();
    if fresh {
        match site.app.env.secret() {
            Ok(token) => viewer.token = token,
            Err(error) => return Fault::from(error).page(&viewer),
        }
    }
    if let Some(who) = viewer.account() {
        limits::count_account(&site, &mut request, &who);
    }
    let wants_html =
        request.headers().get(header::ACCEPT).is_some_and(|kinds| kinds.as_bytes().starts_with(b"text/html"));
    request.extensions_mut().insert(viewer.clone());
    let mut response = match request.extensions().get::<TooMany>() {
        Some(early) => early.bare(),
        None => request::run(request, next).await,
    };
    if is_bare(&response) {
        response = dressed(response, |fault| match FOR_SCRIPTS.contains(&path.as_str()) && !wants_html {
            true => fault.problem(&viewer),
            false => fault.page(&viewer),
        });
    }
    if fresh {
        response.headers_mut().append(header::SET_COOKIE, set_cookie(TOKEN, &viewer.token, 86_400 * 30));
    }
    response
}

/// Percent-encodes a query's value.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
