#![allow(clippy::cast_possible_truncation)]

use super::{search::Cut, solve::solve_cut, *};

/// SplitMix64: the same instances in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// Everything that may be chosen, tried.
fn brute(instance: &Instance) -> u64 {
    let count = instance.candidates();
    let chosen = |set: u32| (0..count as u32).filter(|at| set >> at & 1 == 1).collect::<Vec<u32>>();
    let sets = (0..1u32 << count).map(chosen).filter(|chosen| instance.allows(chosen));
    sets.map(|chosen| instance.covered(&chosen)).max().unwrap_or(0)
}

/// Candidates and demands on a line: neighbours compete, as in a street.
fn line(chance: &mut Chance, candidates: u64, demands: u64, ties: bool) -> (Lists, Vec<u64>) {
    let covers = (0..candidates)
        .map(|_| {
            let (middle, reach) = (chance.below(demands), 1 + chance.below(demands / 4 + 1));
            (0..demands)
                .filter(|demand| demand.abs_diff(middle) <= reach && chance.below(5) > 0)
                .map(|demand| demand as u32)
                .collect::<Vec<u32>>()
        })
        .collect();
    let weights = (0..demands).map(|_| if ties { chance.below(2) } else { chance.below(100) }).collect();
    (covers, weights)
}

/// So that even the smallest are cut into regions.
const CUT: Cut = Cut { from: 2, sites: 1.5 };

fn proven(instance: &Instance, cut: Cut) -> Outcome {
    let outcome = solve_cut(instance, &Patience { nodes: u64::MAX, stop: &|| false }, cut).expect("a sound instance");
    assert!(instance.allows(&outcome.chosen), "{outcome:?} of {instance:?}");
    assert_eq!(outcome.covered, instance.covered(&outcome.chosen));
    assert!(outcome.is_optimal(), "{outcome:?} of {instance:?}");
    outcome
}

#[test]
fn every_number_of_sites_is_solved_as_by_trying_everything() {
    let mut chance = Chance(1);
    for round in 0..400 {
        let (covers, weights) = line(&mut chance, 3 + round % 10, 5 + chance_size(round), round % 3 == 0);
        for sites in 0..=covers.len() as u32 {
            let instance = Instance {
                costs: vec![0; covers.len()],
                covers: covers.clone(),
                weights: weights.clone(),
                groups: Vec::new(),
                limit: Limit::Sites(sites),
            };
            let best = brute(&instance);
            for cut in [Cut::default(), CUT] {
                assert_eq!(proven(&instance, cut).covered, best, "{cut:?} {instance:?}");
            }
        }
    }
}

fn chance_size(round: u64) -> u64 {
    round * 7 % 40
}

#[test]
fn budgets_and_groups_are_solved_as_by_trying_everything() {
    let mut chance = Chance(2);
    for round in 0..1_500 {
        let (covers, weights) = line(&mut chance, 3 + round % 9, 5 + chance_size(round), round % 4 == 0);
        let count = covers.len() as u64;
        let costs: Vec<i64> = (0..count).map(|_| (chance.below(40) * chance.below(3)) as i64).collect();
        let mut groups = vec![Vec::new(); 1 + chance.below(3) as usize];
        for at in 0..count as u32 {
            let of = chance.below(2 + groups.len() as u64) as usize;
            if let Some(group) = groups.get_mut(of) {
                group.push(at);
            }
        }
        let budget = chance.below(1 + costs.iter().sum::<i64>() as u64) as i64;
        for limit in [Limit::Budget(budget), Limit::Sites(1 + chance.below(count) as u32)] {
            let groups = if round % 2 == 0 { groups.clone() } else { Vec::new() };
            let (covers, weights, costs) = (covers.clone(), weights.clone(), costs.clone());
            let instance = Instance { covers, weights, costs, groups, limit };
            let best = brute(&instance);
            for cut in [Cut::default(), CUT] {
                assert_eq!(proven(&instance, cut).covered, best, "{cut:?} {instance:?}");
            }
            let greedy = greedy(&instance);
            assert!(instance.allows(&greedy.chosen) && greedy.covered == instance.covered(&greedy.chosen));
            assert!(greedy.covered <= best && best <= greedy.bound, "{greedy:?} {best} {instance:?}");
        }
    }
}

/// Three sites in a row, of which the middle one is the best alone and in the way of the others.
fn row(limit: Limit) -> Instance {
    Instance {
        covers: [vec![0, 1], vec![1, 2], vec![2, 3]].into_iter().collect(),
        weights: vec![4, 5, 6, 3],
        costs: vec![10_000, 12_000, 9_000],
        groups: Vec::new(),
        limit,
    }
}

