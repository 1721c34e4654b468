//! What is drawn, in which layer, from which zoom on. These choices are the map's look, not rules.

/// A layer of a tile, in the order in which they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Land use and green.
    Land,
    /// Lakes and wide rivers.
    Water,
    /// Narrow rivers and coasts, as lines.
    Waterway,
    /// Buildings.
    Building,
    /// Roads and ways.
    Road,
    /// Railways.
    Rail,
    /// Names of places and of areas, as points.
    Label,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Self; 7] =
        [Self::Land, Self::Water, Self::Waterway, Self::Building, Self::Road, Self::Rail, Self::Label];

    /// Its name in tiles.
    pub fn code(self) -> &'static str {
        match self {
            Self::Land => "land",
            Self::Water => "water",
            Self::Waterway => "waterway",
            Self::Building => "building",
            Self::Road => "road",
            Self::Rail => "rail",
            Self::Label => "label",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $layer:ident $zoom:literal $label:literal,)*) => {
        /// What a feature is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in tiles.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Its layer.
            pub fn layer(self) -> Layer {
                match self { $(Self::$name => Layer::$layer,)* }
            }

            /// From which zoom on it is drawn; areas also only where they are large enough.
            pub(super) fn zoom(self) -> u8 {
                match self { $(Self::$name => $zoom,)* }
            }

            /// From which zoom on its names are in tiles; 99 for never.
            pub(super) fn label_zoom(self) -> u8 {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

kinds! {
    /// Land on which people live; a compound.
    Residential "residential" Land 10 15,
    /// Shops and offices.
    Commercial "commercial" Land 10 15,
    /// Works and stores.
    Industrial "industrial" Land 10 15,
    /// Schools, hospitals and the like.
    Institution "institution" Land 11 14,
    /// Fields.
    Farm "farm" Land 9 99,
    /// Grass and meadows.
    Grass "grass" Land 11 99,
    /// Trees.
    Wood "wood" Land 8 13,
    /// Parks and gardens.
    Park "park" Land 8 12,
    /// Sports grounds.
    Pitch "pitch" Land 13 15,
    /// Graveyards.
    Cemetery "cemetery" Land 12 15,
    /// Squares on which one walks.
    Square "square" Land 13 14,
    /// Lakes and wide rivers.
    Water "water" Water 8 11,
    /// Rivers and canals.
    River "river" Waterway 9 12,
    /// Streams and ditches.
    Stream "stream" Waterway 13 14,
    /// The edge of the sea.
    Coast "coast" Waterway 8 99,
    /// Buildings.
    Building "building" Building 14 17,
    /// Ways for walkers and cycles.
    Path "path" Road 14 15,
    /// Lanes inside compounds and to houses.
    Service "service" Road 14 15,
    /// Streets for walkers.
    Pedestrian "pedestrian" Road 13 14,
    /// Streets of a quarter.
    Minor "minor" Road 12 13,
    /// Ramps between roads.
    Link "link" Road 11 99,
    /// Roads between quarters.
    Tertiary "tertiary" Road 11 12,
    /// Wider roads.
    Secondary "secondary" Road 10 12,
    /// Main roads.
    Primary "primary" Road 8 11,
    /// Trunk roads.
    Trunk "trunk" Road 8 11,
    /// Motorways.
    Motorway "motorway" Road 8 11,
    /// Trams.
    Tram "tram" Rail 14 99,
    /// Railways above ground.
    Railway "railway" Rail 10 99,
    /// A city's name.
    City "city" Label 8 8,
    /// A town's.
    Town "town" Label 9 9,
    /// A part of a city.
    Suburb "suburb" Label 11 11,
    /// A smaller part.
    Quarter "quarter" Label 13 13,
    /// A village.
    Village "village" Label 12 12,
    /// A station of trains or of the underground.
    Station "station" Label 13 13,
    /// The name of a park or of other green.
    ParkName "park_name" Label 12 12,
    /// The name of water.
    WaterName "water_name" Label 11 11,
    /// The name of other land, such as a compound or a school.
    LandName "land_name" Label 14 14,
}

impl Kind {
    /// Under which kind the name of such an area stands as a point.
    pub(super) fn name_kind(self) -> Option<Self> {
        match (self.layer(), self) {
            (Layer::Water, _) => Some(Self::WaterName),
            (Layer::Land, Self::Park | Self::Wood) => Some(Self::ParkName),
            (Layer::Land, _) if self.label_zoom() < 99 => Some(Self::LandName),
            _ => None,
        }
    }

    /// Whether names of such things are in tiles; those of areas stand in [`Layer::Label`].
    pub fn is_named(self) -> bool {
        !self.is_area() && self.label_zoom() < 99
    }

    pub(crate) fn is_area(self) -> bool {
        matches!(self.layer(), Layer::Land | Layer::Water | Layer::Building)
    }

    pub(crate) fn is_line(self) -> bool {
        matches!(self.layer(), Layer::Waterway | Layer::Road | Layer::Rail)
    }
}
