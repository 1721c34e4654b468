//! Which blocks belong to which street and community.

use super::{
    Listed, Made, MadeKind,
    flat::{At, distance},
    mesh::{Mesh, Piece, Way},
    names, network,
    plan::{COMMUNITIES, STREETS},
    regions::{Blocks, outline},
    rng::Rng,
    sections::paths,
    survey::Survey,
};
use geo::{Coord, LineString, MultiPolygon};

/// The town's blocks, each with its street and its community, by position in the lists.
pub(super) struct Town {
    pub(super) mesh: Mesh,
    pub(super) blocks: Blocks,
    pub(super) street: Vec<usize>,
    pub(super) community: Vec<usize>,
    /// The corners in degrees.
    degrees: Vec<Coord>,
}

impl Town {
    pub(super) fn found(survey: &Survey, streets: &[Listed], communities: &[Listed], rng: &mut Rng) -> Self {
        let (mut mesh, mut pieces) = network::lay(&survey.border, &survey.plane, rng);
        let of: Vec<Vec<usize>> = streets
            .iter()
            .map(|street| (0..communities.len()).filter(|at| communities[*at].code.starts_with(&street.code)).collect())
            .collect();
        let mut blocks = Blocks::new(&mesh, &pieces);
        let mut street = blocks.spread(&seeds(&blocks, survey, streets));
        // A street needs a few blocks for each of its communities.
        for _ in 0..4 {
            let poor: Vec<bool> = (0..streets.len())
                .map(|at| street.iter().filter(|owner| **owner == at).count() < of[at].len() * 2)
                .collect();
            if !poor.contains(&true) {
                break;
            }
            let finer = pieces.iter().zip(&street).flat_map(|(piece, owner)| {
                let parts = poor[*owner].then(|| network::halve(&mut mesh, piece, &|_| 0.0, rng)).flatten();
                parts.unwrap_or_else(|| vec![piece.clone()])
            });
            pieces = finer.collect();
            blocks = Blocks::new(&mesh, &pieces);
            street = blocks.spread(&seeds(&blocks, survey, streets));
        }
        let mut community = vec![usize::MAX; blocks.pieces.len()];
        for (at, of) in of.iter().enumerate() {
            let own: Vec<usize> = (0..street.len()).filter(|block| street[*block] == at).collect();
            let seeds = spread(&blocks, &own, of, survey, communities, rng);
            let shared = blocks.share(&own, &seeds.iter().map(|(block, _)| *block).collect::<Vec<_>>(), |block| {
                blocks.areas[block].sqrt()
            });
            for (block, part) in own.iter().zip(shared) {
                community[*block] = seeds.get(part).map_or(usize::MAX, |(_, community)| *community);
            }
        }
        let degrees = mesh
            .corners
            .iter()
            .zip(&mesh.fixed)
            .map(|(at, fixed)| if *fixed { survey.on_border(*at) } else { survey.degrees(*at) });
        let degrees = degrees.collect();
        Self { mesh, blocks, street, community, degrees }
    }

