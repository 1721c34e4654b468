//! A city as bytes: small, exact, and checked when it is read again.

use super::{Building, City, Edge, EdgeKind, Entrance, Entrances, Link, Network, Park, Spot, Street};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_domain::geo::Wgs84;
use thiserror::Error;

/// The first bytes; another form gets another number.
const MAGIC: &[u8; 8] = b"LYCITY1\n";

/// Why bytes are no city.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadCity {
    /// They begin otherwise.
    #[error("this is no city of this version; import it again")]
    Form,
    /// They end too early, or hold what cannot be.
    #[error("the city is damaged at byte {0}; import it again")]
    Damaged(usize),
}

/// A city as bytes. Positions are kept to a ten-millionth of a degree.
pub fn encode(city: &City) -> Vec<u8> {
    let mut out = Writer(MAGIC.to_vec());
    out.text(&city.attribution);
    out.spots(city.network.spots().iter().copied());
    let edges: Vec<Edge> = city.network.edges().collect();
    out.count(edges.len());
    let mut last = 0;
    for edge in edges {
        out.number(u64::from(edge.a - last));
        last = edge.a;
        out.number(u64::from(edge.b - edge.a));
        out.number(u64::from(edge.cm) << 2 | edge.kind as u64);
    }
    out.count(city.parks.len());
    for park in &city.parks {
        out.text(&park.id);
        out.text(&park.name);
        out.number(u64::from(park.is_park));
        out.area(&park.ground);
        out.real(park.square_metres);
        out.count(park.entrances.len());
        for entrance in &park.entrances {
            out.spot(entrance.at);
            out.link(entrance.link);
        }
        out.count(Entrances::ALL.iter().position(|known| *known == park.known).unwrap_or(0));
    }
    out.count(city.buildings.len());
    for building in &city.buildings {
        out.text(&building.id);
        out.spot(building.at);
        out.link(building.link);
        out.number(u64::from(building.residents) << 1 | u64::from(building.estimated));
        out.real(building.square_metres);
    }
    out.count(city.residential.len());
    for area in &city.residential {
        out.area(area);
    }
    out.count(city.streets.len());
    for street in &city.streets {
        out.text(&street.name);
        out.spot(street.at);
    }
    out.0
}

