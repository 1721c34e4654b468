//! The network with its gates and what was found, as plain tables, so that anybody can compute the
//! same distances with a program of their own and compare.

use crate::AppError;
use luyuan_analysis::walk::{Access, City, UNREACHED};
use std::{fs, io::BufWriter, io::Write, path::Path};

/// Writes into a folder: `nodes.csv`, `edges.csv`, `gates.csv` (each on an edge, so many centimetres
/// from its ends and beside it), `doors.csv` likewise, and for every search `found-NAME.csv` and
/// `doors-NAME.csv` with what was found; the bound stands in `bounds.csv`.
///
/// # Errors
/// [`AppError::Import`] when a file cannot be written.
pub fn write_graph(folder: &Path, city: &City, searches: &[(String, Access)]) -> Result<(), AppError> {
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let table = |name: &str, header: &str| -> std::io::Result<BufWriter<fs::File>> {
            let mut file = BufWriter::new(fs::File::create(folder.join(name))?);
            writeln!(file, "{header}")?;
            Ok(file)
        };
        let mut nodes = table("nodes.csv", "node,lon_e7,lat_e7")?;
        for (node, spot) in city.network.spots().iter().enumerate() {
            writeln!(nodes, "{node},{},{}", spot.lon, spot.lat)?;
        }
        nodes.flush()?;
        let mut edges = table("edges.csv", "a,b,cm,kind")?;
        for edge in city.network.edges() {
            writeln!(edges, "{},{},{},{}", edge.a, edge.b, edge.cm, edge.kind.code())?;
        }
        edges.flush()?;
        let mut doors = table("doors.csv", "building,a,b,to_a_cm,to_b_cm,off_cm")?;
        for (number, building) in city.buildings.iter().enumerate() {
            if let Some(link) = &building.link {
                writeln!(doors, "{number},{},{},{},{},{}", link.a, link.b, link.to_a, link.to_b, link.off)?;
            }
        }
        doors.flush()?;
        let mut bounds = table("bounds.csv", "search,bound_cm")?;
        for (name, found) in searches {
            writeln!(bounds, "{name},{}", found.bound)?;
            let mut gates = table(&format!("gates-{name}.csv"), "gate,park,a,b,to_a_cm,to_b_cm,off_cm")?;
            for gate in 0..u32::try_from(found.gates.len()).unwrap_or(u32::MAX) {
                if let Some((park, link)) = found.gates.get(gate) {
                    writeln!(gates, "{gate},{park},{},{},{},{},{}", link.a, link.b, link.to_a, link.to_b, link.off)?;
                }
            }
            gates.flush()?;
            let shown = |cm: u32| if cm == UNREACHED { String::new() } else { cm.to_string() };
            let mut at_nodes = table(&format!("found-{name}.csv"), "node,cm")?;
            for (node, cm) in found.nodes.centimetres().enumerate() {
                writeln!(at_nodes, "{node},{}", shown(cm))?;
            }
            at_nodes.flush()?;
            let mut at_doors = table(&format!("doors-{name}.csv"), "building,cm")?;
            for (number, near) in found.buildings.iter().enumerate() {
                writeln!(at_doors, "{number},{}", shown(near.cm))?;
            }
            at_doors.flush()?;
        }
        bounds.flush()
    };
    write().map_err(|error| AppError::Import(format!("{} cannot be written: {error}", folder.display())))
}
