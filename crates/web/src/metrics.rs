//! What is counted, in the text format of Prometheus, on an address of its own.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::{App, orders::Filter};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{sync::Arc, time::Duration};

/// Upper edges of the histogram, in seconds: from what a read takes to what people give up on.
const EDGES: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// The only address there; no route of the site, so that nobody's permission is asked.
const PATH: &str = "/metrics";

/// A route by its template, never by the address that was asked for: that may hold a number or a
/// secret, and there are without end of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted. Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Counts>);

struct Counts {
    registry: Registry,
    requests: Family<Asked, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    waiting: Gauge,
    jobs: Gauge,
    dead: Gauge,
    open: Gauge,
    late: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(EDGES)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("luyuan");
        let requests = Family::<Asked, Counter>::default();
        let seconds = Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        registry.register("http_requests", "Requests by route, method and class of status", requests.clone());
        registry.register("http_request_seconds", "Time to the head of the answer", seconds.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let waiting = gauge(
            "writes_waiting",
            "Writes that wait for the database: SQLite's queue, or PostgreSQL's busy connections",
        );
        let jobs = gauge("jobs_waiting", "Jobs that are to be done");
        let dead = gauge("jobs_dead", "Jobs that were given up");
        let open = gauge("orders_open", "Orders that are not ended");
        let late = gauge("orders_late", "Open orders whose deadline has passed");
        Self(Arc::new(Counts { registry, requests, seconds, waiting, jobs, dead, open, late }))
    }
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn count(&self, route: Option<&str>, method: &axum::http::Method, status: StatusCode, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        let method = match method.as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            "PUT" => "PUT",
            "DELETE" => "DELETE",
            "OPTIONS" => "OPTIONS",
            _ => "other",
        };
        let class = match status.as_u16() {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.0.seconds.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.0.requests.get_or_create(&Asked { route, method, status: class }).inc();
    }

    /// Everything as text, with what is asked of the database now.
    async fn text(&self, app: &App) -> Result<String, luyuan_app::AppError> {
        let counts = &self.0;
        counts.waiting.set(i64::try_from(app.db.waiting()).unwrap_or(i64::MAX));
        let (waiting, dead) = app.jobs_counted().await?;
        counts.jobs.set(waiting);
        counts.dead.set(dead);
        let states = crate::pages::filter::OPEN.iter().map(|state| (*state).to_owned()).collect();
        let now = app.env.now();
        let due = app.count_by_due(Filter { states, ..Filter::default() }, now, now).await?;
        counts.open.set(due.all);
        counts.late.set(due.late);
        let mut text = String::new();
        encode(&mut text, &counts.registry).map_err(|error| luyuan_app::AppError::File(error.to_string()))?;
        Ok(text)
    }

    /// Serves `/metrics` and nothing else.
    ///
    /// # Errors
    /// As the listener says.
    pub async fn serve(self, listener: tokio::net::TcpListener, app: App) -> std::io::Result<()> {
        let router = Router::new().route(PATH, get(show)).with_state((self, app));
        axum::serve(listener, router).await
    }
}

async fn show(State((metrics, app)): State<(Metrics, App)>) -> Response {
    match metrics.text(&app).await {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "metrics");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
