//! What stands on the blocks: parks, compounds and their buildings, named roads, and the cases of
//! the district's report.

use super::{
    Amounts, Listed, Made, MadeKind,
    flat::{At, Block, centroid, distance, edges, inside, to_edge, to_line},
    lots::{ground, lots, room, slabs},
    mesh::Way,
    names::Names,
    plan::{BESIDE, COMPOUNDS, Degrees, HUAIYUAN, ROADS, STREETS, TRIAL, TRIAL_COMPOUNDS, VILLAGE},
    rng::Rng,
    sections::{self, Section},
    survey::Survey,
    town::{Town, stem},
};
use geo::{LineString, MultiLineString};
use std::collections::HashSet;

/// A rectangle for a compound, and the block that it is on.
struct Lot {
    block: usize,
    place: Block,
}

/// Fills the blocks.
pub(super) fn fill(survey: &Survey, town: &Town, communities: &[Listed], amounts: Amounts, rng: &mut Rng) -> Vec<Made> {
    let sections = sections::sections(&town.mesh, &survey.border);
    let mut names = Names::default();
    let mut site = Site { survey, town, communities, sections: &sections, names: &mut names };
    let parks = site.large_parks(amounts.parks, rng);
    let taken: HashSet<usize> = parks.iter().map(|(block, ..)| *block).collect();
    let village = site.village(&taken);
    let free = |block: &usize| !taken.contains(block) && village.as_ref().is_none_or(|(own, _)| own != block);
    let all = (0..town.blocks.pieces.len()).filter(free).flat_map(|block| {
        lots(&town.mesh, &town.blocks.pieces[block], rng).into_iter().map(move |place| Lot { block, place })
    });
    let mut all: Vec<Lot> = all.collect();
    let compounds = site.choose(&mut all, amounts.compounds);
    let mut made = Vec::new();
    made.extend(village.map(|(_, made)| made));
    let (estates, buildings) = site.build(&compounds, amounts.buildings, rng);
    made.extend(estates);
    made.extend(buildings);
    made.extend(site.roads());
    let small = site.small_parks(&all, amounts.parks.saturating_sub(parks.len()), rng);
    let parks = parks.into_iter().map(|(_, ring, name)| (ring, name)).chain(small);
    made.extend(parks.enumerate().map(|(number, (ring, name))| {
        let parent = site.community_at(centroid(&ring));
        Made::new(format!("P{:03}", number + 1), parent, MadeKind::Park, name, survey.area(&ring))
    }));
    made
}

struct Site<'a> {
    survey: &'a Survey,
    town: &'a Town,
    communities: &'a [Listed],
    sections: &'a [Section],
    names: &'a mut Names,
}

