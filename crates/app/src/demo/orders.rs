//! Orders of the demonstration: made words at made places, taken through their real life by the
//! same rules as any other order.

use super::{
    life::{Life, Who, daytime, one},
    pictures::Pictures,
};
use crate::{
    App, AppError,
    env::sha256,
    orders::{Contact, Place, Where},
};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::{
    actor::Actor,
    contact::ContactData,
    geo::Wgs84,
    ids::ReporterId,
    orders::{Channel, Extend, Kind, Rating, ReplyText, Satisfied, Solved, Timetable},
    place::{self, PlaceKind},
};
use luyuan_store::{
    contacts, events, files, orders,
    reporters::{self, About, Reporter},
};

/// Category, what the resident wrote, what was done.
const SAMPLES: [(&str, &str, &str); 16] = [
    ("E01037", "门口的路灯三天不亮了，晚上老人下楼看不见路。", "已更换灯泡和触发器，当晚亮灯。"),
    ("E01023", "井盖一边翘起来，电动车过去差点摔倒。", "已重新安装防沉降井盖，周边路面补平。"),
    ("E01002", "楼后污水井冒水，味道很大，流到小区路上。", "已疏通管道约40米，清掏两座检查井。"),
    ("E06010", "垃圾桶满了两天没人清，招苍蝇。", "已清运，并与保洁约定每天两次。"),
    ("E06036", "三单元楼道堆了旧家具和纸箱，怕着火。", "已与住户沟通清理，楼道恢复畅通。"),
    ("E06001", "一楼住户在公共绿地上搭了个棚子。", "经劝导住户自行拆除，地面已恢复。"),
    ("E06045", "花坛被种成了小菜园，施肥味道大。", "已清理并补种麦冬，居民认养。"),
    ("E09009", "院门口天天有车堵着，轮椅出不去。", "已施划禁停线，安排志愿者早晚值守。"),
    ("E09012", "消防通道停满了车。", "已张贴提示并联系车主挪车，加装隔离桩。"),
    ("E06028", "广场舞音响到晚上十点还很吵。", "已与舞队约定九点前结束并降低音量。"),
    ("E04002", "树枝长到三楼窗户了，刮风就打玻璃。", "已修剪行道树六棵。"),
    ("E06052", "社区门口的坡道裂了，推车上不去。", "已重做坡道并加装扶手。"),
    ("L0101", "水管漏水，路边一直流。", "已更换阀门，恢复供水。"),
    ("L0104", "暖气一直不热，家里有小孩。", "已排气并清洗过滤网，入户测温20度。"),
    ("E06013", "人行道地砖松了，下雨踩一脚水。", "已更换透水砖18平方米。"),
    ("L0202", "建议院里装个晾衣架和几张长椅。", "已列入楼院改造清单，方案公示中。"),
];

/// How many orders are made.
const COUNT: usize = 420;

/// How a made order begins.
pub(super) struct Beginning<'a> {
    pub category: &'a str,
    pub words: &'a str,
    pub channel: Channel,
    pub private: bool,
    pub point: Wgs84,
    pub place: &'a place::Place,
    pub placed_at: Timestamp,
}

