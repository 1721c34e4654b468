//! `cargo xtask bench`: the programs of `benches/`, and one table of what they found.

use crate::{
    command::{cargo, output, run},
    workspace::{root, target},
};
use clap::Args;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// Which measurements to make.
#[derive(Args)]
pub struct Options {
    /// Only these programs of benches/ [default: all]
    names: Vec<String>,
    /// Largest number of orders; the sizes are 10,000, 100,000 and 1,000,000 up to this one
    #[arg(long, default_value_t = 100_000)]
    size: u32,
}

/// A line that a program prints for the table: `RATIO`, then these six, separated by tabs.
const COLUMNS: [&str; 6] = ["what", "size", "ours", "peer", "ratio", "goal"];

/// Builds and runs them, then prints the table.
pub fn run_all(options: &Options) -> Result<(), String> {
    let manifest = root().join("benches/Cargo.toml").to_string_lossy().into_owned();
    let built = target().join("benches");
    let folder = built.to_string_lossy().into_owned();
    let mut words = vec!["build", "--release", "--manifest-path", &manifest, "--target-dir", &folder];
    match options.names.is_empty() {
        true => words.push("--bins"),
        false => words.extend(options.names.iter().flat_map(|name| ["--bin", name.as_str()])),
    }
    run(&mut cargo(&words))?;
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for name in names(&manifest)?.into_iter().filter(|name| options.names.is_empty() || options.names.contains(name)) {
        println!("\n== {name}");
        let mut command = Command::new(built.join("release").join(&name));
        command.arg("--size").arg(options.size.to_string()).current_dir(root()).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
        for line in child.stdout.take().into_iter().flat_map(|pipe| BufReader::new(pipe).lines()).map_while(Result::ok)
        {
            match line.strip_prefix("RATIO\t") {
                Some(row) => rows.push(row.split('\t').map(str::to_owned).collect()),
                None => println!("{line}"),
            }
        }
        if !child.wait().is_ok_and(|status| status.success()) {
            return Err(format!("{name} failed"));
        }
    }
    println!();
    print!("{}", table(&rows));
    Ok(())
}

fn names(manifest: &str) -> Result<Vec<String>, String> {
    let words = ["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest];
    let told = output(&mut cargo(&words)).ok_or("cargo metadata failed for benches/")?;
    let json: serde_json::Value = serde_json::from_str(&told).map_err(|error| error.to_string())?;
    let targets = json["packages"].as_array().into_iter().flatten().flat_map(|package| package["targets"].as_array());
    let programs = targets.flatten().filter(|target| target["kind"][0] == "bin");
    Ok(programs.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect())
}

/// Columns under each other.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_stand_under_each_other() {
        let rows = [vec!["what".to_owned(), "ratio".to_owned()], vec!["list page".to_owned(), "1.31".to_owned()]];
        assert_eq!(super::table(&rows), "what       ratio\nlist page  1.31\n");
    }
}
