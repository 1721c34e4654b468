//! Parameters of an address or a form. An empty one is the same as none.

use super::{call::Call, errors::Errors};

/// Names and values, in the order sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(pub Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`; none when the bytes are not UTF-8.
    pub fn parse(text: &str) -> Option<Self> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        pairs.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The first value of a name, without surrounding white space.
    pub fn get(&self, name: &str) -> Option<&str> {
        let own = self.0.iter().filter(|(known, _)| known == name);
        own.map(|(_, value)| value.trim()).find(|value| !value.is_empty())
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.0.iter().filter(move |(known, _)| known == name);
        own.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The members of a comma list, which may be given several times.
    pub fn list(&self, name: &str) -> Vec<String> {
        let members = self.all(name).flat_map(|list| list.split(','));
        members.map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    }

    /// `true` or `false`.
    pub fn flag(&self, call: &Call, name: &'static str) -> Result<Option<bool>, Errors> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "yes") => Ok(Some(true)),
            Some("false" | "0" | "no") => Ok(Some(false)),
            Some(_) => Err(call.bad("open311-not-a-flag", name)),
        }
    }

    /// A decimal number.
    pub fn number(&self, call: &Call, name: &'static str) -> Result<Option<f64>, Errors> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // What Rust also reads as numbers (`inf`, `1e9`) is not one here.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        let number = text.parse::<f64>().ok().filter(|number| plain && number.is_finite());
        number.map(Some).ok_or_else(|| call.bad("open311-not-a-number", name))
    }

    /// A count of at least 1 and at most `most`.
    pub fn count(&self, call: &Call, name: &'static str, most: i64) -> Result<Option<i64>, Errors> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let count = text.parse::<i64>().ok().filter(|count| (1..=most).contains(count));
        count.map(Some).ok_or_else(|| call.bad_with("open311-not-a-count", name, most))
    }
}

/// Percent-decodes; a `+` is a space. None when the result is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'+', _) => out.push(b' '),
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_come_out_as_they_were_meant() {
        let params = Params::parse("a=%E8%B7%AF+%2B&b=&c&&a= 2 &d=1,,%202&d=3&x=%zz%").unwrap();
        assert_eq!(params.all("a").collect::<Vec<_>>(), ["路 +", "2"]);
        assert_eq!((params.get("b"), params.get("c"), params.get("e")), (None, None, None));
        assert_eq!(params.list("d"), ["1", "2", "3"]);
        assert_eq!(params.get("x"), Some("%zz%"));
        assert!(Params::parse("a=%C2%B7%ff").is_none(), "not UTF-8");
    }
}
