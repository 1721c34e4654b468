//! What the tests need beside Rust and Node.js, and how Debian provides it.

use crate::{
    command::{output, program, run},
    workspace::{find, root},
};
use std::path::{Path, PathBuf};

/// Something that must be on the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A PostgreSQL server, 15 or newer.
    Postgres,
    /// Chromium or Chrome.
    Browser,
    /// A font with Chinese characters.
    ChineseFont,
    /// Python 3 that can make virtual environments.
    Python,
}

impl Need {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL 15 or newer",
            Self::Browser => "Chromium",
            Self::ChineseFont => "a Chinese font",
            Self::Python => "Python 3 with venv",
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Browser => "chromium",
            Self::ChineseFont => "fonts-noto-cjk",
            Self::Python => "python3-venv",
        }
    }

    fn is_here(self) -> bool {
        match self {
            Self::Postgres => crate::test::postgres::programs().is_some(),
            Self::Browser => browser().is_some(),
            Self::ChineseFont => {
                output(&mut program("fc-list", &root(), &[":lang=zh"])).is_some_and(|fonts| !fonts.is_empty())
            }
            Self::Python => output(&mut program("python3", &root(), &["-c", "import venv, ensurepip"])).is_some(),
        }
    }
}

/// The browser for the tests.
pub fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("LUYUAN_TEST_CHROMIUM").map(PathBuf::from);
    named.or_else(|| find(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]))
}

/// Whether this is root, who may install.
pub fn is_root() -> bool {
    output(&mut program("id", &root(), &["-u"])).as_deref() == Some("0")
}

/// Installs what is missing when that is possible; returns what is missing after that, as sentences.
pub fn provide(needs: &[Need]) -> Vec<(Need, String)> {
    let missing = |needs: &[Need]| needs.iter().copied().filter(|need| !need.is_here()).collect::<Vec<_>>();
    let mut lacking = missing(needs);
    if !lacking.is_empty() && is_root() && Path::new("/usr/bin/apt-get").exists() {
        let packages: Vec<&str> = lacking.iter().map(|need| need.package()).collect();
        println!("   installing {}", packages.join(", "));
        if let Err(sentence) = install(&packages) {
            println!("   {sentence}");
        }
        lacking = missing(&lacking);
    }
    let sentence =
        |need: Need| format!("{} is not on this machine; on Debian: apt-get install {}", need.name(), need.package());
    lacking.into_iter().map(|need| (need, sentence(need))).collect()
}

fn install(packages: &[&str]) -> Result<(), String> {
    let apt = |words: &[&str]| {
        let mut command = program("apt-get", &root(), words);
        run(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["-qq", "update"])?;
    let mut words = vec!["-qq", "-y", "--no-install-recommends", "install"];
    words.extend(packages);
    apt(&words)
}