#[test]
fn the_middle_of_a_row_is_best_alone_and_wrong_for_two() {
    let one = proven(&row(Limit::Sites(1)), Cut::default());
    assert_eq!((one.chosen, one.covered, one.greedy.covered), (vec![1], 11, 11));
    let two = proven(&row(Limit::Sites(2)), Cut::default());
    assert_eq!((two.chosen.as_slice(), two.covered), ([0, 2].as_slice(), 18));
    assert_eq!((two.greedy.chosen, two.greedy.covered, two.greedy.bound), (vec![1, 0], 15, 18));
}

#[test]
fn a_budget_chooses_what_it_can_pay_and_names_the_best_per_fen_first() {
    let short = proven(&row(Limit::Budget(18_999)), Cut::default());
    assert_eq!((short.chosen.as_slice(), short.covered), ([1].as_slice(), 11));
    let enough = proven(&row(Limit::Budget(19_000)), Cut::default());
    assert_eq!((enough.chosen.as_slice(), enough.covered), ([2, 0].as_slice(), 18));
}

#[test]
fn of_a_group_one_is_chosen() {
    let mut instance = row(Limit::Sites(3));
    assert_eq!(proven(&instance, Cut::default()).covered, 18);
    instance.groups = vec![vec![0, 2]];
    let outcome = proven(&instance, Cut::default());
    assert_eq!((outcome.chosen.as_slice(), outcome.covered), ([1, 0].as_slice(), 15));
}

#[test]
fn a_search_that_is_stopped_says_how_much_better_a_plan_could_be() {
    let mut chance = Chance(3);
    let (covers, weights) = line(&mut chance, 60, 200, false);
    let costs = vec![0; covers.len()];
    let instance = Instance { covers, weights, costs, groups: Vec::new(), limit: Limit::Sites(5) };
    let best = proven(&instance, Cut::default()).covered;
    let stopped = solve(&instance, &Patience { nodes: u64::MAX, stop: &|| true }).expect("sound");
    assert!(stopped.covered <= best && best <= stopped.bound);
    assert!(!stopped.is_optimal() && stopped.gap() > 0.0, "{stopped:?}");
}

#[test]
fn what_is_not_sound_is_refused() {
    let with = |change: &dyn Fn(&mut Instance)| {
        let mut instance = row(Limit::Sites(1));
        change(&mut instance);
        solve(&instance, &Patience { nodes: 1, stop: &|| false }).expect_err("refused")
    };
    assert_eq!(with(&|i| i.costs.truncate(1)), InstanceError::Lengths { costs: 1, candidates: 3 });
    assert_eq!(with(&|i| i.weights.truncate(3)), InstanceError::NoDemand { candidate: 2, demand: 3 });
    assert_eq!(with(&|i| i.covers.push([0, 0])), InstanceError::Lengths { costs: 3, candidates: 4 });
    assert_eq!(
        with(&|i| i.covers = [vec![0, 0], vec![], vec![]].into_iter().collect()),
        InstanceError::Twice { candidate: 0, demand: 0 }
    );
    assert_eq!(with(&|i| i.costs[1] = -1), InstanceError::Cost(1));
    assert_eq!(with(&|i| i.groups = vec![vec![0], vec![0]]), InstanceError::Group(0));
    assert_eq!(with(&|i| i.weights[0] = u64::MAX), InstanceError::TooLarge);
}

#[test]
fn the_problem_is_written_for_other_solvers() {
    let mut instance = row(Limit::Budget(19_000));
    instance.groups = vec![vec![0, 2]];
    let mut text = String::new();
    instance.write_lp(&mut text).expect("a string takes everything");
    let wanted = "\\ residents covered, each once
Maximize
 covered: 0 x_none + 4 z0 + 5 z1 + 6 z2 + 3 z3
Subject To
 d0: z0 - x0 <= 0
 d1: z1 - x0 - x1 <= 0
 d2: z2 - x1 - x2 <= 0
 d3: z3 - x2 <= 0
 g0: + x0 + x2 <= 1
 limit: 0 x_none + 10000 x0 + 12000 x1 + 9000 x2 <= 19000
Bounds
 0 <= x_none <= 0 \n 0 <= z0 <= 1 \n 0 <= z1 <= 1 \n 0 <= z2 <= 1 \n 0 <= z3 <= 1
Binary x0 x1 x2
End
";
    assert_eq!(text, wanted);
}

mod proposed;
