//! One address or number at which a person is reached, in the one form in which two are compared.

use super::{email, phone};
use serde::{Deserialize, Serialize};

/// Most characters of an address: a path of 256 without its brackets (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;
/// Most characters before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL: usize = 64;
/// Fewest and most digits of a number with its country (ITU-T E.164, 6.2.1; the fewest in use).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// No number within a country is longer, so that a longer one begins with the country.
const WITHIN: usize = 11;

/// An e-mail address or a phone number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "at", rename_all = "snake_case")]
pub enum Reach {
    /// An e-mail address in small letters. Mail systems may tell capitals apart before the `@`
    /// (RFC 5321, 2.4); none in use does, and people do not.
    Email(String),
    /// A phone number with its country (ITU-T E.164), digits only, without the `+`.
    Phone(String),
}

/// Never written whole, so that no log holds it.
impl std::fmt::Debug for Reach {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_tuple(self.code()).field(&self.masked()).finish()
    }
}

/// A letter as it is on a narrow keyboard: ０１＠ → 01@.
fn narrow(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        other => other,
    }
}

impl Reach {
    /// Reads what somebody typed; `country` is that of numbers written without one. None for what
    /// cannot be an address or a number.
    pub fn parse(text: &str, country: u32) -> Option<Self> {
        if text.contains(['@', '＠']) { Self::email(text) } else { Self::phone(text, country) }
    }

    /// Reads an e-mail address.
    pub fn email(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(narrow).collect::<String>().trim().to_lowercase();
        let (local, domain) = text.split_once('@')?;
        let plain =
            |letter: char| !letter.is_whitespace() && !letter.is_control() && !"@,;:<>()[]\"\\".contains(letter);
        let labels =
            domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let dots = local.split('.').all(|part| !part.is_empty());
        let fits = text.len() <= LONGEST && local.len() <= LOCAL && domain.contains('.') && labels && dots;
        (fits && local.chars().all(plain) && domain.chars().all(plain)).then_some(Self::Email(text))
    }

    /// Reads a phone number as people write it: with blanks, hyphens and brackets, with `+` or `00` and
    /// the country, with or without the 0 before an area.
    pub fn phone(text: &str, country: u32) -> Option<Self> {
        let filler = |letter: &char| letter.is_whitespace() || "-.()‐‑–—/".contains(*letter);
        let text: String = text.chars().map(narrow).filter(|letter| !filler(letter)).collect();
        let home = country.to_string();
        let digits = match text.strip_prefix('+').or(text.strip_prefix("00")) {
            Some(whole) => whole.to_owned(),
            None if text.len() > WITHIN && text.starts_with(&home) => text,
            None => format!("{home}{}", text.strip_prefix('0').unwrap_or(&text)),
        };
        let fits = DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (fits && !digits.starts_with('0')).then_some(Self::Phone(digits))
    }

    /// Stable code of the kind.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Phone(_) => "phone",
        }
    }

    /// The address, or the digits.
    pub fn text(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
        }
    }

    /// A number as it is dialled within a country; an address as it is.
    pub fn within(&self, country: u32) -> &str {
        match self {
            Self::Email(text) => text,
            Self::Phone(text) => text.strip_prefix(&country.to_string()).unwrap_or(text),
        }
    }

    /// As it is shown on a page that somebody else may see, and in the log.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(text) => email(text),
            Self::Phone(text) => phone(text),
        }
    }

    /// The same, a number as it is dialled within a country.
    pub fn masked_within(&self, country: u32) -> String {
        match self {
            Self::Email(text) => email(text),
            Self::Phone(_) => phone(self.within(country)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        Reach::parse(text, 86).map(|reach| format!("{} {}", reach.code(), reach.text()))
    }

    #[test]
    fn one_number_is_one_however_it_is_written() {
        for text in [
            "13812345678",
            " 138 1234 5678 ",
            "138-1234-5678",
            "+86 138 1234 5678",
            "0086 13812345678",
            "8613812345678",
            "(+86)138 1234 5678",
            "１３８１２３４５６７８",
            "013812345678",
        ] {
            assert_eq!(read(text).as_deref(), Some("phone 8613812345678"), "{text}");
        }
        for text in ["0371-6601 2345", "037166012345", "+86 371 66012345", "（0371）66012345"] {
            assert_eq!(read(text).as_deref(), Some("phone 8637166012345"), "{text}");
        }
        assert_eq!(read("+44 20 7946 0958").as_deref(), Some("phone 442079460958"), "another country");
        for text in
            ["", "12345", "0371-66012345 转 8", "abc", "+", "+0123456789", "1234567890123456", "138\r\n12345678x"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        let phone = Reach::parse("+8613812345678", 86).unwrap();
        assert_eq!((phone.within(86), phone.masked_within(86).as_str()), ("13812345678", "138****5678"));
    }

    #[test]
    fn one_address_is_one_however_it_is_written() {
        for text in ["Li@Example.org", " li@example.org ", "ｌｉ＠ｅｘａｍｐｌｅ．ｏｒｇ", "LI＠example.org"]
        {
            assert_eq!(read(text).as_deref(), Some("email li@example.org"), "{text}");
        }
        for text in [
            "@example.org",
            "li@",
            "li@localhost",
            "li@example..org",
            "a@b@example.org",
            "a b@example.org",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c@d.example",
            "李 <a@b.example>",
            ".a@b.example",
            "a@-b.example",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("{}@example.org", "a".repeat(65))), None);
        assert!(read(&format!("{}@example.org", "a".repeat(64))).is_some());
    }

    #[test]
    fn a_log_never_holds_it_whole() {
        let written = format!("{:?} {:?}", Reach::email("wang@b.cn"), Reach::phone("13812345678", 86));
        assert!(!written.contains("wang") && !written.contains("13812345678"), "{written}");
    }

    proptest! {
        /// What is read is read again as itself, so that two forms never drift apart.
        #[test]
        fn reading_again_changes_nothing(text in "\\PC{0,40}|[+0-9 ()-]{5,20}|[a-zA-Z.]{1,10}@[a-z.]{1,10}") {
            if let Some(reach) = Reach::parse(&text, 86) {
                let again = match &reach {
                    Reach::Email(text) => Reach::parse(text, 86),
                    Reach::Phone(text) => Reach::parse(&format!("+{text}"), 86),
                };
                prop_assert_eq!(again, Some(reach));
            }
        }
    }
}
