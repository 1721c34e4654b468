//! Words: Fluent files, Chinese the source, English complete.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::{collections::HashMap, sync::LazyLock};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

const FILES: [(Language, &[&str]); 2] = [
    (
        Language::Zh,
        &[
            include_str!("../locales/zh-CN/site.ftl"),
            include_str!("../locales/zh-CN/orders.ftl"),
            include_str!("../locales/zh-CN/export.ftl"),
            include_str!("../locales/zh-CN/placing.ftl"),
            include_str!("../locales/zh-CN/rules.ftl"),
            include_str!("../locales/zh-CN/telling.ftl"),
            include_str!("../locales/zh-CN/open311.ftl"),
            include_str!("../locales/zh-CN/api.ftl"),
            include_str!("../locales/zh-CN/identity.ftl"),
            include_str!("../locales/zh-CN/evidence.ftl"),
            include_str!("../locales/zh-CN/privacy.ftl"),
            include_str!("../locales/zh-CN/maps.ftl"),
            include_str!("../locales/zh-CN/residents.ftl"),
        ],
    ),
    (
        Language::En,
        &[
            include_str!("../locales/en/site.ftl"),
            include_str!("../locales/en/orders.ftl"),
            include_str!("../locales/en/export.ftl"),
            include_str!("../locales/en/placing.ftl"),
            include_str!("../locales/en/rules.ftl"),
            include_str!("../locales/en/telling.ftl"),
            include_str!("../locales/en/open311.ftl"),
            include_str!("../locales/en/api.ftl"),
            include_str!("../locales/en/identity.ftl"),
            include_str!("../locales/en/evidence.ftl"),
            include_str!("../locales/en/privacy.ftl"),
            include_str!("../locales/en/maps.ftl"),
            include_str!("../locales/en/residents.ftl"),
        ],
    ),
];

struct Words {
    /// Messages without arguments, ready to print.
    ready: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
}

static WORDS: LazyLock<[Words; 2]> = LazyLock::new(|| FILES.map(|(language, files)| load(language, files)));

fn load(language: Language, files: &[&str]) -> Words {
    let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
    // The isolating marks would be copied with a number or a link.
    bundle.set_use_isolating(false);
    let mut keys = Vec::new();
    for text in files {
        // A file that does not parse is found by the tests below; what does parse is used.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
        keys.extend(keys_of(text));
        bundle.add_resource_overriding(resource);
    }
    let ready = keys.iter().filter_map(|key| {
        let mut errors = Vec::new();
        let pattern = bundle.get_message(key)?.value()?;
        let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
        errors.is_empty().then_some((key.clone(), text))
    });
    Words { ready: ready.collect(), bundle }
}

fn keys_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
}

/// A count is a number, so that a language may have words of its own for one; anything else is text.
fn counted(value: &str) -> FluentValue<'_> {
    let count = (1..16).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    if count && !value.starts_with('0') { FluentValue::try_number(value) } else { value.into() }
}

impl Language {
    fn id(self) -> unic_langid::LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }

    /// The tag in pages and cookies.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a tag or of an `Accept-Language` list: the first that is known.
    pub(crate) fn negotiate(list: &str) -> Option<Self> {
        list.split(',').find_map(|tag| {
            let tag = tag.trim().to_ascii_lowercase();
            if tag.starts_with("zh") {
                Some(Self::Zh)
            } else if tag.starts_with("en") {
                Some(Self::En)
            } else {
                None
            }
        })
    }

    fn words(self) -> &'static Words {
        &WORDS[if self == Self::Zh { 0 } else { 1 }]
    }

    /// The words under a key; the key itself when there are none, so that the gap is seen.
    pub(crate) fn t(self, key: &str) -> &str {
        self.words().ready.get(key).map_or(key, String::as_str)
    }

    /// The words under a key, with values.
    pub(crate) fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let words = self.words();
        let Some(pattern) = words.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, counted(value))).collect();
        words.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// Whether there are words under a key.
    pub(crate) fn has(self, key: &str) -> bool {
        self.words().bundle.has_message(key)
    }
}

/// The sentences, as the use cases say them in mails and other messages.
pub(crate) struct Sentences;

