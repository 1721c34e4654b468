//! Requests as a feed.

use super::{
    Answer,
    call::Call,
    errors::Errors,
    record::{notes, service_name},
    reply::escape,
    requests,
};
use axum::body::Body;
use luyuan_app::orders::Leaf;

/// Entries of a feed when nobody says how many.
const ENTRIES: i64 = 50;

/// A feed of requests, with the filters of the list.
pub(super) async fn feed(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let (filter, mut leaf) = (requests::filter(call, true)?, requests::leaf(call, false)?);
    if call.query.get("page_size").or(call.query.get("max_requests")).is_none() {
        leaf = Leaf { skip: leaf.skip / leaf.limit * ENTRIES, limit: ENTRIES, ..leaf };
    }
    let (stories, _) = call.app().stories(filter, leaf).await.map_err(|error| call.failed(error))?;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" ");
    out.push_str("xmlns:georss=\"http://www.georss.org/georss\"><channel>");
    let element = |out: &mut String, name: &str, text: &str| {
        out.push_str(&format!("<{name}>"));
        escape(text, out);
        out.push_str(&format!("</{}>", name.split(' ').next().unwrap_or(name)));
    };
    let own = format!("{}/requests.rss", call.endpoint.url);
    element(&mut out, "title", call.language.t("open311-feed"));
    element(&mut out, "link", call.endpoint.site.as_deref().unwrap_or(&call.endpoint.url));
    element(&mut out, "description", call.language.t("open311-feed"));
    out.push_str("<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
    escape(&own, &mut out);
    out.push_str("\"/>");
    for story in &stories {
        let order = &story.order;
        // People follow the page; the trial has none, so its record must do.
        let link = match &call.endpoint.site {
            Some(site) => format!("{site}/orders/{}", order.number),
            None => format!("{}/requests/{}.xml", call.endpoint.url, order.number),
        };
        out.push_str("<item>");
        element(&mut out, "title", &format!("{} {}", service_name(call, order), order.number));
        element(&mut out, "link", &link);
        element(&mut out, "guid isPermaLink=\"true\"", &link);
        element(&mut out, "pubDate", &order.placed_at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string());
        element(&mut out, "description", &format!("{} ({})", order.description, notes(call, order)));
        if let Some(point) = order.location.point {
            element(&mut out, "georss:point", &format!("{} {}", point.lat, point.lon));
        }
        out.push_str("</item>");
    }
    out.push_str("</channel></rss>\n");
    Ok(Answer::written(Body::from(out)))
}
