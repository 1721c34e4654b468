//! Documents do not rot: what they name exists.

use crate::files;
use std::{collections::BTreeSet, path::Path, path::PathBuf, process::Command};

fn documents() -> Vec<PathBuf> {
    let all = files::all();
    all.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")).collect()
}

/// What stands between backticks, in running text and in blocks of code, a line at a time.
fn code(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if block {
            found.push(line.trim().trim_start_matches("$ ").to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// Where links lead: `[words](target)`.
fn links(text: &str) -> Vec<String> {
    let starts = text.match_indices("](");
    starts.filter_map(|(at, _)| Some(text[at + 2..].split_once(')')?.0.to_owned())).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut lost = Vec::new();
    for file in documents() {
        let text = files::text(&file).unwrap_or_default();
        for link in links(&text).iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = file.parent().unwrap_or(Path::new(""));
            let to = if path.is_empty() { file.clone() } else { folder.join(path) };
            if !files::root().join(&to).exists() {
                lost.push(format!("{}: {link}", file.display()));
            } else if !anchor.is_empty() && !headings(&files::text(&to).unwrap_or_default()).contains(anchor) {
                lost.push(format!("{}: {link} has no such heading", file.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The names under which headings can be linked to.
fn headings(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    let name = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept: String = words.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter)).collect();
        kept.replace(' ', "-")
    };
    headings.map(name).collect()
}

#[test]
fn paths_that_are_named_exist() {
    const TOP: &[&str] = &["crates", "data", "docs", "src", "tests", "ui", "xtask", "benches", ".ci", ".config"];
    let mut lost = Vec::new();
    for file in documents() {
        for words in code(&files::text(&file).unwrap_or_default()) {
            for word in words.split_whitespace() {
                let path = word.trim_matches(|letter: char| ",;:\"'()".contains(letter));
                let top = path.split('/').next().unwrap_or_default();
                // Patterns, placeholders and what is built are not files of the project.
                let open = path.contains(['*', '<', '{', '…', '$']) || path.contains("NNNN");
                let built = ["ui/dist", "ui/node_modules"].iter().any(|built| path.starts_with(built));
                if path.contains('/') && TOP.contains(&top) && !open && !built {
                    let at = path.split_once(':').map_or(path, |(path, _)| path);
                    if !files::root().join(at).exists() {
                        lost.push(format!("{}: {path}", file.display()));
                    }
                }
            }
        }
    }
    assert!(lost.is_empty(), "named, but not there: {lost:#?}");
}

/// What `--help` of a program and its commands names: words and flags.
struct Help {
    program: &'static str,
    run: fn(&[&str]) -> String,
}

impl Help {
    /// The commands that a help text lists, one a line under `Commands:`.
    fn commands(text: &str) -> BTreeSet<String> {
        let list = text.split_once("Commands:").map_or("", |(_, rest)| rest);
        let lines = list.lines().skip(1).take_while(|line| line.starts_with("  "));
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    }

    /// What is wrong with a command line, going down its subcommands.
    fn check(&self, line: &str) -> Option<String> {
        let words = line.strip_prefix(self.program)?.split_whitespace();
        let words: Vec<&str> = words.take_while(|word| !["#", "&&", "|", "<", ">", "#…"].contains(word)).collect();
        let (mut path, mut help) = (Vec::new(), (self.run)(&["--help"]));
        for word in words {
            let commands = Self::commands(&help);
            if let Some(flag) = word.strip_prefix("--").map(|flag| flag.split('=').next().unwrap_or(flag)) {
                if !help.contains(&format!("--{flag}")) {
                    return Some(format!("no flag --{flag} in `{line}`"));
                }
            } else if commands.contains(word) {
                path.push(word);
                help = (self.run)(&[path.as_slice(), &["--help"]].concat());
            } else if path.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') {
                return Some(format!("no command {word} in `{line}`"));
            }
        }
        None
    }
}

fn luyuan(words: &[&str]) -> String {
    told(Command::new(env!("CARGO_BIN_EXE_luyuan")).args(words))
}

fn xtask(words: &[&str]) -> String {
    told(Command::new(env!("CARGO")).current_dir(files::root()).arg("xtask").args(words))
}

fn told(command: &mut Command) -> String {
    let output = command.output().expect("a program that can be run");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn commands_that_are_named_exist() {
    let programs = [Help { program: "luyuan ", run: luyuan }, Help { program: "cargo xtask ", run: xtask }];
    let mut lost = Vec::new();
    for file in documents() {
        for line in code(&files::text(&file).unwrap_or_default()) {
            // `luyuan demo | serve` in a sentence names each of them.
            let line = line.trim_start_matches("./").trim_start_matches("target/release/").to_owned();
            for program in &programs {
                lost.extend(program.check(&line).map(|wrong| format!("{}: {wrong}", file.display())));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn a_wrong_command_is_noticed() {
    fn run(words: &[&str]) -> String {
        match words {
            ["--help"] => "Commands:\n  user  Accounts\n  serve Serve\n\nOptions:\n  --data <DIR>\n".into(),
            ["user", "--help"] => "Commands:\n  add  Add one\n\nOptions:\n  --data <DIR>\n".into(),
            _ => "Options:\n  --login <LOGIN>\n".into(),
        }
    }
    let help = Help { program: "luyuan ", run };
    assert_eq!(help.check("luyuan serve"), None);
    assert_eq!(help.check("luyuan user add --login li < password.txt"), None);
    assert!(help.check("luyuan fly").is_some_and(|wrong| wrong.contains("fly")));
    assert!(help.check("luyuan user add --name li").is_some_and(|wrong| wrong.contains("--name")));
}

/// The names in one table of a `Cargo.toml`, such as `[dependencies]`.
fn listed_in_cargo(file: &str, table: &str) -> BTreeSet<String> {
    let text = files::text(Path::new(file)).expect("a Cargo.toml");
    let lines = text.lines().skip_while(|line| *line != table).skip(1).take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| Some(line.split_once('=')?.0.trim().trim_end_matches(".workspace").to_owned()));
    names.filter(|name| !name.starts_with("luyuan-") && !name.starts_with('#')).collect()
}

/// The names in all tables of dependencies of a `package.json`.
fn listed_in_npm(file: &str) -> BTreeSet<String> {
    let text = files::text(Path::new(file)).expect("a package.json");
    let package: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let tables = ["dependencies", "devDependencies"].into_iter().filter_map(|table| package[table].as_object());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let requirements = "tests/it/binary/requirements.txt";
    let list = files::text(Path::new(requirements)).expect("a list");
    let python = list.lines().filter_map(|line| Some(line.split_once("==")?.0.to_owned())).collect();
    let wanted = [
        ("Cargo.toml", listed_in_cargo("Cargo.toml", "[workspace.dependencies]")),
        ("benches/Cargo.toml", listed_in_cargo("benches/Cargo.toml", "[dependencies]")),
        ("ui/package.json", listed_in_npm("ui/package.json")),
        ("tests/browser/package.json", listed_in_npm("tests/browser/package.json")),
        (requirements, python),
    ];
    let text = files::text(Path::new("docs/dependencies.md")).expect("the document");
    let sections: Vec<&str> = text.split("\n## ").skip(1).collect();
    for (file, wanted) in wanted {
        assert!(!wanted.is_empty(), "nothing was found in {file}");
        let section = sections
            .iter()
            .find(|section| section.lines().next().is_some_and(|heading| heading.contains(&format!("(`{file}`)"))));
        let section = section.unwrap_or_else(|| panic!("docs/dependencies.md has no heading with (`{file}`)"));
        // A line of the table begins with the name; what only others need stands in a sentence.
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let mut told: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
        let others = section.lines().filter(|line| line.starts_with("What these need themselves"));
        told.extend(others.flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned)));
        let missing: Vec<_> = wanted.difference(&told).collect();
        let gone: Vec<_> = told.difference(&wanted).collect();
        assert!(missing.is_empty(), "docs/dependencies.md says nothing of {missing:?} in {file}");
        assert!(gone.is_empty(), "docs/dependencies.md tells of {gone:?}, which {file} does not have");
    }
}

/// Words like `LUYUAN_DATA` in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
    words.filter(|word| word.starts_with("LUYUAN_") && word.len() > 7).map(str::to_owned).collect()
}

#[test]
fn every_option_and_its_variable_is_in_the_manual() {
    // Help is wrapped to the width of the terminal, even between `env:` and the name.
    let help = luyuan(&["--help"]).split_whitespace().collect::<Vec<_>>().join(" ");
    let manual = files::text(Path::new("docs/operations.md")).expect("the manual");
    let rows: Vec<&str> = manual.lines().filter(|line| line.starts_with("| `--")).collect();
    let mut named = 0;
    for (at, _) in help.match_indices("[env: ") {
        let variable = help[at + 6..].split(|letter: char| letter != '_' && !letter.is_ascii_uppercase()).next();
        let variable = variable.unwrap_or_default();
        let flag = help[..at].rsplit(" --").next().and_then(|text| text.split_whitespace().next());
        let flag = flag.unwrap_or_default();
        let row = rows.iter().find(|row| row.contains(&format!("`{variable}`")));
        let row = row.unwrap_or_else(|| panic!("docs/operations.md has no row for {variable}"));
        assert!(row.starts_with(&format!("| `--{flag}` |")), "{variable} sets --{flag}, not what `{row}` says");
        named += 1;
    }
    assert!(named >= 5 && rows.len() == named, "{named} options in --help, {} in docs/operations.md", rows.len());
}

#[test]
fn variables_that_are_named_exist() {
    let sources = files::all().into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let sources = sources.filter(|file| !file.ends_with("it/docs.rs"));
    let known: BTreeSet<String> = sources.flat_map(|file| variables(&files::text(&file).unwrap_or_default())).collect();
    let mut lost = Vec::new();
    for file in documents() {
        let named = variables(&files::text(&file).unwrap_or_default());
        lost.extend(named.difference(&known).map(|name| format!("{}: {name}", file.display())));
    }
    assert!(lost.is_empty(), "{lost:#?}");
}
