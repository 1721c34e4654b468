//! The cases of the district's report, told as orders that go their way by the real rules.

use super::{
    life::{Life, Who, one},
    orders::Beginning,
    pictures::Pictures,
};
use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp, ToSpan};
use luyuan_domain::{
    ids::{PersonId, WhistleId},
    orders::{Ask, Channel, Defer, Extend, Rating, Refusal, ReplyText, Satisfied, Solved, Timetable},
    place::Place,
};
use serde::Deserialize;

const FILE: &str = include_str!("../../../../data/erqi/scenario/orders.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    order: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The place's name; of a road, the beginning of its sections' names.
    place: String,
    category: String,
    days_ago: i64,
    channel: Channel,
    words: String,
    photo: Option<String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    act: Act,
    /// Minutes since the step before.
    after: usize,
    #[serde(default)]
    text: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    days: i32,
    solved: Option<Solved>,
    satisfied: Option<Satisfied>,
    #[serde(default)]
    go_on: bool,
    photo: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Act {
    Accept,
    Return,
    Contact,
    Whistle,
    Report,
    Extend,
    Defer,
    Ask,
    Reply,
    Rate,
}

impl App {
    /// The orders of the scenario, as far as they went by now.
    pub(super) async fn scenario(&self, pictures: &Pictures, now: Timestamp) -> Result<Vec<Life>, AppError> {
        let bad = |what: String| AppError::Rules(format!("scenario/orders.toml: {what}"));
        let file: File = toml::from_str(FILE).map_err(|error| bad(error.to_string()))?;
        let directory = self.directory();
        let mut lives = Vec::with_capacity(file.order.len());
        for case in &file.order {
            let named = |place: &&Place| place.name == case.place || place.name.starts_with(&case.place);
            let place = directory
                .places()
                .iter()
                .filter(|place| place.name == case.place)
                .chain(directory.places().iter().filter(named));
            let place = place.into_iter().next().ok_or_else(|| bad(format!("no place {}", case.place)))?;
            let begin = Beginning {
                category: &case.category,
                words: &case.words,
                channel: case.channel,
                private: false,
                point: place.centre.ok_or_else(|| bad(format!("{} has no position", case.place)))?,
                place,
                placed_at: now - SignedDuration::from_hours(24 * case.days_ago),
            };
            let mut life = self.begin(&begin, now).await?;
            if let Some(scene) = &case.photo {
                life.show(self, pictures, scene, false).ok_or_else(|| bad(format!("no picture {scene}")))?;
            }
            for step in &case.steps {
                if !self.follow(&mut life, step, pictures)? {
                    break;
                }
            }
            lives.push(life);
        }
        Ok(lives)
    }

    /// Takes one step of a case; false once the present is reached.
    fn follow(&self, life: &mut Life, step: &Step, pictures: &Pictures) -> Result<bool, AppError> {
        let rules = self.rulebook().on(life.order.placed_at)?;
        let directory = self.directory();
        let (after, text) = (step.after, step.text.as_str());
        match step.act {
            Act::Accept => life.step(after, Who::Holder, |order, at| one(order.accept(&rules, at))),
            Act::Return => {
                let above = life.order.state.holder().and_then(|org| directory.above(org).first().copied());
                life.step(after, Who::Holder, |order, at| one(order.give_back(text, above, &rules, at)))
            }
            Act::Contact => life.step(after, Who::Holder, |order, at| one(order.contact(text, &rules, at))),
            Act::Whistle => {
                let to = directory.org_by_code(&step.to).ok_or(Refusal::UnknownOrg)?.id;
                let ask = Ask { id: WhistleId(self.env.id()), to, ask: text.to_owned() };
                life.step(after, Who::Holder, |order, at| one(order.whistle(ask, &rules, at)))
            }
            Act::Report => {
                let open = life.order.whistles.iter().find(|whistle| whistle.report.is_none());
                let (id, to) = open.map(|whistle| (whistle.id, whistle.to)).ok_or(Refusal::NoWhistle)?;
                life.step(after, Who::Org(to), |order, at| one(order.report(id, text, &rules, at)))
            }
            Act::Extend => {
                let extend = Extend { reason: text.to_owned() };
                life.step(after, Who::Holder, |order, at| one(order.extend(&extend, &rules, at)))
            }
            Act::Defer => {
                let owner = PersonId(life.order.state.holder().ok_or(Refusal::UnknownOrg)?.0);
                let reason = text.to_owned();
                life.step(after, Who::Holder, |order, at| {
                    let review_on = rules.date(at).saturating_add(step.days.days());
                    one(order.defer(Defer { reason, review_on, owner }, &rules, at))
                })
            }
            Act::Ask => life.step(after, Who::Holder, |order, at| one(order.ask(text, &rules, at))),
            Act::Reply => {
                let shown = step.photo.as_deref().and_then(|scene| life.show(self, pictures, scene, true));
                let reply = ReplyText { text: text.to_owned(), files: shown.into_iter().collect() };
                let files = life.files.len();
                let done = life.step(after, Who::Holder, |order, at| one(order.reply(reply, &rules, at)))?;
                if !done && shown.is_some() {
                    // The picture of a reply that is still to come.
                    life.files.truncate(files - 1);
                }
                Ok(done)
            }
            Act::Rate => {
                let rating = Rating {
                    solved: step.solved.ok_or_else(|| AppError::wrong("solved", "solved_missing", ""))?,
                    satisfied: step.satisfied,
                    comment: text.to_owned(),
                    go_on: step.go_on,
                    called_back: false,
                    at: life.at,
                };
                life.rate(after, rating, &rules, self)
            }
        }
    }
}