impl luyuan_app::telling::Words for Sentences {
    fn say(&self, language: &str, key: &str, values: &[(&str, &str)]) -> String {
        Language::negotiate(language).unwrap_or_default().with(key, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyuan_domain::{
        catalogue::AttributeProblem,
        orders::{Refusal, State},
        roles::{Role, RoleRefusal, Scope},
    };
    use std::collections::BTreeSet;

    fn keys(language: usize) -> BTreeSet<String> {
        FILES[language].1.iter().flat_map(|text| keys_of(text)).collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(0), keys(1));
        for (_, files) in FILES {
            for text in files {
                assert!(FluentResource::try_new((*text).to_owned()).is_ok());
            }
        }
    }

    #[test]
    fn no_file_takes_a_key_of_another() {
        for (_, files) in FILES {
            let all: Vec<String> = files.iter().flat_map(|text| keys_of(text)).collect();
            let twice: Vec<_> = all.iter().filter(|key| all.iter().filter(|other| other == key).count() > 1).collect();
            assert!(twice.is_empty(), "{twice:?}");
        }
    }

    #[test]
    fn every_code_has_a_sentence() {
        for code in Refusal::CODES.into_iter().chain(AttributeProblem::CODES).chain(RoleRefusal::CODES) {
            assert!(Language::Zh.has(&format!("error-{code}")), "error-{code}");
        }
        for role in Role::ALL {
            assert!(Language::Zh.has(&format!("role-{}", role.code())), "{role:?}");
        }
        for scope in Scope::ALL {
            assert!(Language::Zh.has(&format!("scope-{}", scope.code())), "{scope:?}");
        }
        for code in State::CODES {
            assert!(Language::Zh.has(&format!("state-{code}")), "state-{code}");
        }
    }

    #[test]
    fn every_key_is_used_and_every_used_key_exists() {
        let mut text = String::new();
        for folder in ["templates", "src", "src/pages", "src/open311"] {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for file in std::fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().is_file()) {
                text.push_str(&std::fs::read_to_string(file.path()).unwrap());
            }
        }
        // Keys that are put together from codes.
        let built = [
            "error-",
            "state-",
            "event-",
            "solved-",
            "satisfied-",
            "diversion-",
            "channel-",
            "kind-",
            "tab-",
            "place-kind-",
            "next-",
            "status-",
            "step-",
            "urgency-",
            "limit-",
            "bound-",
            "rules-table-",
            "role-",
            "may-",
            "scope-",
            "audit-",
            "keep-",
            "account-done-",
            // Said by the use cases, in mails and other messages.
            "told-",
            "desk-",
            "tell-",
            "mail-",
            "digest-",
            "test-",
            "way-",
            "audience-",
            "to-",
            "sent-",
            "reason-",
            "code-",
            "resident-",
        ];
        let unused: Vec<_> = keys(0)
            .into_iter()
            .filter(|key| !built.iter().any(|start| key.starts_with(start)) && !text.contains(&format!("\"{key}\"")))
            .collect();
        assert!(unused.is_empty(), "unused: {unused:?}");
        let mut missing = Vec::new();
        for part in text.split("v.t(\"").skip(1).chain(text.split("v.with(\"").skip(1)) {
            let key = part.split('"').next().unwrap();
            if !keys(0).contains(key) && key.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !key.ends_with('-')
            {
                missing.push(key.to_owned());
            }
        }
        assert!(missing.is_empty(), "missing: {missing:?}");
    }

    #[test]
    fn one_is_told_from_many_and_text_stays_text() {
        let people = |n| Language::En.with("people-behind", &[("n", n)]);
        assert_eq!((people("1").as_str(), people("2").as_str()), ("One person reported it", "2 people reported it"));
        assert!(Language::En.with("return-lead", &[("name", "007")]).contains("007"));
    }

    #[test]
    fn the_first_known_language_is_taken() {
        assert_eq!(Language::negotiate("fr, en-GB;q=0.8, zh"), Some(Language::En));
        assert_eq!(Language::negotiate("zh-Hant-TW"), Some(Language::Zh));
        assert_eq!(Language::negotiate("de"), None);
    }
}
