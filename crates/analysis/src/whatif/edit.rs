//! What can be tried out.

use luyuan_domain::geo::Wgs84;
use serde::{Deserialize, Serialize};

/// One change of a city. Several of them, in any order, are a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// A park or a green more.
    Park {
        /// Where one gets in; a pocket park has one point.
        entrances: Vec<Wgs84>,
        /// Its area, which decides how far it serves.
        square_metres: f64,
        /// A park; otherwise only a green.
        is_park: bool,
    },
    /// An entrance more in the boundary of a park.
    Entrance {
        /// The park's key in the city.
        park: String,
        /// Where.
        at: Wgs84,
    },
    /// A crossing more: a straight way between two sides of a road.
    Crossing {
        /// One side.
        from: Wgs84,
        /// The other side.
        to: Wgs84,
    },
    /// A park less.
    WithoutPark {
        /// Its key in the city.
        park: String,
    },
    /// An entrance less: the one of a park that is nearest to a point.
    WithoutEntrance {
        /// The park's key in the city.
        park: String,
        /// Where.
        at: Wgs84,
    },
}

impl Edit {
    /// A position of it; none for a whole park less.
    pub fn at(&self) -> Option<Wgs84> {
        match self {
            Self::Park { entrances, .. } => entrances.first().copied(),
            Self::Entrance { at, .. } | Self::WithoutEntrance { at, .. } | Self::Crossing { from: at, .. } => Some(*at),
            Self::WithoutPark { .. } => None,
        }
    }
}

/// Why an edit cannot be tried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    /// No path comes near enough to a point.
    #[error("no path comes near {}, {}", .at.lon, .at.lat)]
    Far {
        /// The point.
        at: Wgs84,
    },
    /// The city has no park of this key.
    #[error("there is no park {park}")]
    NoPark {
        /// The key.
        park: String,
    },
    /// A park without an entrance, or one to be closed that has none.
    #[error("a park needs an entrance")]
    NoEntrance,
    /// A ground of this kind and size counts for no goal of the rules.
    #[error("a ground of {square_metres} m² counts for no goal")]
    Small {
        /// Its area.
        square_metres: f64,
    },
    /// More crossings than a scenario may have.
    #[error("a scenario has at most {most} crossings")]
    Many {
        /// How many it may have.
        most: usize,
    },
}

impl EditError {
    /// Stable code, for messages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Far { .. } => "far",
            Self::NoPark { .. } => "no_park",
            Self::NoEntrance => "no_entrance",
            Self::Small { .. } => "small",
            Self::Many { .. } => "many",
        }
    }
}
