//! Personal data on the pages: masked for staff, whole with a purpose, erased by who it belongs to,
//! and never where the public or a program looks.

use crate::district::{Browser, GARDEN, LAMP, on_both};
use luyuan_app::{
    contact::Erasing,
    orders::{Contact, Place, Rate, Replying, Seen},
};
use luyuan_domain::{actor::Actor, orders::Solved};

const PHONE: &str = "13811112222";

#[tokio::test]
async fn staff_see_it_masked_and_whole_with_a_purpose() {
    on_both(|site, engine| async move {
        let contact = Contact { name: "欧阳明".into(), phone: PHONE.into(), ..Contact::default() };
        let placed = site.place(Place { contact, ..site.lamp() }).await;
        let desk = format!("/work/orders/{}", placed.number);
        let mut staff = Browser::open(&site, "en").await;
        staff.log_in("compound").await;
        let page = staff.get(&desk).await.text();
        assert!(page.contains("欧** 138****2222") && !page.contains(PHONE), "{engine}");
        let form = format!("{desk}/reporters/");
        let at = page.find(&form).expect("a form to see it") + form.len();
        let id = &page[at..at + 36];
        let path = format!("{form}{id}/contact");
        staff.submit(&path, &[]).await.is_page(422, "reason");
        staff.submit(&path, &[("purpose", "curiosity")]).await.is_page(422, "reason");
        let shown = staff.submit(&path, &[("purpose", "call_back")]).await;
        shown.is_page(200, PHONE);
        assert_eq!(shown.header("cache-control"), "no-store", "{engine}");
        staff.submit_bare(&path, &[("purpose", "call_back")]).await.is_page(403, "form");
        assert!(!staff.get(&desk).await.text().contains(PHONE), "{engine}: masked again");
        let mut public = Browser::open(&site, "zh-CN").await;
        assert!(!public.submit(&path, &[("purpose", "call_back")]).await.text().contains(PHONE));
        for path in [
            format!("/orders/{}", placed.number),
            format!("/orders/{}?key={}", placed.number, placed.secret),
            format!("/api/v1/orders/{}", placed.number),
            format!("/open311/v2/requests/{}.json?extensions=true", placed.number),
            format!("/orders?category={LAMP}"),
        ] {
            let text = public.get(&path).await.text();
            assert!(!text.contains(PHONE) && !text.contains("138****"), "{engine} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_resident_stays_unnamed_and_takes_their_data_back() {
    on_both(|site, engine| async move {
        let mut resident = Browser::open(&site, "zh-CN").await;
        let point = site.lamp().at.point.unwrap();
        let (lat, lon) = (point.lat.to_string(), point.lon.to_string());
        let fields = [
            ("category", LAMP),
            ("description", "门口路灯不亮"),
            ("lat", &lat),
            ("lon", &lon),
            ("phone", PHONE),
            ("unnamed", "1"),
            ("asked", "which"),
            ("asked", "similar"),
            ("asked", "questions"),
            ("key", "resident-1"),
        ];
        let sent = resident.submit("/orders", &fields).await;
        let link = sent.header("location").to_owned();
        let (number, key) = link.split_once("?key=").expect("the receipt");
        let (number, key) = (number.trim_start_matches("/orders/"), key.split('&').next().unwrap());
        let own = format!("/orders/{number}?key={key}");
        let page = resident.get(&own).await.text();
        assert!(page.contains("不让办理单位知道您是谁") && page.contains("删除我的信息"), "{engine}");
        let mut staff = Browser::open(&site, "zh-CN").await;
        staff.log_in("compound").await;
        let desk = staff.get(&format!("/work/orders/{number}")).await.text();
        assert!(desk.contains("不愿让办理单位知道身份") && !desk.contains("138****"), "{engine}");

        let erasure = format!("/orders/{number}/erasure");
        assert_eq!(resident.submit(&erasure, &[("key", "wrong")]).await.status, 403, "{engine}");
        resident.submit(&erasure, &[("key", key), ("words", "1")]).await.is_page(409, "");
        assert_eq!(resident.submit(&erasure, &[("key", key)]).await.status, 303, "{engine}");
        let page = resident.get(&own).await.text();
        assert!(page.contains("您的信息已删除") && page.contains("门口路灯不亮"), "{engine}");
        let desk = staff.get(&format!("/work/orders/{number}")).await.text();
        assert!(desk.contains("已应本人要求删除"), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn what_is_erased_leaves_no_picture_behind_not_even_a_small_one() {
    on_both(|site, engine| async move {
        let photo = site.app.keep_photo(crate::pictures::large(), false).await.unwrap();
        let placed = site.place(Place { photos: vec![photo], ..site.lamp() }).await;
        let seen = Seen { number: placed.number.clone(), version: None };
        let staff = site.staff(GARDEN);
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "已联系".into()).await.unwrap();
        site.app.reply(&staff, &seen, Replying { text: "已修好".into(), files: vec![] }).await.unwrap();
        let detail = site.app.order(&Actor::Anyone, &placed.number, Some(&placed.secret)).await.unwrap();
        let (id, file) = (detail.own.unwrap(), detail.files[0].clone());
        let small = file.small.clone().expect("a small picture");
        for name in [&file.sha256, &small] {
            assert!(!site.app.bytes(name).await.unwrap().is_empty(), "{engine}");
        }
        let rate = Rate { solved: Solved::Yes, satisfied: None, comment: String::new(), go_on: false };
        site.app.rate(&Actor::Reporter { id }, &seen, id, rate).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        site.app.open_log(folder.path()).await.unwrap();
        site.app.erase(&Actor::Reporter { id }, &placed.number, id, Erasing { words: true }).await.unwrap();
        for name in [&file.sha256, &small] {
            assert!(site.app.bytes(name).await.is_err(), "{engine}: {name} is still there");
        }
        let size = format!("/orders/{}/photos/{}?size=small&key={}", placed.number, file.id, placed.secret);
        assert_eq!(site.get(&size).await.status, 404, "{engine}");
    })
    .await;
}