impl App {
    pub(super) async fn load_orders(&self) -> Result<(), AppError> {
        let now = self.env.now();
        let pictures = self.draw_pictures().await?;
        let mut lives = Vec::with_capacity(COUNT);
        let directory = self.directory();
        let compounds: Vec<_> = directory.places().iter().filter(|place| place.kind == PlaceKind::Compound).collect();
        if compounds.is_empty() {
            return Ok(());
        }
        for number in 0..COUNT {
            // Strides that share no factor with the counts spread the orders without chance.
            let featured = directory.place_by_code(if number % 2 == 0 { "410103012012001" } else { "410103001009001" });
            let place =
                if number % 9 == 0 { featured } else { None }.unwrap_or(compounds[number * 311 % compounds.len()]);
            let Some(centre) = place.centre else { continue };
            let minutes = i64::try_from((COUNT - number) * 137).unwrap_or(0);
            let (category, words, done) = SAMPLES[number * 7 % SAMPLES.len()];
            let begin = Beginning {
                category,
                words,
                channel: match number % 7 {
                    0 => Channel::Phone,
                    1 => Channel::Visit,
                    _ => Channel::Web,
                },
                private: number % 41 == 40,
                point: Wgs84 { lon: centre.lon + offset(number, 17), lat: centre.lat + offset(number, 29) },
                place,
                placed_at: daytime(now - SignedDuration::from_mins(minutes)).min(now - SignedDuration::from_mins(2)),
            };
            let mut life = self.begin(&begin, now).await?;
            // How far each went by now; some are late, some wait.
            let rules = self.rulebook().on(begin.placed_at)?;
            self.live(&mut life, number, done, &rules, &pictures)?;
            lives.push(life);
        }
        lives.extend(self.scenario(&pictures, now).await?);
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for life in lives {
                        orders::insert(&mut conn, &j, &life.order, &life.index).await?;
                        reporters::insert(&mut conn, &j, &life.reporter).await?;
                        if let Some(closed) = &life.contact {
                            let (id, order) = (life.reporter.id, life.order.id);
                            contacts::put(&mut conn, &j, id, order, closed, life.reporter.joined_at).await?;
                        }
                        for (actor, event) in &life.events {
                            events::append(&mut conn, &j, actor, std::slice::from_ref(event)).await?;
                        }
                        for file in &life.files {
                            files::insert(&mut conn, &j, file).await?;
                        }
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Places a made order at a moment of the past.
    pub(super) async fn begin(&self, begin: &Beginning<'_>, now: Timestamp) -> Result<Life, AppError> {
        let rules = self.rulebook().on(begin.placed_at)?;
        let new = Place {
            kind: rules.kind(begin.category).unwrap_or(Kind::Help),
            category: begin.category.into(),
            description: begin.words.into(),
            at: Where {
                point: Some(begin.point),
                place_code: Some(begin.place.code.clone()),
                address: begin.place.name.clone(),
            },
            channel: begin.channel,
            private: begin.private,
            attributes: vec![],
            contact: Contact::default(),
            photos: vec![],
            key: None,
        };
        let prepared = self.prepare(&new, begin.placed_at).await?;
        let reporter = Reporter {
            id: ReporterId(self.env.id()),
            order: prepared.order.id,
            secret_hash: sha256(self.env.secret()?),
            joined_at: begin.placed_at,
            about: About::default(),
        };
        let made = ContactData { name: "示例居民".into(), ..ContactData::default() };
        let contact = self.closed(reporter.id, &made)?;
        let by = |at: usize| if at == 0 { Actor::Anyone } else { Actor::System };
        let events = prepared.events.into_iter().enumerate().map(|(at, event)| (by(at), event)).collect();
        let (order, index) = (prepared.order, prepared.index);
        Ok(Life { order, events, index, reporter, contact, files: Vec::new(), at: begin.placed_at, now })
    }

    fn live(
        &self,
        life: &mut Life,
        number: usize,
        done: &str,
        rules: &impl Timetable,
        pictures: &Pictures,
    ) -> Result<(), AppError> {
        let wanted = rules.wants_evidence(&life.order.category);
        let scene = match life.order.category.as_str() {
            "E06001" => "shed",
            "E06045" => "garden",
            _ => "heap",
        };
        if wanted {
            life.show(self, pictures, scene, false);
        }
        if number % 13 == 12 {
            let above = life.order.state.holder().and_then(|org| self.directory().above(org).first().copied());
            let back = |order: luyuan_domain::orders::Order, at| {
                one(order.give_back("院内无管养权，请社区协调。", above, rules, at))
            };
            if !life.step(90, Who::Holder, back)? {
                return Ok(());
            }
        }
        let age = life.now.duration_since(life.at).as_hours();
        // Some are left waiting for acceptance: the clock takes them up by itself.
        if (number % 17 == 16 && (age < 60 || number.is_multiple_of(5)))
            || !life.step(40 + number % 200, Who::Holder, |order, at| one(order.accept(rules, at)))?
        {
            return Ok(());
        }
        let called = "已电话联系，约定上门时间。";
        if !life.step(30 + number % 120, Who::Holder, |order, at| one(order.contact(called, rules, at)))? {
            return Ok(());
        }
        if number % 19 == 18 {
            let extend = Extend { reason: "配件需从厂家调货。".into() };
            if !life.step(600, Who::Holder, |order, at| one(order.extend(&extend, rules, at)))? {
                return Ok(());
            }
        }
        // A few are late, the rest of those not done yet are in time.
        if number % 23 == 22 && (age < 140 || number.is_multiple_of(4)) {
            return Ok(());
        }
        let kept = life.files.len();
        let shown = if wanted { life.show(self, pictures, scene, true) } else { None };
        let reply = ReplyText { text: done.into(), files: shown.into_iter().collect() };
        if !life.step(700 + number * 53 % 4000, Who::Holder, |order, at| one(order.reply(reply, rules, at)))? {
            life.files.truncate(kept);
            return Ok(());
        }
        let Some(rating) = wanted_rating(number, life.at) else { return Ok(()) };
        if !life.rate(300 + number % 900, rating, rules, self)? || life.order.state.ended() {
            return Ok(());
        }
        // Not solved: it comes back, and is done again.
        let again = ReplyText { text: format!("再次到场处理：{done}"), files: shown.into_iter().collect() };
        let solved = Rating { solved: Solved::Yes, satisfied: Some(Satisfied::Basically), ..unrated(life.at) };
        let _ = life.step(60, Who::Holder, |order, at| one(order.accept(rules, at)))?
            && life.step(45, Who::Holder, |order, at| one(order.contact(called, rules, at)))?
            && life.step(900 + number * 31 % 1200, Who::Holder, |order, at| one(order.reply(again, rules, at)))?
            && life.rate(400, solved, rules, self)?;
        Ok(())
    }
}

/// What the made reporter says; some say nothing.
fn wanted_rating(number: usize, at: Timestamp) -> Option<Rating> {
    let (solved, satisfied) = match number % 10 {
        0 => return None,
        1 => (Solved::No, Satisfied::No),
        2 => (Solved::Partly, Satisfied::Basically),
        3..=5 => (Solved::Yes, Satisfied::Yes),
        _ => (Solved::Yes, Satisfied::Very),
    };
    Some(Rating { solved, satisfied: Some(satisfied), ..unrated(at) })
}

/// A rating without its answers.
fn unrated(at: Timestamp) -> Rating {
    Rating { solved: Solved::Yes, satisfied: None, comment: String::new(), go_on: false, called_back: false, at }
}

/// Up to some forty metres, spread evenly.
fn offset(number: usize, stride: usize) -> f64 {
    let step = u32::try_from(number * stride % 81).unwrap_or(40);
    (f64::from(step) - 40.0) * 1.0e-5
}