impl Site<'_> {
    fn at(&self, [lon, lat]: Degrees) -> At {
        self.survey.plane.metres(lon, lat)
    }

    fn ring(&self, block: usize) -> Vec<At> {
        self.town.mesh.ring(&self.town.blocks.pieces[block])
    }

    fn block_at(&self, at: At) -> Option<usize> {
        (0..self.town.blocks.pieces.len()).find(|block| inside(&self.ring(*block), at))
    }

    fn community_at(&self, at: At) -> Option<&str> {
        self.block_at(at).and_then(|block| self.code(block))
    }

    fn code(&self, block: usize) -> Option<&str> {
        self.communities.get(self.town.community[block]).map(|community| community.code.as_str())
    }

    /// Whether a block lies at a road.
    fn touches(&self, block: usize, road: &str) -> bool {
        let piece = &self.town.blocks.pieces[block];
        let mut sides = (0..piece.len()).map(|at| self.town.mesh.way(piece[at], piece[(at + 1) % piece.len()]));
        sides.any(|way| matches!(way, Way::Road(number) if ROADS[number].name == road))
    }

    /// Parks that are whole blocks: 淮园, some in each part of the town, some large ones outside.
    fn large_parks(&mut self, most: usize, rng: &mut Rng) -> Vec<(usize, Vec<At>, String)> {
        let mut found: Vec<(usize, Vec<At>, String)> = Vec::new();
        let (corner, roads) = HUAIYUAN;
        let at_both = |block| roads.iter().all(|road| self.touches(block, road));
        let named = self.town.blocks.nearest(self.at(corner), at_both);
        let mut order: Vec<usize> = (0..self.town.blocks.pieces.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, rng.below(at + 1));
        }
        let trial = self.trial().map(|section| section.line.clone()).unwrap_or_default();
        for block in named.into_iter().chain(order) {
            let first = Some(block) == named;
            let (area, middle) = (self.town.blocks.areas[block], self.town.blocks.middles[block]);
            // Far enough apart: a park for each square kilometre, larger ones farther apart.
            let apart = if area > 100_000.0 { 3_300.0 } else { 1_150.0 };
            let near = found
                .iter()
                .any(|(other, ..)| *other == block || distance(self.town.blocks.middles[*other], middle) < apart);
            let sized = (9_000.0..45_000.0).contains(&area) || (150_000.0..600_000.0).contains(&area);
            if found.len() * 2 >= most || !first && (near || !sized || to_line(middle, &trial) < 260.0) {
                continue;
            }
            let Some(ring) =
                ground(&self.town.mesh, &self.town.blocks.pieces[block], if area > 100_000.0 { 25.0 } else { 5.0 })
            else {
                continue;
            };
            let name = if first {
                self.names.once("淮园".into())
            } else {
                self.names.park(&stem(self.town, self.communities, block), area)
            };
            found.push((block, ring, name));
        }
        found
    }

    /// The village of the report, as a part of its community.
    fn village(&mut self, taken: &HashSet<usize>) -> Option<(usize, Made)> {
        let (community, name) = VILLAGE;
        let at = self.communities.iter().position(|listed| listed.code == community)?;
        let block = self
            .town
            .of(at)
            .filter(|block| !taken.contains(block))
            .max_by(|a, b| self.town.blocks.areas[*a].total_cmp(&self.town.blocks.areas[*b]))?;
        let ring = ground(&self.town.mesh, &self.town.blocks.pieces[block], 30.0)?;
        let name = self.names.once(name.into());
        let area = self.survey.area(&ring);
        Some((block, Made::new(format!("{community}G01"), Some(community), MadeKind::Grid, name, area)))
    }

    fn trial(&self) -> Option<&Section> {
        self.sections.iter().find(|section| sections::is_trial(section))
    }

    /// The compounds' lots, taken out of all lots, each with its community, in the order of codes.
    fn choose(&self, all: &mut Vec<Lot>, count: usize) -> Vec<(usize, Vec<Lot>)> {
        let mut forced: Vec<Lot> = Vec::new();
        if let Some(trial) = self.trial() {
            let gap = |lot: &Lot| {
                let ring = lot.place.ring();
                let near = edges(&trial.ring).flat_map(|(a, b)| ring.iter().map(move |at| to_edge(*at, a, b)));
                near.fold(f64::INFINITY, f64::min)
            };
            // A little more than "beside", so that none stands on the limit.
            let (mut beside, rest): (Vec<Lot>, Vec<Lot>) = all.drain(..).partition(|lot| gap(lot) < BESIDE + 15.0);
            *all = rest;
            beside.retain(|lot| gap(lot) < BESIDE - 15.0);
            beside.sort_by(|a, b| gap(a).total_cmp(&gap(b)).then(a.block.cmp(&b.block)));
            beside.truncate(TRIAL_COMPOUNDS.min(count));
            forced = beside;
        }
        let mut chosen: Vec<(usize, Vec<Lot>)> = (0..self.communities.len()).map(|at| (at, Vec::new())).collect();
        for lot in forced {
            chosen[self.town.community[lot.block]].1.push(lot);
        }
        let mut free: Vec<Vec<Lot>> = (0..self.communities.len()).map(|_| Vec::new()).collect();
        for lot in all.drain(..) {
            free[self.town.community[lot.block]].push(lot);
        }
        let shares = self.shares(&free, &chosen, count);
        for (((_, chosen), free), share) in chosen.iter_mut().zip(&mut free).zip(shares) {
            // Block by block, so that compounds stand together; the scenario's first, on the
            // largest lot.
            free.sort_by_key(|lot| lot.block);
            let largest = (0..free.len()).max_by(|a, b| free[*a].place.area().total_cmp(&free[*b].place.area()));
            let mut lots: Vec<Lot> = largest.filter(|_| share > 0).map(|at| free.remove(at)).into_iter().collect();
            // Every fourth lot belongs to a managed estate and stays out of the list.
            let mut at = 0;
            while lots.len() < share && !free.is_empty() {
                if at % 4 == 3 && free.len() > share - lots.len() {
                    all.push(free.remove(0));
                } else {
                    lots.push(free.remove(0));
                }
                at += 1;
            }
            lots.append(chosen);
            *chosen = lots;
        }
        all.extend(free.into_iter().flatten());
        chosen
    }

    /// How many compounds each community gets: each next one goes where the share is smallest
    /// against its weight (as seats by D'Hondt's rule).
    fn shares(&self, free: &[Vec<Lot>], chosen: &[(usize, Vec<Lot>)], count: usize) -> Vec<usize> {
        let weight = |at: usize| {
            let listed = &self.communities[at];
            let street = STREETS.iter().find(|(code, ..)| listed.code.starts_with(code));
            let village = if super::is_village(&listed.name) { 0.4 } else { 1.0 };
            street.map_or(0.5, |(_, _, weight)| *weight) * village * (free[at].len() as f64).sqrt()
        };
        let weights: Vec<f64> = (0..free.len()).map(weight).collect();
        let mut shares: Vec<usize> = vec![0; free.len()];
        let mut left = count - chosen.iter().map(|(_, lots)| lots.len()).sum::<usize>().min(count);
        while left > 0 {
            let can = (0..free.len()).filter(|at| shares[*at] < free[*at].len());
            let due = |at: usize| weights[at] / (shares[at] + chosen[at].1.len()) as f64;
            let Some(next) = can.max_by(|a, b| due(*a).total_cmp(&due(*b)).then(b.cmp(a))) else { break };
            shares[next] += 1;
            left -= 1;
        }
        shares
    }

    /// Compounds, and the buildings on them.
    fn build(&mut self, chosen: &[(usize, Vec<Lot>)], count: usize, rng: &mut Rng) -> (Vec<Made>, Vec<Made>) {
        let lots: Vec<(usize, usize, &Lot)> = chosen
            .iter()
            .flat_map(|(community, lots)| lots.iter().enumerate().map(|(at, lot)| (*community, at + 1, lot)))
            .collect();
        let rooms: Vec<usize> = lots.iter().map(|(.., lot)| room(&lot.place).min(8)).collect();
        // One each; the report's cases stand whole.
        let is_case = |at: usize, number: usize| {
            COMPOUNDS.iter().any(|(code, ..)| *code == format!("{}{number:03}", self.communities[at].code))
        };
        let mut counts: Vec<usize> = lots
            .iter()
            .zip(&rooms)
            .map(|((community, number, _), room)| if is_case(*community, *number) { *room } else { 1 })
            .collect();
        let mut left = count.saturating_sub(counts.iter().sum());
        while left > 0 {
            let can: Vec<usize> = (0..lots.len()).filter(|at| counts[*at] < rooms[*at]).collect();
            if can.is_empty() {
                break;
            }
            // Of two by chance the one with more room left: full yards and single houses both occur.
            let pair = [*rng.pick(&can), *rng.pick(&can)];
            let next =
                if rooms[pair[0]] - counts[pair[0]] >= rooms[pair[1]] - counts[pair[1]] { pair[0] } else { pair[1] };
            counts[next] += 1;
            left -= 1;
        }
        let (mut estates, mut buildings) = (Vec::with_capacity(lots.len()), Vec::with_capacity(count));
        for ((community, number, lot), count) in lots.into_iter().zip(counts) {
            let listed = &self.communities[community];
            let code = format!("{}{number:03}", listed.code);
            let case = COMPOUNDS.iter().find(|(wanted, ..)| *wanted == code);
            let road = self.road_beside(&lot.place);
            let name = match case {
                Some((_, name, _)) => self.names.once((*name).into()),
                None => self.names.compound(road, &super::names::stem(&listed.name), rng),
            };
            let area = self.survey.area(&lot.place.ring());
            let mut estate = Made::new(code.clone(), Some(&listed.code), MadeKind::Compound, name.clone(), area);
            let year = 1976 + u32::try_from(rng.below(24)).unwrap_or(0);
            estate.built = case.map_or(year, |(.., year)| *year);
            for (number, slab) in slabs(&lot.place, count, rng).into_iter().enumerate() {
                let (code, name) = (format!("{code}{:02}", number + 1), format!("{name}{}号楼", number + 1));
                let area = self.survey.area(&slab.ring);
                let mut building = Made::new(code, Some(&estate.code), MadeKind::Building, name, area);
                building.households = slab.households;
                building.built = estate.built;
                estate.households += slab.households;
                buildings.push(building);
            }
            estates.push(estate);
        }
        (estates, buildings)
    }

    /// The named road that a lot stands at.
    fn road_beside(&self, lot: &Block) -> Option<&'static str> {
        let reach = lot.width.max(lot.depth) / 2.0 + 45.0;
        let gap = |section: &&Section| to_line(lot.middle, &section.line);
        let near = self.sections.iter().min_by(|a, b| gap(a).total_cmp(&gap(b)))?;
        (gap(&near) < reach).then(|| ROADS[near.road].name)
    }

    /// Named roads by section.
    fn roads(&self) -> Vec<Made> {
        let sections = self.sections.iter().enumerate().map(|(number, section)| {
            let name =
                if sections::is_trial(section) { format!("{}试验段", TRIAL.0) } else { sections::name(section) };
            let middle = section.line[section.line.len() / 2];
            let street =
                self.community_at(super::flat::along(middle, [0.6, 0.8], 1.0)).map(|code| code[..9].to_owned());
            let code = format!("R{:03}", number + 1);
            let area = self.survey.area(&section.ring);
            let mut road = Made::new(code, street.as_deref(), MadeKind::Road, name, area);
            let line: Vec<geo::Coord> = section.line.iter().map(|at| self.survey.degrees(*at)).collect();
            road.line = Some(MultiLineString(vec![LineString::from(line)]));
            road
        });
        sections.collect()
    }

    /// Pocket parks on lots that no compound took, far from one another.
    fn small_parks(&mut self, free: &[Lot], count: usize, rng: &mut Rng) -> Vec<(Vec<At>, String)> {
        let mut found: Vec<(At, Vec<At>, String)> = Vec::new();
        let urban = |lot: &&Lot| self.town.blocks.areas[lot.block] < 70_000.0;
        let lots: Vec<&Lot> = free.iter().filter(urban).collect();
        while found.len() < count && !lots.is_empty() {
            let room =
                |lot: &&&Lot| found.iter().map(|(at, ..)| distance(*at, lot.place.middle)).fold(f64::MAX, f64::min);
            let tries: Vec<&&Lot> = (0..12).map(|_| rng.pick(&lots)).collect();
            let Some(lot) = tries.into_iter().max_by(|a, b| room(a).total_cmp(&room(b))) else { break };
            if room(&lot) < 60.0 {
                break;
            }
            let place = lot.place.part(
                0.0,
                0.0,
                lot.place.width * rng.between(0.4, 1.0),
                lot.place.depth * rng.between(0.5, 1.0),
            );
            let near = self
                .road_beside(&lot.place)
                .map_or_else(|| stem(self.town, self.communities, lot.block), str::to_owned);
            let name = self.names.park(&near, place.area());
            found.push((place.middle, place.ring(), name));
        }
        found.into_iter().map(|(_, ring, name)| (ring, name)).collect()
    }
}
