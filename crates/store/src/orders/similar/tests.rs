#![allow(clippy::unwrap_used)]
use super::*;
use crate::{Engine, orders, testing::on_both_engines};
use jiff::SignedDuration;
use luyuan_domain::{
    ids::OrderId,
    orders::{Channel, Kind, Location, Urgency},
};
use uuid::Uuid;

const SQLITE: &str = include_str!("../../../migrations/0003_search.sqlite.sql");
const POSTGRES: &str = include_str!("../../../migrations/0003_search.postgres.sql");

fn order(number: u128, lon: f64, lat: f64) -> Order {
    Order {
        id: OrderId(Uuid::from_u128(number)),
        number: format!("2026-{number:06}"),
        version: 1,
        kind: Kind::Help,
        category: "E01001".into(),
        urgency: Urgency::General,
        description: String::new(),
        location: Location { point: Wgs84::new(lon, lat), place: None, address: String::new() },
        channel: Channel::Web,
        private: false,
        attributes: vec![],
        placed_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        state: State::Placed { due: None },
        lead: None,
        whistles: vec![],
        questions: vec![],
        extensions: 0,
        reworks: 0,
        supervised: false,
        due_assumed: false,
    }
}

/// Everywhere on earth: the grid has no edge, and what the migration fills in for orders that were
/// there before it is what is kept for new ones.
#[tokio::test]
async fn orders_from_before_are_found_as_new_ones_are() {
    on_both_engines(|db, engine| async move {
        let j = JurisdictionId("t".into());
        let spots = [(113.65, 34.75), (-0.0005, -0.0005), (-179.9999, 89.9), (12.001, -33.999), (0.0, 0.0)];
        let text = if db.engine() == Engine::Sqlite { SQLITE } else { POSTGRES };
        for filled in [false, true] {
            let own = j.clone();
            db.write(move |mut conn| {
                Box::pin(async move {
                    if filled {
                        conn.query("UPDATE orders SET open_cell = NULL").run().await?;
                        conn.query(text).run().await?;
                    } else {
                        for (number, (lon, lat)) in (1..).zip(spots) {
                            let order = order(number, lon, lat);
                            orders::insert(&mut conn, &own, &order, &orders::Index::default()).await?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
            for (number, (lon, lat)) in (1..).zip(spots) {
                for metres in [0.0, 1.0, 50_000.0] {
                    let own = j.clone();
                    let probe = Probe {
                        at: Wgs84 { lon, lat },
                        category: "E01001".into(),
                        metres,
                        since: Timestamp::UNIX_EPOCH - SignedDuration::from_secs(1),
                        most: 1,
                    };
                    let found =
                        db.read(move |mut conn| Box::pin(async move { similar(&mut conn, &own, &probe).await }));
                    let found = found.await.unwrap();
                    assert_eq!(found, [order(number, lon, lat)], "{engine} {lon} {lat} {metres} {filled}");
                }
            }
        }
    })
    .await;
}