/// The city in such bytes.
///
/// # Errors
/// [`BadCity`] when they hold none.
pub fn decode(bytes: &[u8]) -> Result<City, BadCity> {
    if !bytes.starts_with(MAGIC) {
        return Err(BadCity::Form);
    }
    let mut input = Reader { bytes, at: MAGIC.len() };
    let read = input.city();
    let at = input.at;
    read.filter(|_| at == bytes.len()).ok_or(BadCity::Damaged(at))
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value > 0x7F {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    fn real(&mut self, value: f64) {
        self.0.extend(value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }

    fn spot(&mut self, spot: Spot) {
        self.signed(spot.lon.into());
        self.signed(spot.lat.into());
    }

    /// Each as its step from the one before.
    fn spots(&mut self, spots: impl ExactSizeIterator<Item = Spot>) {
        self.count(spots.len());
        let mut last = Spot::default();
        for spot in spots {
            self.signed(i64::from(spot.lon) - i64::from(last.lon));
            self.signed(i64::from(spot.lat) - i64::from(last.lat));
            last = spot;
        }
    }

    fn area(&mut self, area: &MultiPolygon) {
        self.count(area.0.len());
        for part in area {
            self.count(part.interiors().len());
            for ring in std::iter::once(part.exterior()).chain(part.interiors()) {
                self.spots(ring.0.iter().map(|at| Spot::of(Wgs84 { lon: at.x, lat: at.y })));
            }
        }
    }

    fn link(&mut self, link: Option<Link>) {
        self.number(u64::from(link.is_some()));
        if let Some(Link { a, b, to_a, to_b, off }) = link {
            [a, b, to_a, to_b, off].into_iter().for_each(|value| self.number(value.into()));
        }
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn city(&mut self) -> Option<City> {
        let attribution = self.text()?;
        let spots = self.spots()?;
        let mut edges = Vec::new();
        let mut last = 0u32;
        for _ in 0..self.count()? {
            let a = last.checked_add(self.small()?)?;
            let b = a.checked_add(self.small()?)?;
            last = a;
            let packed = self.number()?;
            let kind = *EdgeKind::ALL.get(usize::try_from(packed & 3).ok()?)?;
            edges.push(Edge { a, b, cm: u32::try_from(packed >> 2).ok()?, kind });
        }
        let kept = edges.len();
        let network = Network::new(spots, edges);
        if network.edge_count() != kept {
            return None;
        }
        let parks = self.list(|input| input.park(&network))?;
        let buildings = self.list(|input| input.building(&network))?;
        let residential = self.list(Self::area)?;
        let streets = self.list(|input| Some(Street { name: input.text()?, at: input.spot()? }))?;
        Some(City { network, parks, buildings, residential, streets, attribution })
    }

    fn park(&mut self, network: &Network) -> Option<Park> {
        Some(Park {
            id: self.text()?,
            name: self.text()?,
            is_park: self.number()? == 1,
            ground: self.area()?,
            square_metres: self.real()?,
            entrances: self.list(|input| Some(Entrance { at: input.spot()?, link: input.link(network)? }))?,
            known: *Entrances::ALL.get(self.count()?)?,
        })
    }

    fn building(&mut self, network: &Network) -> Option<Building> {
        let (id, at, link) = (self.text()?, self.spot()?, self.link(network)?);
        let packed = self.number()?;
        let residents = u32::try_from(packed >> 1).ok()?;
        Some(Building { id, at, link, residents, estimated: packed & 1 == 1, square_metres: self.real()? })
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that still have to come: each takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.bytes.len() - self.at).then_some(count)
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn real(&mut self) -> Option<f64> {
        let bytes: [u8; 8] = self.bytes.get(self.at..self.at + 8)?.try_into().ok()?;
        self.at += 8;
        Some(f64::from_le_bytes(bytes)).filter(|value| value.is_finite())
    }

    fn text(&mut self) -> Option<String> {
        let length = self.count()?;
        let bytes = self.bytes.get(self.at..self.at + length)?;
        self.at += length;
        String::from_utf8(bytes.to_vec()).ok()
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn spot(&mut self) -> Option<Spot> {
        Some(Spot { lon: i32::try_from(self.signed()?).ok()?, lat: i32::try_from(self.signed()?).ok()? })
    }

    fn spots(&mut self) -> Option<Vec<Spot>> {
        let mut last = (0i64, 0i64);
        self.list(|input| {
            last = (last.0.checked_add(input.signed()?)?, last.1.checked_add(input.signed()?)?);
            Some(Spot { lon: i32::try_from(last.0).ok()?, lat: i32::try_from(last.1).ok()? })
        })
    }

    fn area(&mut self) -> Option<MultiPolygon> {
        let parts = self.list(|input| {
            let holes = input.count()?;
            let mut ring = || -> Option<LineString> {
                let coords = input.spots()?.into_iter().map(|spot| {
                    let at = spot.position();
                    Coord { x: at.lon, y: at.lat }
                });
                Some(LineString::from(coords.collect::<Vec<_>>()))
            };
            let outer = ring()?;
            let holes = (0..holes).map(|_| ring()).collect::<Option<Vec<_>>>()?;
            Some(Polygon::new(outer, holes))
        });
        parts.map(MultiPolygon)
    }

    fn link(&mut self, network: &Network) -> Option<Option<Link>> {
        if self.number()? == 0 {
            return Some(None);
        }
        let link =
            Link { a: self.small()?, b: self.small()?, to_a: self.small()?, to_b: self.small()?, off: self.small()? };
        link.fits(network).then_some(Some(link))
    }
}
