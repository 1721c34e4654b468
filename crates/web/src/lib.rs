//! Pages, JSON API and Open311 over HTTP.