    /// The blocks of a community.
    pub(super) fn of(&self, community: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.community.len()).filter(move |block| self.community[*block] == community)
    }

    /// Streets and communities.
    pub(super) fn regions(&self, survey: &Survey, streets: &[Listed], communities: &[Listed]) -> Vec<Made> {
        let area = |owners: &[usize], wanted: usize| -> MultiPolygon {
            let own: Vec<&Piece> = self
                .blocks
                .pieces
                .iter()
                .zip(owners)
                .filter(|(_, owner)| **owner == wanted)
                .map(|(piece, _)| piece)
                .collect();
            let rings = outline(&own).into_iter().map(|ring| {
                let flat: Vec<At> = self.mesh.ring(&ring);
                (flat, ring.iter().map(|corner| self.degrees[*corner]).collect())
            });
            survey.rings(&rings.collect::<Vec<_>>())
        };
        let mut made: Vec<Made> = streets
            .iter()
            .enumerate()
            .map(|(at, street)| {
                Made::new(street.code.clone(), None, MadeKind::Street, street.name.clone(), area(&self.street, at))
            })
            .collect();
        made.extend(communities.iter().enumerate().map(|(at, community)| {
            let street = streets.iter().find(|street| community.code.starts_with(&street.code));
            let parent = street.map(|street| street.code.as_str());
            let area = area(&self.community, at);
            Made::new(community.code.clone(), parent, MadeKind::Community, community.name.clone(), area)
        }));
        made
    }

    /// Roads and lanes without a name.
    pub(super) fn lanes(&self, survey: &Survey) -> Vec<(bool, LineString)> {
        let of = |wanted: Way| -> Vec<(usize, usize)> {
            self.mesh.ways().into_iter().filter(|(_, way)| *way == wanted).map(|(edge, _)| edge).collect()
        };
        let line = |path: Vec<usize>| -> LineString {
            path.into_iter().map(|corner| survey.degrees(self.mesh.corners[corner])).collect()
        };
        let lines = [(true, Way::Local), (false, Way::Lane)].into_iter().flat_map(|(wide, way)| {
            paths(&of(way), &self.mesh.corners).into_iter().map(move |path| (wide, line(path)))
        });
        lines.collect()
    }
}

/// A block for each street: the nearest to its planned middle, each block once; a street that the
/// plan does not know takes the block farthest from the others.
fn seeds(blocks: &Blocks, survey: &Survey, streets: &[Listed]) -> Vec<usize> {
    let mut seeds: Vec<usize> = Vec::with_capacity(streets.len());
    for street in streets {
        let planned = STREETS.iter().find(|(code, ..)| *code == street.code);
        let block = match planned {
            Some((_, [lon, lat], _)) => {
                blocks.nearest(survey.plane.metres(*lon, *lat), |block| !seeds.contains(&block))
            }
            None => farthest(blocks, (0..blocks.pieces.len()).filter(|block| !seeds.contains(block)), &seeds),
        };
        seeds.extend(block);
    }
    seeds
}

fn farthest(blocks: &Blocks, among: impl Iterator<Item = usize>, from: &[usize]) -> Option<usize> {
    let room = |block: &usize| {
        let middles = from.iter().map(|other| distance(blocks.middles[*block], blocks.middles[*other]));
        middles.fold(f64::MAX, f64::min) / blocks.areas[*block].sqrt()
    };
    among.max_by(|a, b| room(a).total_cmp(&room(b)).then(b.cmp(a)))
}

/// A first block for each community of a street: planned ones at their place, the others spread
/// out (of several tries the one with most room, Mitchell), in the order of the list from the
/// north-west on.
fn spread(
    blocks: &Blocks,
    own: &[usize],
    communities: &[usize],
    survey: &Survey,
    listed: &[Listed],
    rng: &mut Rng,
) -> Vec<(usize, usize)> {
    let mut taken: Vec<usize> = Vec::new();
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut rest = Vec::new();
    for community in communities {
        match COMMUNITIES.iter().find(|(code, _)| *code == listed[*community].code) {
            Some((_, [lon, lat])) => {
                let at = survey.plane.metres(*lon, *lat);
                let block = blocks.nearest(at, |block| own.contains(&block) && !taken.contains(&block));
                taken.extend(block);
                found.extend(block.map(|block| (block, *community)));
            }
            None => rest.push(*community),
        }
    }
    let planned = taken.len();
    for _ in &rest {
        let free: Vec<usize> = own.iter().copied().filter(|block| !taken.contains(block)).collect();
        if free.is_empty() {
            break;
        }
        let tries: Vec<usize> = (0..10).map(|_| *rng.pick(&free)).collect();
        taken.extend(farthest(blocks, tries.into_iter(), &taken));
    }
    let mut spread = taken.split_off(planned);
    spread.sort_unstable();
    found.extend(spread.into_iter().zip(rest));
    found
}

/// A stem for names near a block.
pub(super) fn stem(town: &Town, communities: &[Listed], block: usize) -> String {
    communities.get(town.community[block]).map(|community| names::stem(&community.name)).unwrap_or_default()
}
